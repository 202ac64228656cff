//! Everything that can happen in a run; plain data.

use accel_bench_record::protocol::Phase;
use accel_bench_record::{CaseId, Measurement, Status};

use crate::plan::Side;

/// What the runner tells whoever asked for the run, in order.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one is told at a time, and the largest is the one that counts"
)]
pub(crate) enum Event {
    /// A child process started for `cases` cases.
    ChildStarted {
        side: Side,
        round: u32,
        pid: u32,
    },
    CaseStarted {
        side: Side,
        round: u32,
        id: CaseId,
    },
    /// Where the case under way is, and its running estimate in nanoseconds per iteration.
    CaseProgress {
        id: CaseId,
        phase: Phase,
        estimate_nanos: Option<f64>,
    },
    /// One process has finished a case, well or not; `log` holds what the child printed, relative to the store.
    CaseFinished {
        side: Side,
        round: u32,
        id: CaseId,
        status: Status,
        measurement: Option<Measurement>,
        log: Option<String>,
    },
}
