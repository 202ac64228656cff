//! The history of a project's results: every stored run in one open table, and what the table says over time.
//!
//! The table is derived from the run files and can be deleted at any time. This package knows no repository and no store: it is
//! given runs, and the order of commits.

pub mod detect;
mod error;
mod events;
mod facts;
mod gaps;
mod memory;
mod parallel;
pub mod predict;
mod row;
mod rows;
#[cfg(test)]
mod sample_tests;
mod series;
mod table;
mod trend;

pub use error::Error;
pub use events::{Event, Missing, events, missing};
pub use facts::{RunFacts, Setup};
pub use memory::Memory;
pub use rows::LATENCY;
pub use series::{Absence, Moment, Point, Series, SeriesKey};
pub use table::{Found, Input, Table, Update, Wanted};
pub use trend::{Cause, Change, Trend, Way, trends};
