//! Decides whether a run is stable enough to be a baseline.

use std::fmt;

use accel_bench_record::stats::median;
use accel_bench_record::{CaseRecord, RunRecord, RunState};
use thiserror::Error;

/// Fewer processes give no interval worth the name: the verdict's variance lives between processes.
const MIN_PROCESSES: usize = 3;

/// How far the process medians of a case may lie apart, as a share of their median. It is the gate's default
/// alert: a baseline that differs from itself by as much as raises an alarm would raise or hide it by luck.
/// On a quiet machine processes differ by 1 to 5 % (`measurement.md`), five of them spread over twice that.
const MAX_SPREAD: f64 = 0.10;

/// All the reasons why a run is not stable; there is at least one.
#[derive(Clone, Debug, PartialEq, Error)]
pub struct Unstable(pub Vec<Instability>);

impl fmt::Display for Unstable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the run is not stable: ")?;
        for (index, instability) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{instability}")?;
        }
        Ok(())
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Instability {
    #[error("it did not come to its end")]
    Unfinished,
    #[error("it has no case with a result")]
    NoResults,
    #[error("`{case}` failed")]
    Failed { case: String },
    #[error("`{case}` was measured in {found} {}, and {MIN_PROCESSES} are needed", if *found == 1 { "process" } else { "processes" })]
    FewProcesses { case: String, found: usize },
    #[error("`{case}` was still warming up when it was measured")]
    Unsteady { case: String },
    #[error("the processes of `{case}` lie {:.0} % apart, and {:.0} % are allowed", spread * 100.0, MAX_SPREAD * 100.0)]
    Spread { case: String, spread: f64 },
}

/// Complete, no faults, and every case the same in each of enough processes.
///
/// A case that its backend cannot run is passed over: it will not run in any later run either.
pub fn is_stable(run: &RunRecord) -> Result<(), Unstable> {
    let mut found = Vec::new();
    if run.state != RunState::Complete {
        found.push(Instability::Unfinished);
    }
    if !run.cases.iter().any(|case| case.status.is_ok()) {
        found.push(Instability::NoResults);
    }
    found.extend(run.cases.iter().filter_map(instability));
    if found.is_empty() { Ok(()) } else { Err(Unstable(found)) }
}

/// The worst that can be said of one case.
fn instability(record: &CaseRecord) -> Option<Instability> {
    let case = record.id.to_string();
    if record.status.is_fault() {
        return Some(Instability::Failed { case });
    }
    if !record.status.is_ok() {
        return None;
    }
    let medians = record.process_medians();
    if medians.len() < MIN_PROCESSES {
        return Some(Instability::FewProcesses { case, found: medians.len() });
    }
    if !record.processes.iter().all(|process| process.warm_up.steady) {
        return Some(Instability::Unsteady { case });
    }
    let spread = spread(&medians)?;
    (spread > MAX_SPREAD).then_some(Instability::Spread { case, spread })
}

/// Largest less smallest, as a share of the median.
fn spread(medians: &[f64]) -> Option<f64> {
    let largest = medians.iter().copied().reduce(f64::max)?;
    let smallest = medians.iter().copied().reduce(f64::min)?;
    median(medians).filter(|middle| *middle > 0.0).map(|middle| (largest - smallest) / middle)
}
