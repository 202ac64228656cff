//! The data model: what a case is, what was measured of it, and the run that holds it.
//!
//! These types cross a pipe and a disk, so they carry no behaviour beyond what every reader needs, and
//! know neither processes nor files.

mod calibration;
mod case;
mod environment;
mod leak;
mod measurement;
mod metric;
mod rate;
mod run;

pub use calibration::{CALIBRATION_FORMAT, CalibrationRecord, ComparisonTrial, RowTrial, TrialVerdict};
pub use case::{CaseId, Failure, ParamValue, Params, Status};
pub use environment::{Adapter, Build, Cpu, Environment, Load, Os};
pub use leak::{GROWTH, LEAK_BYTES_PER_ITERATION, Leak};
pub use measurement::{Conditions, Measurement, Samples, Throughput, WarmUp};
pub use metric::{Direction, Metric};
pub use rate::Rate;
pub use run::{
    CaseRecord, CommitInfo, FORMAT, Interleaved, Profile, RunRecord, RunState, Surroundings, ToolInfo,
    TreeState,
};
