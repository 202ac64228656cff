//! The engine with children that run elsewhere: an executor that starts none, and says what they would have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use accel_bench_record::catalogue::{FLOPS, INSTRUCTIONS};
use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{
    CaseKey, Conditions, Counts, Environment, MachineId, Measurement, Profile, RunState, Samples, Status,
};

use super::{Looks, Measured, Prepared, Session, measure_in_turns};
use crate::compare::Tolerance;
use crate::executor::{Alone, Claim, Ended, Error, Executor, Listed, Settings, Turns};
use crate::plan::sample_tests::unit;
use crate::plan::{Harness, Job, Side, Unit, WantedOfRound};
use crate::store::{Store, read_file};
use crate::{Engine, Event, Hardware, Host, Machine};

/// Takes 100 ns for each iteration of the baseline, and this many of the candidate; stops after this many rounds.
#[derive(Debug)]
struct Elsewhere {
    candidate: u64,
    rounds: u32,
    counts: bool,
    budget: Option<Duration>,
}

impl Executor for Elsewhere {
    fn claim(&self, _: &[usize], _: usize, _: &Path) -> Claim {
        Claim::of(vec![])
    }

    fn list(&self, _: Listed<'_>, _: &Settings) -> Result<Vec<BenchmarkInfo>, Error> {
        Ok(Vec::new())
    }

    /// A case does as many floating-point operations as nanoseconds.
    fn describe(&self, job: &Job, _: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
        for case in &job.unit.cases {
            let metrics = vec![FLOPS.of(self.candidate as f64)];
            let measurement = Some(Measurement { metrics, ..Measurement::default() });
            let (side, round, id) = (job.side, job.round, case.id.clone());
            on(Event::CaseFinished { side, round, id, status: Status::Ok, measurement, log: None });
        }
        Ok(Ended::Complete)
    }

    /// As many instructions as nanoseconds.
    fn count(&self, alone: Alone<'_>, _: &Settings) -> Result<Option<Counts>, Error> {
        let is_base = alone.unit.executable.ends_with("base");
        let nanos = if is_base { 100 } else { self.candidate };
        let (tool, metrics) = ("callgrind".to_owned(), vec![INSTRUCTIONS.of(nanos as f64)]);
        Ok(Some(Counts::Counted { tool, iterations: alone.iterations.unwrap_or(8), metrics }))
    }

    fn profile(
        &self,
        _: Alone<'_>,
        _: &Settings,
    ) -> Result<Option<std::result::Result<String, String>>, Error> {
        Ok(None)
    }

    fn run(&self, _: &[Job], _: &Settings, _: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
        Ok(Ended::Complete)
    }

    fn run_in_turns(
        &self,
        turns: &Turns<'_>,
        _: &Settings,
        open: &mut dyn FnMut(u32) -> WantedOfRound,
        on: &mut dyn FnMut(Event),
    ) -> Result<Ended, Error> {
        for round in 0..self.rounds {
            let open = open(round);
            if open.is_empty() {
                return Ok(Ended::Complete);
            }
            let is_wanted = |id: &CaseKey| open.cases.contains(id) || open.elsewhere.contains(id);
            for seat in turns.tables.iter().flat_map(|table| &table.seats) {
                let nanos = if seat.side == Side::Baseline { 100 } else { self.candidate };
                for case in seat.unit.cases.iter().filter(|case| is_wanted(&case.id)) {
                    let samples = Samples { iterations: vec![10; 5], nanos: vec![10 * nanos; 5] };
                    let measurement = Some(Measurement { samples, ..Measurement::default() });
                    let (side, id, status) = (seat.side, case.id.clone(), Status::Ok);
                    on(Event::CaseFinished { side, round, id, status, measurement, log: None });
                }
            }
        }
        Ok(Ended::Interrupted)
    }
}

#[derive(Debug)]
struct NoHardware;

impl Hardware for NoHardware {
    fn machine(&self) -> Machine {
        Machine { id: MachineId::new("m-1"), environment: Environment::default() }
    }

    fn conditions(&self, _: &[usize]) -> Conditions {
        Conditions::default()
    }

