//! Two runs become a comparison: a verdict for each case, a census, and what else differs. Pure.
//!
//! Knows neither where runs come from nor how a comparison is shown.

mod calibration;
mod census;
mod comparison;
mod drift;
mod estimate;
mod looks;
mod machine;
mod metric;
mod notes;
mod outcome;
mod pairs;
mod row;
mod sequential;
mod side;
mod surroundings;
mod tolerance;
mod verdict;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod simulation_tests;

pub(crate) use calibration::{
    CALIBRATION_TOLERANCE, Calibration, CaseCalibration, Power, QUIET, Share, floors,
};
pub(crate) use census::Census;
pub(crate) use comparison::{Comparison, Confirmed, compare};
pub(crate) use drift::Drift;
pub(crate) use estimate::{Basis, Estimate, LEVEL as ESTIMATE_LEVEL, of_metric};
pub(crate) use looks::MOST_PAIRS;
pub(crate) use machine::{Mismatch, comparable};
pub(crate) use metric::{Judging, MetricRow};
pub(crate) use notes::{EFFECTIVE_PRECISION, Notes, effective_precision, notes, requested_precision};
pub(crate) use outcome::Outcome;
pub(crate) use pairs::{Control, Gate, are_interleaved, closed, open_rows, trials};
pub(crate) use row::{Cell, Row, Standing};
pub(crate) use side::SideInfo;
pub(crate) use surroundings::{Difference, differences};
pub(crate) use tolerance::Tolerance;
pub(crate) use verdict::{Effect, Judgement, LEVEL as EFFECT_LEVEL, Need, Verdict, judge, judge_apart};
