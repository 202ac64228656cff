//! A run's record as it grows: one event at a time, stored before anything is said of it.

use std::path::Path;

use accel_bench::record::{CaseId, CaseRecord, Measurement, RunRecord, RunState, Status};

use crate::ids::RunId;
use crate::plan::{Case, Unit};
use crate::store::{self, RunWriter};

/// One side's record and the file that follows it.
pub(super) struct Recorder {
    pub(super) record: RunRecord,
    planned: Vec<Case>,
    writer: RunWriter,
    /// The last save that failed; measuring goes on, what is measured is not lost to the reader.
    pub(super) fault: Option<store::Error>,
}

impl Recorder {
    pub(super) fn begin(
        store: &store::Store,
        mut record: RunRecord,
        units: &[Unit],
    ) -> Result<Self, store::Error> {
        let writer = store.begin(&mut record)?;
        let planned = units.iter().flat_map(|unit| unit.cases.clone()).collect();
        Ok(Self { record, planned, writer, fault: None })
    }

    /// Takes what one process made of a case, and stores it.
    pub(super) fn finished(
        &mut self,
        id: &CaseId,
        status: Status,
        measurement: Option<Measurement>,
        log: Option<String>,
    ) {
        let case = self.case(id);
        case.processes.extend(measurement);
        if case.status.is_ok() && !status.is_ok() {
            case.status = status;
            case.log = log;
        }
        self.save();
    }

    fn case(&mut self, id: &CaseId) -> &mut CaseRecord {
        if let Some(at) = self.record.cases.iter().position(|case| case.id == *id) {
            return &mut self.record.cases[at];
        }
        let planned = self.planned.iter().find(|case| case.id == *id);
        self.record.cases.push(CaseRecord {
            id: id.clone(),
            category: planned.and_then(|case| case.category.clone()),
            tags: planned.map(|case| case.tags.clone()).unwrap_or_default(),
            status: Status::Ok,
            processes: Vec::new(),
            log: None,
        });
        self.record.cases.last_mut().expect("a case was pushed just now")
    }

    /// Writes the run's last version.
    pub(super) fn end(&mut self, state: RunState) {
        self.record.state = state;
        self.save();
    }

    fn save(&mut self) {
        if let Err(fault) = self.writer.save(&self.record) {
            self.fault = Some(fault);
        } else {
            self.fault = None;
        }
    }
}

impl Recorder {
    pub(super) fn id(&self) -> &RunId {
        self.writer.id()
    }

    pub(super) fn path(&self) -> &Path {
        self.writer.path()
    }
}