    fn allowed_cpus(&self) -> Vec<usize> {
        vec![0]
    }

    fn library_folder(&self, _: &str, _: &Host) -> Option<PathBuf> {
        None
    }
}

fn host(cwd: &Path) -> Host {
    Host {
        cwd: cwd.to_path_buf(),
        env: BTreeMap::new(),
        arguments: vec![],
        stop: Arc::default(),
        machine_folder: cwd.join("locks"),
        clock: || "2026-11-21T09:30:45Z".parse().expect("a time"),
        hardware: Arc::new(NoHardware),
    }
}

fn prepared(benchmarks: &[&str]) -> Prepared {
    let unit = unit("host", benchmarks);
    Prepared::of(vec![unit])
}

/// The side that its executable is called by.
fn prepared_as(side: Side, benchmarks: &[&str]) -> Prepared {
    let mut prepared = prepared(benchmarks);
    prepared.units[0].executable = if side == Side::Baseline { "base" } else { "candidate" }.into();
    prepared
}

/// Measures two sides of these cases elsewhere, and hands over what was reported.
fn measured(root: &Path, elsewhere: &Elsewhere, benchmarks: &[&str]) -> (Measured, Vec<Event>) {
    let (host, store, mut events) = (host(root), Store::open(root.join("store")), Vec::new());
    let session = Session {
        sides: [Side::Baseline, Side::Candidate].map(|side| (side, prepared_as(side, benchmarks))).into(),
        profile: Profile { name: "full".into(), processes: 5, ..Profile::default() },
        budget: elsewhere.budget,
        identical: Vec::new(),
        same_code: Vec::new(),
        counts: elsewhere.counts,
    };
    let gate = |_: &CaseKey| Tolerance::default();
    let looks = Looks { gate: &gate, slowdowns: BTreeMap::new(), seed: 7 };
    let mut on = |event: &Event| events.push(event.clone());
    let mut engine = Engine::with_executor(&host, elsewhere, &mut on);
    let measured = measure_in_turns(&mut engine, &store, &NoHardware.machine(), session, &looks);
    (measured.expect("nothing fails"), events)
}

#[test]
fn what_is_decided_is_not_measured_again() {
    let root = tempfile::tempdir().expect("a folder");
    let (measured, events) = measured(
        root.path(),
        &Elsewhere { candidate: 200, rounds: 50, counts: false, budget: None },
        &["x", "y"],
    );
    assert_eq!((measured.ended, measured.unreached), (Ended::Complete, 0));
    let decided = events.iter().find_map(|event| match event {
        Event::CasesDecided { cases } => Some(cases.len()),
        _ => None,
    });
    assert_eq!(decided, Some(2));
    for record in measured.records.values() {
        assert_eq!(record.state, RunState::Complete);
        let processes: Vec<_> = record.cases.iter().map(|case| case.processes.len()).collect();
        assert_eq!(processes, [16; 2], "found with ten pairs, confirmed with six fresh ones");
    }
    let path = stored_at(&events);
    assert_eq!(read_file(&path).expect("it reads"), measured.records[&Side::Candidate]);
    assert!(path.is_file() && !path.with_extension("journal").exists(), "its journal is gone");
}

#[test]
fn an_interruption_keeps_what_was_finished() {
    let root = tempfile::tempdir().expect("a folder");
    let (measured, events) =
        measured(root.path(), &Elsewhere { candidate: 100, rounds: 2, counts: false, budget: None }, &["x"]);
    assert_eq!(measured.ended, Ended::Interrupted);
    let record = read_file(&stored_at(&events)).expect("it reads");
    assert_eq!((record.state, record.cases[0].processes.len()), (RunState::Interrupted, 2));
    let control = record.interleaved.expect("it was interleaved").control;
    assert_eq!(control[0].processes.len(), 2, "the control is the candidate's");
}

/// Where the candidate's run is.
fn stored_at(events: &[Event]) -> PathBuf {
    let path = events.iter().find_map(|event| match event {
        Event::Storing { side: Side::Candidate, path } => Some(path.clone()),
        _ => None,
    });
    path.expect("it is reported")
}

