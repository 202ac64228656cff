//! Predictions of cases that were not run.

mod cells;
mod evaluate;
mod model;
mod process;

use crate::Error;
use crate::table::{Table, Wanted};

pub use cells::{Cell, Measured, Work};
pub use evaluate::{Evaluation, HeldOut, Kept, evaluate};
pub use model::{FEWEST, Forecast, Model, Outlier, Predicted, Quantity};

/// The cells of a machine class that were measured and say what they do; and the files that could not be read.
///
/// # Errors
/// When the table's folder cannot be read.
pub fn measured(table: &Table, machine: &str) -> Result<(Vec<Measured>, Vec<Error>), Error> {
    let found = table.series(&Wanted {
        line: None,
        case: &|_| true,
        metric: &|name| cells::METRICS.contains(&name),
    })?;
    Ok((cells::measured(&found.series, machine), found.broken))
}
