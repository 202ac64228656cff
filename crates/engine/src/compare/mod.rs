//! Two runs become a comparison: a verdict for each case, a census, and what else differs. Pure.
//!
//! Knows neither where runs come from nor how a comparison is shown.

mod again;
mod calibration;
mod census;
mod company;
mod comparison;
mod counted;
mod drift;
mod evidence;
mod judging;
mod looks;
mod machine;
mod metric;
mod noise;
mod notes;
mod outcome;
mod pairs;
mod row;
mod sequential;
mod side;
mod spread;
mod surroundings;
mod tolerance;
mod verdict;

#[doc(hidden)]
pub mod sample;
#[cfg(test)]
mod simulation_tests;

pub use again::{Again, again};
pub use calibration::{CALIBRATION_TOLERANCE, Calibration, CaseCalibration, Power, QUIET, Share};
pub use census::Census;
pub use comparison::{Comparison, Confirmed, compare};
pub use drift::Drift;
pub use evidence::SlowMode;
pub use looks::MOST_PAIRS;
pub use machine::{Mismatch, comparable};
pub use metric::{Judging, MetricRow};
pub use noise::{CaseNoise, NOISE_POWER};
pub use notes::{EFFECTIVE_PRECISION, Notes, effective_precision, notes, requested_precision};
pub use outcome::Outcome;
pub use pairs::{Control, Gate, Progress, are_interleaved, open_rows, progress, trials};
pub use row::{Cell, InPairs, Row, Standing};
pub use side::SideInfo;
pub use spread::Spread;
pub use surroundings::{Difference, differences};
pub use tolerance::{Apart, Tolerance};
pub use verdict::{Effect, Judgement, LEVEL as EFFECT_LEVEL, Need, Verdict};
