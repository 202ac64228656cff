//! Who follows a case while it runs.

use accel_bench_record::protocol::Phase;

/// Hears where a case is, with the running estimate of an iteration in nanoseconds.
pub(crate) type Observer = Box<dyn FnMut(Phase, Option<f64>)>;
