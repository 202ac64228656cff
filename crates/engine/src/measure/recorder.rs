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

    /// Returns whether the case went well, so that there is something to count.
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
        version: case.and_then(|case| case.version.clone()),
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

#[cfg(test)]
mod tests {
    use accel_bench_record::catalogue::INSTRUCTIONS;
    use accel_bench_record::{Failure, Interleaved};

    use super::*;
    use crate::compare::sample;
    use crate::plan::sample_tests::unit;
    use crate::store::Store;

    /// A recorder of two planned cases, interleaved, in a store of its own.
    fn recorder() -> (tempfile::TempDir, Recorder) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut record = sample::run("20261121-093045-3f9a", vec![]);
        record.interleaved = Some(Interleaved {
            with: "other".to_owned(),
            seed: 7,
            control: vec![],
            slowdowns: [].into(),
            identical: vec![],
            same_code: vec![],
        });
        let units = [unit("host", &["a", "b"])];
        let recorder = Recorder::begin(&Store::open(folder.path()), record, &units).expect("it begins");
        (folder, recorder)
    }

    fn planned(recorder: &Recorder, name: &str) -> CaseKey {
        recorder.planned().find(|id| id.benchmark == name).expect("it is planned").clone()
    }

    fn counts(instructions: f64) -> Counts {
        let metrics = vec![INSTRUCTIONS.of(instructions)];
        Counts::Counted { tool: "callgrind".to_owned(), iterations: 4, metrics }
    }

    #[test]
    fn cases_are_in_the_order_of_the_plan() {
        let (_folder, mut recorder) = recorder();
        for name in ["b", "a", "b"] {
            let id = planned(&recorder, name);
            recorder.take(Side::Candidate, &id, Status::Ok, Some(Measurement::default()), None);
        }
        let found: Vec<_> = recorder.record.cases.iter().collect();
        let found: Vec<_> =
            found.iter().map(|case| (case.id.benchmark.as_str(), case.processes.len())).collect();
        assert_eq!(found, [("a", 1), ("b", 2)]);
    }

    #[test]
    fn a_control_is_kept_apart() {
        let (_folder, mut recorder) = recorder();
        let id = planned(&recorder, "a");
        recorder.take(Side::Control, &id, Status::Ok, Some(Measurement::default()), None);
        assert_eq!(recorder.record.cases.len(), 0);
        assert_eq!(recorder.record.interleaved.as_ref().map(|turns| turns.control.len()), Some(1));
    }

    #[test]
    fn the_first_failure_of_a_case_stays() {
        let (_folder, mut recorder) = recorder();
        let id = planned(&recorder, "a");
        assert!(!recorder.is_well(&id), "it was not measured");
        recorder.take(Side::Candidate, &id, Status::Ok, Some(Measurement::default()), None);
        assert!(recorder.is_well(&id));
        let failures = [("first", Failure::Panic), ("second", Failure::Crash)];
        for (reason, kind) in failures {
            recorder.take(Side::Candidate, &id, Status::failed(kind, reason), None, Some(reason.to_owned()));
        }
        assert!(!recorder.is_well(&id));
        let case = &recorder.record.cases[0];
        assert_eq!(
            (&case.status, case.log.as_deref()),
            (&Status::failed(Failure::Panic, "first"), Some("first"))
        );
    }

    #[test]
    fn counts_are_kept_and_stored() {
        let (_folder, mut recorder) = recorder();
        let [a, b] = ["a", "b"].map(|name| planned(&recorder, name));
        recorder.take(Side::Candidate, &a, Status::Ok, Some(Measurement::default()), None);
        recorder.keep_counts(&a, counts(12.0));
        recorder.keep_counts(&b, counts(13.0));
        recorder.end(RunState::Complete);
        assert!(recorder.fault.is_none());
        let stored = store::read_file(recorder.path()).expect("it is whole");
        assert_eq!(stored.cases.len(), 1, "what was not measured is not made by counting");
        assert_eq!(stored.cases[0].counts, Some(counts(12.0)));
        assert_eq!(stored, recorder.record);
    }
}
