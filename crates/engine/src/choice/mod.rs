//! On what a model runs best, and on what it runs at all, from what was measured on one machine. Pure, but for the file of prices.

mod compatible;
mod prices;
mod recommend;
mod way;

pub use compatible::{Compatibility, Standing, compatibility};
pub use prices::read_prices;
pub use recommend::{By, Choice, Scored, Wish, recommend};
pub use way::{ModelKey, Way};
