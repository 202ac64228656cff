//! The store as its users see it, on real folders.

mod baselines;
mod cleaning;
mod exchange;
mod formats;
mod queries;
mod reading;
mod stability;
mod summaries;
mod writing;

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_record::{
    CaseKey, CaseRecord, CommitInfo, FORMAT, Failure, Measurement, Profile, RunRecord, RunState, Samples,
    SelectionRecord, Status, Surroundings, ToolInfo, TreeState, WarmUp,
};

use super::{RunSummary, Store};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A complete run of no cases, started in the minute that the id's end says.
pub(super) fn run(id: &str) -> RunRecord {
    RunRecord {
        format: FORMAT,
        id: id.to_owned(),
        tool: ToolInfo { version: "0.1.0".into(), protocol: 1, source: None },
        started: format!("2026-11-21T09:{:0>2}:00Z", id.rsplit('-').next().unwrap_or("0")),
        state: RunState::Complete,
        commit: Some(CommitInfo {
            id: COMMIT.to_owned(),
            branch: Some("main".into()),
            subject: "Measure".into(),
            time: "2026-11-21T08:00:00Z".into(),
            tree: TreeState::Clean,
        }),
        machine: "m-1".into(),
        surroundings: Surroundings::default(),
        profile: Profile { name: "full".into(), processes: 5, selection: SelectionRecord::default() },
        command: vec![],
        cases: vec![],
        interleaved: None,
    }
}

/// A case with one steady process for each of `medians`, in nanoseconds.
pub(super) fn case(name: &str, medians: &[u64]) -> CaseRecord {
    let process = |&nanos: &u64| Measurement {
        samples: Samples { iterations: vec![1, 1, 1], nanos: vec![nanos - 1, nanos, nanos + 1] },
        warm_up: WarmUp { steady: true, ..WarmUp::default() },
        ..Measurement::default()
    };
    CaseRecord {
        id: CaseKey {
            bench: "enc".into(),
            benchmark: name.into(),
            params: [("batch-size".to_owned(), 8.into())].into(),
            backend: "ndarray".into(),
        },
        category: None,
        version: None,
        tags: vec![],
        status: Status::Ok,
        processes: medians.iter().map(process).collect(),
        log: None,
        counts: None,
    }
}

pub(super) fn failed(name: &str, kind: Failure) -> CaseRecord {
    CaseRecord { status: Status::failed(kind, "a reason"), processes: vec![], ..case(name, &[]) }
}

/// A store in a folder of its own, which the guard removes.
fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join(".accel-bench"));
    (dir, store)
}

/// Writes a run as its process would and lets the process end.
fn put(store: &Store, mut record: RunRecord) -> PathBuf {
    store.begin(&mut record).unwrap().path().to_path_buf()
}

/// The text of a file as versions without a checksum wrote it, so that tests may change it.
fn unsealed(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let (body, _) = text.rsplit_once(",\"checksum\"").expect("it has a checksum");
    format!("{body}}}")
}

fn ids(runs: &[RunSummary]) -> Vec<&str> {
    runs.iter().map(|run| run.id.as_str()).collect()
}

fn file_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