#[test]
fn what_was_measured_is_counted_afterwards() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = Elsewhere { candidate: 150, rounds: 60, counts: true, budget: None };
    let (measured, events) = measured(root.path(), &elsewhere, &["x", "y"]);
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted).expect("it was reported");
    let counting = place(|event| matches!(event, Event::CountingStarted { cases: 2 }));
    let last = events.iter().rposition(|event| matches!(event, Event::CaseFinished { .. }));
    assert!(last < Some(counting) && counting < place(|event| matches!(event, Event::MeasuringFinished)));
    let counted = events.iter().filter(|event| matches!(event, Event::CaseCounted { .. })).count();
    assert_eq!(counted, 2);
    for (side, expected) in [(Side::Baseline, 100.0), (Side::Candidate, 150.0)] {
        for case in &measured.records[&side].cases {
            let Some(Counts::Counted { iterations: 8, metrics, .. }) = &case.counts else {
                panic!("{:?}", case.counts)
            };
            // The sides differ, so each was counted twice.
            assert_eq!((metrics[0].value, metrics[0].samples.len()), (expected, 2), "{side}");
        }
    }
    let stored = read_file(&stored_at(&events)).expect("it reads");
    assert_eq!(stored, measured.records[&Side::Candidate], "counts are stored");
}

#[test]
fn sides_that_do_the_same_are_counted_once() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = Elsewhere { candidate: 100, rounds: 60, counts: true, budget: None };
    let (measured, _) = measured(root.path(), &elsewhere, &["x"]);
    let counts = measured.records[&Side::Candidate].cases[0].counts.clone().expect("it was counted");
    assert_eq!((counts.metrics()[0].value, counts.metrics()[0].samples.len()), (100.0, 0));
}

#[test]
fn an_interrupted_comparison_counts_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let elsewhere = Elsewhere { candidate: 100, rounds: 2, counts: true, budget: None };
    let (measured, events) = measured(root.path(), &elsewhere, &["x"]);
    assert_eq!(measured.ended, Ended::Interrupted);
    assert!(!events.iter().any(|event| matches!(event, Event::CountingStarted { .. })));
    assert!(measured.records.values().all(|record| record.cases[0].counts.is_none()));
}

#[test]
fn counting_is_part_of_the_budget() {
    let root = tempfile::tempdir().expect("a folder");
    // This executor measures whatever the time is.
    let elsewhere = Elsewhere { candidate: 100, rounds: 60, counts: true, budget: Some(Duration::ZERO) };
    let (measured, _) = measured(root.path(), &elsewhere, &["x"]);
    assert_eq!(measured.ended, Ended::Complete);
    for record in measured.records.values() {
        let counts = record.cases[0].counts.as_ref().expect("it says why there are none");
        assert_eq!(counts.unsupported(), Some("the budget ran out before it was counted"));
    }
}

#[test]
fn cases_say_what_they_do_wherever_they_run() {
    let root = tempfile::tempdir().expect("a folder");
    let host = host(root.path());
    let elsewhere = Elsewhere { candidate: 700, rounds: 0, counts: false, budget: None };
    let mut on = |_: &Event| {};
    let engine = Engine::with_executor(&host, &elsewhere, &mut on);
    let said = |unit| {
        let settings = super::prepare::asking(engine.host());
        let found = super::describe::of_unit(&engine, unit, &settings).expect("nothing fails");
        found.into_iter().map(|described| (described.case.id.benchmark, described.says)).collect::<Vec<_>>()
    };
    let [(one, says), (other, _)] = &said(unit("host", &["x", "y"]))[..] else { panic!("two cases") };
    assert_eq!((one.as_str(), other.as_str()), ("x", "y"));
    assert_eq!(says.as_ref().map(|says| says.metrics.clone()), Ok(vec![FLOPS.of(700.0)]));
    let criterion = Unit { harness: Harness::Criterion, ..unit("host", &["x"]) };
    let [(_, says)] = &said(criterion)[..] else { panic!("one case") };
    assert_eq!(
        says.as_ref().err().map(String::as_str),
        Some("Criterion does not know what a benchmark does")
    );
}
