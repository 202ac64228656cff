//! Series: one metric of one case on one machine class, by commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use accel_bench_record::{CaseKey, Direction};

use crate::facts::Setup;

/// The identity of a series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    pub case: CaseKey,
    pub metric: String,
    /// The machine class.
    pub machine: String,
    /// Steady builds and builds as cargo makes them are measured side by side, and are not the same executables.
    pub steady: bool,
}

/// One metric of one case on one machine class, in the order of the commits.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub key: SeriesKey,
    pub unit: String,
    pub better: Direction,
    /// One for each commit that has a value.
    pub points: Vec<Point>,
    /// The version of the benchmark that all points measured, where it is known.
    pub version: Option<String>,
    /// Commits before the first point whose runs measured another version: their values are left out.
    pub other_versions: usize,
    /// The commits where the case was measured without a result, or should have been.
    pub absences: Vec<Absence>,
}

/// The value at one commit: the median over its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Where the commit lies on the line of all commits; outside git, which run it is.
    pub position: usize,
    pub run: Arc<Moment>,
    /// In the series' unit.
    pub value: f64,
}

/// A commit without a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Absence {
    pub position: usize,
    pub run: Arc<Moment>,
    /// As in the table: `missing`, `unsupported`, `panic`, …
    pub status: String,
}

/// The run behind a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub run: String,
    /// The full hash; absent outside git.
    pub commit: Option<String>,
    pub subject: Option<String>,
    /// RFC 3339, UTC.
    pub started: String,
    pub setup: Setup,
    /// As in [`RunFacts::versions`](crate::RunFacts).
    pub versions: Arc<BTreeMap<String, String>>,
}

impl Moment {
    /// The version of a case's benchmark in this run.
    #[must_use]
    pub fn version(&self, case: &CaseKey) -> Option<&str> {
        crate::facts::version(&self.versions, case)
    }

    /// The commit as people write it, or the run.
    #[must_use]
    pub fn name(&self) -> &str {
        self.commit.as_deref().map_or(&self.run, |commit| commit.get(..9).unwrap_or(commit))
    }
}

impl Series {
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.points.iter().map(|point| point.value).collect()
    }
}
