//! The runs that a roofline is drawn from.

use accel_bench_record::{MachineId, RunRecord};

use super::Project;
use crate::error::Result;
use crate::roof::{Peaks, is_probe};
use crate::store::Query;

/// The measured limits of a run's devices: the last result of each probe on its machine class, with its drivers: another driver is
/// another device.
///
/// # Errors
///
/// When the store cannot be read.
pub fn peaks(project: &Project, run: &RunRecord) -> Result<Peaks> {
    let drivers = |run: &RunRecord| run.surroundings.environment.adapters.clone();
    let own = drivers(run);
    let machine = MachineId::new(run.machine.clone());
    let cases = project.store.last_cases(&machine, &|other| drivers(other) == own)?;
    Ok(cases.values().fold(Peaks::default(), Peaks::with))
}

/// The last stored run that has more than probes; `None` where there is none.
///
/// # Errors
///
/// When the store cannot be read.
pub fn last_of_code(project: &Project) -> Result<Option<RunRecord>> {
    let runs = project.store.matching(&Query::default())?;
    let mut records = runs.iter().rev().filter_map(|run| project.store.load_summarised(run).ok());
    Ok(records.find(|record| record.cases.iter().any(|case| !is_probe(case))))
}
