//! Runs and series for the tests.

use std::sync::Arc;

use accel_bench_record::catalogue::HOST_RSS_PEAK;
use accel_bench_record::{
    CaseKey, CaseRecord, CommitInfo, Direction, FORMAT, Failure, Measurement, ParamValue, Profile, RunId,
    RunRecord, RunState, Samples, Status, Surroundings, Throughput, ToolInfo, TreeState,
};

use crate::facts::Setup;
use crate::series::{Moment, Point, Series, SeriesKey};
use crate::table::Input;

/// The full hash of the commit with this number.
pub(crate) fn commit(at: usize) -> String {
    format!("{at:040x}")
}

pub(crate) fn id(at: usize) -> RunId {
    RunId::new(format!("20261128-{at:06}-0000"))
}

pub(crate) fn key(name: &str) -> CaseKey {
    let params = [("n".to_owned(), ParamValue::Int(64)), ("model".to_owned(), "tiny".into())].into();
    CaseKey { bench: "demo".into(), benchmark: name.into(), params, backend: "host".into() }
}

/// A case of two processes that take this many nanoseconds; none: it panicked.
pub(crate) fn case(name: &str, nanos: Option<u64>) -> CaseRecord {
    let process = |nanos: u64| Measurement {
        samples: Samples { iterations: vec![1; 3], nanos: vec![nanos, nanos, nanos] },
        throughput: vec![Throughput::Tokens(8)],
        metrics: vec![HOST_RSS_PEAK.of(1e6)],
        device: Some("cpu".into()),
        ..Measurement::default()
    };
    let status = match nanos {
        Some(_) => Status::Ok,
        None => Status::failed(Failure::Panic, "index out of bounds"),
    };
    CaseRecord {
        id: key(name),
        category: Some("inference".into()),
        tags: vec!["quick".into(), "cpu".into()],
        status,
        processes: nanos.map(|nanos| vec![process(nanos), process(nanos)]).unwrap_or_default(),
        log: None,
        counts: None,
        version: None,
    }
}

/// The run of the commit with this number.
pub(crate) fn run(at: usize, cases: Vec<CaseRecord>) -> RunRecord {
    RunRecord {
        format: FORMAT,
        id: id(at).as_str().to_owned(),
        tool: ToolInfo::default(),
        started: "2026-11-28T02:04:05.5Z".into(),
        state: RunState::Complete,
        commit: Some(CommitInfo {
            id: commit(at),
            branch: Some("main".into()),
            subject: format!("Change {at}"),
            time: "2026-11-27T00:00:00Z".into(),
            tree: TreeState::Clean,
        }),
        machine: "epyc-2c".into(),
        surroundings: Surroundings::default(),
        profile: Profile { name: "default".into(), processes: 2, ..Profile::default() },
        command: Vec::new(),
        cases,
        interleaved: None,
    }
}

pub(crate) fn input(record: RunRecord) -> Input {
    Input { record, generation: Some(7), tag: None }
}

/// A series of latencies at the positions 0, 1, 2, …
pub(crate) fn series(name: &str, machine: &str, values: &[f64]) -> Series {
    let moment = |at: usize| {
        let commit = Some(commit(at));
        let (run, started) = (id(at).as_str().to_owned(), "2026-11-28T02:04:05Z".to_owned());
        Arc::new(Moment {
            run,
            commit,
            subject: None,
            started,
            setup: Setup::default(),
            versions: Default::default(),
        })
    };
    let point = |(position, value): (usize, &f64)| Point { position, run: moment(position), value: *value };
    Series {
        key: SeriesKey {
            case: key(name),
            metric: crate::LATENCY.0.into(),
            machine: machine.into(),
            steady: false,
        },
        unit: "ns".into(),
        better: Direction::Lower,
        points: values.iter().enumerate().map(point).collect(),
        version: None,
        other_versions: 0,
        absences: Vec::new(),
    }
}
