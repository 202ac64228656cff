//! Everything that can happen in a call of the engine; plain data, which serialises as one JSON object each.

use std::fmt;
use std::path::PathBuf;

use accel_bench_record::protocol::Phase;
use accel_bench_record::{CaseKey, Measurement, Status};
use serde::Serialize;

use crate::plan::Side;

/// An event of the engine; they are reported in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one is reported at a time, and the largest is the one that counts"
)]
pub enum Event {
    /// Something may be wrong with the results, or is left out.
    Warning { warning: Warning },
    /// A build of bench targets begins.
    BuildStarted { package: String, targets: Vec<String>, features: Vec<String> },
    /// A line that cargo printed.
    CargoLine { line: String },
    /// The build ended; `seconds` is its wall-clock time.
    BuildFinished { ok: bool, seconds: f64 },
    /// A bench target could not list its benchmarks.
    ListFailed { bench: String, reason: String },
    /// These backends neither built nor listed; the machine may lack something that they need.
    BackendFailed { backends: Vec<String> },
    /// The file of a side's run exists.
    Storing { side: Side, path: PathBuf },
    /// Measuring begins: the processes that each case will be measured in, by side.
    MeasuringStarted { turns: Vec<Turns> },
    /// Measuring of two sides, interleaved, begins: each case takes at most this many process pairs.
    ComparingStarted { cases: Vec<CaseKey>, most_pairs: u32 },
    /// A child process started.
    ChildStarted { side: Side, round: u32, pid: u32 },
    /// A case is about to run in the process.
    CaseStarted { side: Side, round: u32, id: CaseKey },
    /// Where the case under way is, and its running estimate in nanoseconds per iteration.
    CaseProgress { id: CaseKey, phase: Phase, estimate_nanos: Option<f64> },
    /// One process has finished a case, well or not; `log` holds what the child printed, relative to the store.
    CaseFinished {
        side: Side,
        round: u32,
        id: CaseKey,
        status: Status,
        measurement: Option<Measurement>,
        log: Option<String>,
    },
    /// These cases need no further process pair.
    CasesDecided { cases: Vec<CaseKey> },
    /// The times are measured; this many cases will be counted.
    CountingStarted { cases: usize },
    /// A case was counted on every side.
    CaseCounted { id: CaseKey },
    /// Both sides of a case run for some seconds, to be drawn as a flame graph.
    Profiling { id: CaseKey },
    /// No further case will be measured in this call.
    MeasuringFinished,
    /// Both sides were interleaved before, at `started`: nothing is measured.
    FoundCompared { started: String },
    /// So many cases are served by the same executable on both sides: they are not measured.
    Identical { cases: usize },
    /// Both sides were interleaved before, but `open` of `cases` cases were left undecided: they are measured again.
    FoundUndecided { open: usize, cases: usize },
    /// Both sides are stored runs, measured `seconds` apart.
    FoundApart { seconds: i64 },
    /// A commit is about to be compared, among `left` that may be searched for.
    Bisecting { commit: String, subject: String, left: usize },
    /// The answer for that commit, in words.
    Bisected { commit: String, answer: String },
    /// The runs that hold what was finished before an interruption.
    Kept { runs: Vec<String> },
}

/// A case of one side and the number of processes it will be measured in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turns {
    pub side: Side,
    pub id: CaseKey,
    pub processes: u32,
}

/// A possible fault in the results of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// Another run measures on the same CPU.
    CpuShared,
    /// No one can say whether another run measures on the same CPU.
    CpuUnknown,
    /// A checkout of `side` lacks something, such as a submodule.
    IncompleteCheckout { side: String, limit: String },
    /// A file of the store that may hold what was looked for.
    Unreadable { reason: String },
    /// The store could not keep everything.
    NotStored { reason: String },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CpuShared => {
                f.write_str("another run measures on the same CPU; both will see it in their numbers")
            }
            Self::CpuUnknown => f.write_str("cannot determine whether another run measures on the same CPU"),
            Self::IncompleteCheckout { side, limit } => {
                write!(f, "the checkout of {side} is not complete: {limit}")
            }
            Self::Unreadable { reason } => write!(f, "skipped {reason}"),
            Self::NotStored { reason } => write!(f, "not everything could be stored: {reason}"),
        }
    }
}
