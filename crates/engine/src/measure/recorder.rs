//! A run's record as it grows: one event at a time, stored before anything is said of it.

use std::path::Path;

use accel_bench_record::{CaseKey, CaseRecord, Counts, Measurement, RunRecord, RunState, Status};

use crate::plan::{Case, Side, Unit};
use crate::store::{self, RunWriter};
use accel_bench_record::RunId;

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

    /// Takes what one process made of a case; of the control's, where `side` says so.
    pub(super) fn take(
        &mut self,
        side: Side,
        id: &CaseKey,
        status: Status,
        measurement: Option<Measurement>,
        log: Option<String>,
    ) {
        let control = self.record.interleaved.as_mut().map(|interleaved| &mut interleaved.control);
        let cases = match (side, control) {
            (Side::Control, Some(control)) => control,
            _ => &mut self.record.cases,
        };
        let case = place(cases, &self.planned, id);
        case.processes.extend(measurement);
        if case.status.is_ok() && !status.is_ok() {
            case.status = status;
            case.log = log;
        }
    }

    /// Whether the case went well, so that there is something to count.
    pub(super) fn is_well(&self, id: &CaseKey) -> bool {
        self.record.case(id).is_some_and(|case| case.status.is_ok())
    }

    /// Keeps what was counted of a case.
    pub(super) fn keep_counts(&mut self, id: &CaseKey, counts: Counts) {
        if let Some(case) = self.record.cases.iter_mut().find(|case| case.id == *id) {
            case.counts = Some(counts);
        }
    }

    /// Writes the run's last version.
    pub(super) fn end(&mut self, state: RunState) {
        self.record.state = state;
        self.save();
    }

    pub(super) fn save(&mut self) {
        if let Err(fault) = self.writer.save(&self.record) {
            self.fault = Some(fault);
        } else {
            self.fault = None;
        }
    }
}

/// The case's record among these, made where it is not there yet.
fn place<'r>(cases: &'r mut Vec<CaseRecord>, planned: &[Case], id: &CaseKey) -> &'r mut CaseRecord {
    if let Some(at) = cases.iter().position(|case| case.id == *id) {
        return &mut cases[at];
    }
    let place = |id: &CaseKey| planned.iter().position(|case| case.id == *id);
    let case = place(id).map(|at| &planned[at]);
    let record = CaseRecord {
        id: id.clone(),
        category: case.and_then(|case| case.category.clone()),
        tags: case.map(|case| case.tags.clone()).unwrap_or_default(),
        status: Status::Ok,
        processes: Vec::new(),
        log: None,
        counts: None,
    };
    // Sides that are interleaved shuffle the cases; a reader finds them as they were planned.
    let at = cases.partition_point(|other| place(&other.id) <= place(id));
    cases.insert(at, record);
    &mut cases[at]
}

impl Recorder {
    /// The ids of all cases that are to come.
    pub(super) fn planned(&self) -> impl Iterator<Item = &CaseKey> {
        self.planned.iter().map(|case| &case.id)
    }

    pub(super) fn id(&self) -> &RunId {
        self.writer.id()
    }

    pub(super) fn path(&self) -> &Path {
        self.writer.path()
    }
}
