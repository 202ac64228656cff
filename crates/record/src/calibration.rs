//! How good the verdicts are on one machine: comparisons of code with itself, and with known extra work in it.

use serde::{Deserialize, Serialize};

/// The version of the file format that this crate writes.
pub const CALIBRATION_FORMAT: u32 = 1;

/// All that was tried on one machine class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRecord {
    pub format: u32,
    pub machine: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// The version of the tool.
    pub tool: String,
    /// `rustc -V` of the build that was measured.
    pub rustc: String,
    /// The tolerance that verdicts were made with, as a share.
    pub tolerance: f64,
    pub comparisons: Vec<ComparisonTrial>,
}

/// One comparison of the whole selection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonTrial {
    /// Wall time of measuring, both sides, processes' starts included; seconds.
    pub seconds: f64,
    /// True if the candidate's functions lay at other addresses than the baseline's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
    pub rows: Vec<RowTrial>,
}

impl ComparisonTrial {
    /// Returns whether both sides were the same in all rows.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.rows.iter().all(|row| row.slowdown == 0.0)
    }
}

/// One row of one comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowTrial {
    pub case: String,
    /// Extra work in the candidate, as a share; 0: identical code.
    pub slowdown: f64,
    /// The logarithm of candidate / baseline, for each process pair.
    pub log_ratios: Vec<f64>,
    /// How often a sample of the candidate was larger than one of the baseline, less one half, for each process pair; empty in
    /// files of earlier versions.
    #[serde(default)]
    pub win_rates: Vec<f64>,
    pub verdict: TrialVerdict,
    /// Seconds that the samples of both sides took.
    pub sampled_seconds: f64,
}

/// The verdict on a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrialVerdict {
    Regressed,
    Improved,
    Same,
    Undecided,
}
