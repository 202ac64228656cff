//! The runs that a roofline is drawn from.

use accel_bench_record::{MachineId, RunRecord};

use super::Project;
use crate::error::Result;
use crate::host::Machine;
use crate::roof::{Peaks, is_probe};
use crate::store::Query;

/// The measured limits of a run's devices.
///
/// # Errors
///
/// When the store cannot be read.
pub fn peaks(project: &Project, run: &RunRecord) -> Result<Peaks> {
    let id = MachineId::new(run.machine.clone());
    peaks_of(project, &Machine { id, environment: run.surroundings.environment.clone() })
}

/// The measured limits of a machine's devices: the last result of each probe on its machine class, with its drivers: another
/// driver is another device.
///
/// # Errors
///
/// When the store cannot be read.
pub fn peaks_of(project: &Project, machine: &Machine) -> Result<Peaks> {
    let own = &machine.environment.adapters;
    let is_its = |run: &RunRecord| run.surroundings.environment.adapters == *own;
    let cases = project.store.last_cases(&machine.id, &is_its)?;
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
