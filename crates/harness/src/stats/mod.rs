//! Pure functions on slices, each citing its source.

mod quantile;

pub use quantile::{median, quantile};
