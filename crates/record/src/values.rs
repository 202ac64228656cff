//! A run with one number for each case: what comparing many runs needs, without their samples.

use serde::{Deserialize, Serialize};

use super::{CaseKey, CommitInfo, RunRecord, RunState};
use crate::stats::geometric_mean;

/// One run without its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunValues {
    pub id: String,
    pub state: RunState,
    /// The machine class.
    pub machine: String,
    /// Absent outside git.
    pub commit: Option<CommitInfo>,
    /// The run that this one was measured interleaved with.
    pub with: Option<String>,
    /// Calibration put extra work into its cases: its numbers are of no code that anybody knows.
    pub is_slowed: bool,
    /// By case that went well: the geometric mean over processes of median nanoseconds per iteration.
    pub values: Vec<(CaseKey, f64)>,
}

impl From<&RunRecord> for RunValues {
    fn from(run: &RunRecord) -> Self {
        let went_well = run.cases.iter().filter(|case| case.status.is_ok());
        let value =
            |case: &super::CaseRecord| Some((case.id.clone(), geometric_mean(&case.process_medians())?));
        Self {
            id: run.id.clone(),
            state: run.state,
            machine: run.machine.clone(),
            commit: run.commit.clone(),
            with: run.interleaved.as_ref().map(|turns| turns.with.clone()),
            is_slowed: run.interleaved.as_ref().is_some_and(|turns| !turns.slowdowns.is_empty()),
            values: went_well.filter_map(value).collect(),
        }
    }
}
