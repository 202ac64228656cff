//! The data model of `cargo accel-bench`: cases, what was measured of them, the runs that hold them, and the messages
//! between the tool and its child processes.
//!
//! These types cross a socket and a disk. They carry only behaviour that every reader needs and know neither processes
//! nor files.

pub mod backends;
mod calibration;
mod case;
pub mod catalogue;
mod counts;
mod environment;
mod estimate;
mod ids;
mod leak;
mod measurement;
mod meter;
mod metric;
pub mod protocol;
mod rate;
mod run;
mod selection;
pub mod stats;
pub mod units;
mod values;

pub use calibration::{CALIBRATION_FORMAT, CalibrationRecord, ComparisonTrial, RowTrial, TrialVerdict};
pub use case::{CaseKey, Failure, HOST, ParamValue, Params, Status};
pub use counts::Counts;
pub use environment::{Adapter, Build, Cpu, Environment, Load, Os};
pub use estimate::{Basis, ESTIMATE_LEVEL, Estimate};
pub use ids::{CommitId, MachineId, RunId};
pub use leak::{LEAK_BYTES_PER_ITERATION, Leak};
pub use measurement::{Conditions, Measurement, Readings, Samples, Throughput, TimingMethod, WarmUp};
pub use meter::MeterReading;
pub use metric::{Direction, Metric};
pub use rate::Rate;
pub use run::{
    CaseRecord, CommitInfo, FORMAT, Interleaved, Profile, RunRecord, RunState, Surroundings, ToolInfo,
    TreeState,
};
pub use selection::{Selected, SelectionRecord};
pub use values::RunValues;
