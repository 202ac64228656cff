//! A plain run: the working tree alone, built, measured and stored.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use accel_bench_record::RunRecord;

use super::{Project, Session, measure, prepare};
use crate::Engine;
use crate::error::{Error, Result};
use crate::executor::Ended;
use crate::plan::{Selection, Side};
use crate::store;

/// A plain run.
#[derive(Debug)]
pub struct RunRequest<'r> {
    pub project: &'r Project,
    pub selection: &'r Selection,
    /// No case is started later than this after the first.
    pub budget: Option<Duration>,
    /// Count all cases, and not those alone whose bench says so.
    pub counts: bool,
}

/// The outcome of a plain run.
#[derive(Debug)]
pub struct RunOutcome {
    pub record: RunRecord,
    pub ended: Ended,
    /// Cases that were to be measured and were not begun: the budget ended before.
    pub unreached: usize,
    /// Benches whose target could not say what it holds.
    pub unlisted: Vec<String>,
    /// Why the store could not keep everything.
    pub fault: Option<store::Error>,
}

impl Engine<'_> {
    /// Builds what is selected, measures it on this machine, and stores the result case by case.
    ///
    /// # Errors
    ///
    /// When nothing can be built or measured; a case that fails is a result and no error.
    pub fn run(&mut self, request: &RunRequest<'_>) -> Result<RunOutcome> {
        let RunRequest { project, selection, budget, counts } = *request;
        // The probes overlap with the build, not with what is measured.
        let hardware = Arc::clone(&self.host().hardware);
        let machine = thread::spawn(move || hardware.machine());
        let prepared = prepare(self, &project.sources, selection, None, project.commit()?)?;
        let machine = machine
            .join()
            .map_err(|_| Error::Internal { what: "the probe of the hardware panicked".to_owned() })?;
        let profile = project.sources.scope(selection)?.record();
        let unlisted = prepared.unlisted.clone();
        let (sides, identical) = (vec![(Side::Candidate, prepared)], Vec::new());
        let session = Session { sides, profile, budget, identical, same_code: Vec::new(), counts };
        let mut measured = measure(self, project, &machine, session)?;
        let record = measured.records.remove(&Side::Candidate).expect("the candidate was measured");
        let (ended, unreached, fault) = (measured.ended, measured.unreached, measured.fault);
        Ok(RunOutcome { record, ended, unreached, unlisted, fault })
    }
}
