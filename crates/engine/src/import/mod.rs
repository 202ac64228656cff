//! Results of other programs, as runs of the store: their files are read, and nothing is measured.
//!
//! One file a format. Each knows what its program writes and makes cases of it; what a file does not say stays unknown.

mod criterion;
mod google_benchmark;
mod hyperfine;
mod list;
mod llama_bench;
mod parts;
mod pytest_benchmark;

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_record::protocol;
use accel_bench_record::{
    CaseRecord, CommitInfo, Environment, FORMAT, Profile, RunId, RunRecord, RunState, Surroundings, ToolInfo,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::store;
use crate::store::Store;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The folder `target/criterion`.
    Criterion,
    /// `hyperfine --export-json`.
    Hyperfine,
    /// `--benchmark_format=json`.
    GoogleBenchmark,
    /// `pytest --benchmark-json`.
    PytestBenchmark,
    /// `llama-bench -o json`.
    LlamaBench,
    /// `{"timestamp", "environment", "benchmarks": [{"name", "duration_ms", …}]}`.
    List,
}

impl Format {
    pub const ALL: [Self; 6] = [
        Self::Criterion,
        Self::Hyperfine,
        Self::GoogleBenchmark,
        Self::PytestBenchmark,
        Self::LlamaBench,
        Self::List,
    ];

    /// The name on the command line; it is the bench of all cases, too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Criterion => "criterion",
            Self::Hyperfine => "hyperfine",
            Self::GoogleBenchmark => "google-benchmark",
            Self::PytestBenchmark => "pytest-benchmark",
            Self::LlamaBench => "llama-bench",
            Self::List => "list",
        }
    }
}

/// The contents of a file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Imported {
    cases: Vec<CaseRecord>,
    /// When it was measured, where the file says so.
    started: Option<Timestamp>,
    /// The commit, where the file names it in full.
    commit: Option<CommitInfo>,
    environment: Environment,
    /// A name for the machine that is made of what the file says.
    machine: Option<String>,
}

/// Results that are to be imported, and what only their user knows.
#[derive(Clone, Debug)]
pub struct Request {
    pub format: Format,
    pub path: PathBuf,
    /// The commit that they belong to, in place of the file's.
    pub commit: Option<CommitInfo>,
    /// The machine class, in place of what the file says.
    pub machine: Option<String>,
}

/// The outcome for one file.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Stored(Box<RunRecord>),
    /// The same results are in the store already, as this run.
    Known(RunId),
}

/// Why a file cannot be imported.
#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` is not a result of {format}: {reason}", path.display())]
    NotThis { path: PathBuf, format: &'static str, reason: String },
    #[error("`{}` has no results", .0.display())]
    Empty(PathBuf),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotThis { format: "criterion", .. } => {
                Some("name the folder that Criterion writes to, `target/criterion`".to_owned())
            }
            Self::NotThis { .. } => {
                Some("`cargo accel-bench import --help` shows how each file is made".to_owned())
            }
            Self::Read { .. } | Self::Empty(_) => None,
            Self::Store(error) => error.hint(),
        }
    }
}

/// Reads the results and stores them as a run.
///
/// # Errors
///
/// The file cannot be read or is of another format, or the store cannot be written.
pub fn import(store: &Store, request: &Request) -> Result<Outcome, Error> {
    let imported = read(request)?;
    if imported.cases.is_empty() {
        return Err(Error::Empty(request.path.clone()));
    }
    let started = imported.started.or_else(|| written(&request.path)).unwrap_or(Timestamp::UNIX_EPOCH);
    // The same results have the same id; others that happen to have it get another one.
    let id = format!("{}-{}", started.strftime("%Y%m%d-%H%M%S"), digits(&imported.cases));
    if let Some((known, _)) = store.ids()?.into_iter().find(|(known, _)| known.as_str() == id)
        && store.load(&known).is_ok_and(|run| run.cases == imported.cases)
    {
        return Ok(Outcome::Known(known));
    }
    let mut record = record(request, imported, id, started);
    store.begin(&mut record)?;
    Ok(Outcome::Stored(Box::new(record)))
}

fn record(request: &Request, imported: Imported, id: String, started: Timestamp) -> RunRecord {
    let name = request.format.name();
    let of_file = || format!("{name}-{}", imported.machine.as_deref().unwrap_or("unknown"));
    let processes = imported.cases.iter().map(|case| case.processes.len()).max().unwrap_or_default();
    RunRecord {
        format: FORMAT,
        id,
        tool: ToolInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: protocol::VERSION,
            source: Some(name.to_owned()),
        },
        started: started.to_string(),
        state: RunState::Complete,
        commit: request.commit.clone().or(imported.commit),
        machine: request.machine.clone().unwrap_or_else(of_file),
        surroundings: Surroundings { environment: imported.environment, ..Surroundings::default() },
        profile: Profile {
            name: format!("imported from {name}"),
            processes: u32::try_from(processes).unwrap_or(u32::MAX),
            ..Profile::default()
        },
        command: Vec::new(),
        cases: imported.cases,
        interleaved: None,
    }
}

fn read(request: &Request) -> Result<Imported, Error> {
    let path = &request.path;
    fs::metadata(path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let text = || text(path).map_err(|source| Error::Read { path: path.clone(), source });
    let parsed = match request.format {
        Format::Criterion => criterion::read(path),
        Format::Hyperfine => hyperfine::parse(&text()?),
        Format::GoogleBenchmark => google_benchmark::parse(&text()?),
        Format::PytestBenchmark => pytest_benchmark::parse(&text()?),
        Format::LlamaBench => llama_bench::parse(&text()?),
        Format::List => list::parse(&text()?),
    };
    let format = request.format.name();
    parsed.map_err(|reason| Error::NotThis { path: path.clone(), format, reason })
}

/// The time of the file itself, where it holds none.
fn written(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}

/// A device would never end.
fn text(path: &Path) -> std::io::Result<String> {
    if !path.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    fs::read_to_string(path)
}

/// Four hexadecimal digits that follow from the results alone, with any compiler.
fn digits(cases: &[CaseRecord]) -> String {
    // A record is made of what JSON has.
    let sum = Sha256::digest(serde_json::to_vec(cases).unwrap_or_default());
    format!("{:02x}{:02x}", sum[0], sum[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_results_that_happen_to_have_the_id_are_not_taken_for_known() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path().join("store"));
        let path = dir.path().join("list.json");
        let text =
            r#"{"timestamp": "2026-11-28T02:04:05Z", "benchmarks": [{"name": "a", "duration_ms": 1}]}"#;
        fs::write(&path, text).expect("a file");
        let request = Request { format: Format::List, path: path.clone(), commit: None, machine: None };
        let Outcome::Stored(first) = import(&store, &request).expect("it is new") else {
            panic!("it is known")
        };
        assert_eq!(
            import(&store, &request).expect("it is read"),
            Outcome::Known(RunId::new(first.id.clone()))
        );
        // Another run in its place.
        let other = Store::open(dir.path().join("other"));
        let mut taken = RunRecord { cases: Vec::new(), ..*first.clone() };
        other.begin(&mut taken).expect("the other store is empty");
        let Outcome::Stored(second) = import(&other, &request).expect("it is new") else {
            panic!("it is known")
        };
        assert_eq!(second.cases, first.cases);
        assert_ne!(second.id, first.id);
    }
}
