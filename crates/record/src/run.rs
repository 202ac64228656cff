//! One invocation: what is stored in one file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::Known;
use super::{Build, CaseKey, Counts, Environment, Measurement, Metric, SelectionRecord, Status};

/// The version of the file format that this crate writes. Older ones are read, newer ones refused by name.
pub const FORMAT: u32 = 1;

/// One run: a file of the store, and a side of every comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub format: u32,
    pub id: String,
    pub tool: ToolInfo,
    /// RFC 3339, UTC.
    pub started: String,
    pub state: RunState,
    /// Absent outside git.
    pub commit: Option<CommitInfo>,
    /// The machine class: numbers of different classes are not comparable.
    pub machine: String,
    pub surroundings: Surroundings,
    pub profile: Profile,
    /// The command line, for people.
    #[serde(default)]
    pub command: Vec<String>,
    pub cases: Vec<CaseRecord>,
    /// Present when the samples were taken interleaved with another run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interleaved: Option<Interleaved>,
}

/// Two runs whose processes came in pairs: process `k` of a case was measured next to process `k` of the same case in
/// the other run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interleaved {
    /// The other run.
    pub with: String,
    /// The seed of all random orders.
    pub seed: u64,
    /// The same code once more, process by process next to the same: what differs here is not the code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<CaseRecord>,
    /// Extra work that calibration put into cases, as a share, by case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slowdowns: BTreeMap<String, f64>,
    /// Cases that were not measured: their executables are the same on both sides, byte by byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identical: Vec<CaseKey>,
    /// Cases that reach the same machine code on both sides, although the executables differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_code: Vec<CaseKey>,
}

impl RunRecord {
    #[must_use]
    pub fn case(&self, id: &CaseKey) -> Option<&CaseRecord> {
        self.cases.iter().find(|case| case.id == *id)
    }
}

/// Which tool wrote the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolInfo {
    pub version: String,
    pub protocol: u32,
    /// The program that measured, where the results were imported: `hyperfine`, `criterion`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Still going, or killed without a chance to say so.
    Running,
    Complete,
    /// Ended by Ctrl-C or a time budget: what is there is valid.
    Interrupted,
}

/// The commit that the measured tree belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// The full hash.
    pub id: String,
    /// The branch checked out, absent when detached.
    pub branch: Option<String>,
    /// First line of the message.
    pub subject: String,
    /// Commit time, RFC 3339, UTC.
    pub time: String,
    pub tree: TreeState,
}

/// The state of the measured tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum TreeState {
    Clean,
    /// Uncommitted changes: the hash of the tree as it was measured, untracked files included.
    Dirty {
        tree: String,
    },
    /// A tree that no commit holds yet, such as the result of a merge.
    Merge {
        tree: String,
        with: String,
    },
}

/// Everything next to the code that may move a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    pub environment: Environment,
    pub build: Build,
    /// `bench.toml` as it was; absent without one.
    pub manifest: Option<String>,
    /// CPUs that the children were pinned to, by backend; absent where they were not.
    #[serde(default)]
    pub cpus: BTreeMap<String, Vec<usize>>,
    /// Environment variables given to the children, by bench.
    #[serde(default)]
    pub env: BTreeMap<String, BTreeMap<String, String>>,
}

/// How much was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    /// Fresh processes that each case is measured in.
    pub processes: u32,
    #[serde(default, skip_serializing_if = "SelectionRecord::is_default")]
    pub selection: SelectionRecord,
}

/// One case of a run, over its processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    pub id: CaseKey,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// The version of the benchmark, as its author numbers it or as a hash of its source: numbers of two versions are not of the same
    /// work. Absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The worst of the processes.
    #[serde(flatten)]
    pub status: Status,
    /// One measurement for each process that finished the case.
    pub processes: Vec<Measurement>,
    /// The log of the failed process, relative to the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Absent: it was not to be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

impl CaseRecord {
    /// All metrics: of one process after the other, then what was counted.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        let of_processes = self.processes.iter().flat_map(|process| &process.metrics);
        of_processes.chain(self.counts.iter().flat_map(Counts::metrics))
    }

    /// The values of a metric, one for each process that has it; or what was counted.
    #[must_use]
    pub fn values_of(&self, name: &str) -> Vec<f64> {
        self.metrics().filter(|metric| metric.name == name).map(|metric| metric.value).collect()
    }

    /// The values of a rate, one for each process that has it.
    #[must_use]
    pub fn rates_of(&self, metric: &Known) -> Vec<f64> {
        let all = self.processes.iter().flat_map(Measurement::all_rates);
        all.filter(|rate| rate.metric == metric).map(|rate| rate.value).collect()
    }

    /// Median nanoseconds per iteration, one value a process: what verdicts are made of.
    #[must_use]
    pub fn process_medians(&self) -> Vec<f64> {
        let medians =
            self.processes.iter().map(|process| crate::stats::median(&process.samples.per_iteration()));
        medians.flatten().collect()
    }
}
