//! The summary of a run for lists, read without keeping its samples.

use std::path::{Path, PathBuf};

use accel_bench_record::{
    CaseRecord, CommitInfo, FORMAT, Failure, Profile, RunRecord, RunState, RunValues, Status, TreeState,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use accel_bench_record::{CommitId, MachineId, RunId};

use super::cache::Digest;
use super::error::Reason;
use super::file::{self, Versioned};
use super::journal;
use super::run_file::{is_called, read_run};

/// One run in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    pub id: RunId,
    pub path: PathBuf,
    pub started: Timestamp,
    /// A run whose process has died without a word is [`RunState::Interrupted`] here.
    pub state: RunState,
    pub commit: Option<CommitId>,
    pub tree: Option<TreeState>,
    pub branch: Option<String>,
    pub subject: Option<String>,
    pub machine: MachineId,
    pub profile: Profile,
    pub cases: usize,
    /// Failed cases, excluding unsupported ones.
    pub failed: usize,
}

/// The part of a summary that is in the file itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    id: String,
    started: Timestamp,
    pub(super) state: RunState,
    commit: Option<CommitInfo>,
    machine: String,
    profile: Profile,
    cases: usize,
    failed: usize,
}

impl Digest for Head {
    const FILE: &'static str = "summaries.json";
    const FORMAT: u32 = 1;
    const WORTH_WRITING: usize = 50;

    /// Reads the file at `path`, whose name must be the run's id.
    fn read(path: &Path) -> Result<Self, Reason> {
        let shape = match is_called(path, journal::EXTENSION) {
            true => Shape::from(journal::read(path)?),
            false => file::read(path)?,
        };
        if path.file_stem() != Some(shape.id.as_ref()) {
            return Err(Reason::Misnamed { id: shape.id });
        }
        let started = shape.started.parse();
        Ok(Self {
            started: started.map_err(|error| Reason::Broken(format!("`started` is not a time: {error}")))?,
            id: shape.id,
            state: shape.state,
            commit: shape.commit,
            machine: shape.machine,
            profile: shape.profile,
            cases: shape.cases.len(),
            failed: shape.cases.iter().filter(|case| case.is_fault()).count(),
        })
    }

    fn is_final(&self) -> bool {
        self.state != RunState::Running
    }
}

impl Digest for RunValues {
    const FILE: &'static str = "values.json";
    const FORMAT: u32 = 1;
    const WORTH_WRITING: usize = 2;

    fn read(path: &Path) -> Result<Self, Reason> {
        let values = Self::from(&read_run(path)?);
        if path.file_stem() != Some(values.id.as_ref()) {
            return Err(Reason::Misnamed { id: values.id });
        }
        Ok(values)
    }

    fn is_final(&self) -> bool {
        self.state != RunState::Running
    }
}

impl Head {
    pub(super) fn at(self, path: PathBuf) -> RunSummary {
        let (commit, tree, branch, subject) = match self.commit {
            Some(commit) => {
                (Some(CommitId::new(commit.id)), Some(commit.tree), commit.branch, Some(commit.subject))
            }
            None => (None, None, None, None),
        };
        RunSummary {
            id: RunId::new(self.id),
            path,
            started: self.started,
            state: self.state,
            commit,
            tree,
            branch,
            subject,
            machine: MachineId::new(self.machine),
            profile: self.profile,
            cases: self.cases,
            failed: self.failed,
        }
    }
}

/// A run's file without what was measured: the parser passes over unknown keys without building anything.
#[derive(Deserialize)]
struct Shape {
    format: u32,
    id: String,
    started: String,
    state: RunState,
    commit: Option<CommitInfo>,
    machine: String,
    profile: Profile,
    cases: Vec<CaseShape>,
}

impl Versioned for Shape {
    const NEWEST: u32 = FORMAT;

    fn format(&self) -> u32 {
        self.format
    }
}

impl Versioned for RunRecord {
    const NEWEST: u32 = FORMAT;

    fn format(&self) -> u32 {
        self.format
    }
}

/// [`Status`](accel_bench_record::Status) as it lies flat in a case; serde's own flattening would copy the
/// samples on the way.
#[derive(Deserialize)]
struct CaseShape {
    status: StatusShape,
    kind: Option<Failure>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum StatusShape {
    Ok,
    Failed,
}

impl From<RunRecord> for Shape {
    fn from(run: RunRecord) -> Self {
        let case = |case: CaseRecord| match case.status {
            Status::Ok => CaseShape { status: StatusShape::Ok, kind: None },
            Status::Failed { kind, .. } => CaseShape { status: StatusShape::Failed, kind: Some(kind) },
        };
        Self {
            format: run.format,
            id: run.id,
            started: run.started,
            state: run.state,
            commit: run.commit,
            machine: run.machine,
            profile: run.profile,
            cases: run.cases.into_iter().map(case).collect(),
        }
    }
}

impl CaseShape {
    fn is_fault(&self) -> bool {
        self.status == StatusShape::Failed && self.kind != Some(Failure::Unsupported)
    }
}
