//! One row of the table: one metric of one case in one run.

use chrono::NaiveDateTime;
use parquet_derive::ParquetRecordWriter;

/// The columns, in their order. Times are UTC. What is not known is null.
#[derive(Clone, Debug, PartialEq, ParquetRecordWriter)]
pub(crate) struct Row {
    pub(crate) run: String,
    pub(crate) started: Option<NaiveDateTime>,
    /// The program that measured.
    pub(crate) source: String,
    pub(crate) run_state: String,
    /// The full hash.
    pub(crate) commit: Option<String>,
    pub(crate) commit_time: Option<NaiveDateTime>,
    /// Commits on the longest way from a root to this one.
    pub(crate) generation: Option<i64>,
    pub(crate) branch: Option<String>,
    /// A git tag that names the commit.
    pub(crate) tag: Option<String>,
    pub(crate) subject: Option<String>,
    /// `clean`, `dirty`, `merge` or `none`.
    pub(crate) tree: String,
    pub(crate) dirty: bool,
    /// The machine class, and its parts.
    pub(crate) machine: String,
    pub(crate) cpu: Option<String>,
    pub(crate) architecture: String,
    pub(crate) physical_cores: Option<i64>,
    pub(crate) logical_cores: i64,
    pub(crate) memory_bytes: Option<i64>,
    pub(crate) system: String,
    pub(crate) drivers: String,
    pub(crate) toolchain: String,
    pub(crate) host: String,
    pub(crate) build: String,
    pub(crate) steady: bool,
    pub(crate) lock_hash: Option<String>,
    /// The name of the measuring profile.
    pub(crate) profile: String,
    /// The selection, as JSON.
    pub(crate) selection: String,
    pub(crate) backend: String,
    pub(crate) device: Option<String>,
    /// The case as people read it.
    pub(crate) case_name: String,
    /// The case's identity: `CaseKey` as JSON.
    pub(crate) case_key: String,
    pub(crate) bench: String,
    pub(crate) benchmark: String,
    /// The benchmark's version: see [`CaseRecord::version`](accel_bench_record::CaseRecord).
    pub(crate) version: Option<String>,
    /// All parameters as JSON.
    pub(crate) params: String,
    pub(crate) model: Option<String>,
    pub(crate) batch_size: Option<i64>,
    pub(crate) sequence_length: Option<i64>,
    pub(crate) precision: Option<String>,
    pub(crate) category: Option<String>,
    /// The tags of the case, joined by commas.
    pub(crate) tags: String,
    pub(crate) metric: String,
    pub(crate) unit: String,
    /// `lower`, `higher` or `neither`.
    pub(crate) better: String,
    /// In the unit; null where there is none.
    pub(crate) value: Option<f64>,
    /// Both ends of the 95 % interval.
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// Processes that the value is based on.
    pub(crate) n: i64,
    /// `ok`, `missing`, `skipped`, or how it failed: `unsupported`, `oom`, `timeout`, `panic`, …
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

/// The columns that rows are sorted by: a series lies together.
pub(crate) const ORDER: [&str; 4] = ["case_key", "metric", "machine", "run"];

impl Row {
    /// The cells of the columns of [`ORDER`].
    pub(crate) fn in_order(&self) -> [&str; 4] {
        [&self.case_key, &self.metric, &self.machine, &self.run]
    }
}
