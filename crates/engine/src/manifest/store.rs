//! `[store]`: where results are kept, and which.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawStore {
    /// The folder of the results, relative to this file. Default: `.accel-bench`.
    path: Option<PathBuf>,
    /// `gc` keeps at least this many runs, the newest ones.
    keep_runs: Option<NonZeroUsize>,
    /// `gc` keeps runs for this many days.
    keep_days: Option<NonZeroU32>,
}

/// Where results are kept, and which `gc` keeps; without either rule it keeps all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub path: PathBuf,
    pub keep_runs: Option<usize>,
    pub keep_days: Option<u32>,
}

impl RawStore {
    pub(super) fn resolve(self) -> Store {
        Store {
            path: self.path.unwrap_or_else(|| ".accel-bench".into()),
            keep_runs: self.keep_runs.map(NonZeroUsize::get),
            keep_days: self.keep_days.map(NonZeroU32::get),
        }
    }
}
