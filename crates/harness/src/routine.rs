//! The routine that the sampler drives: a benchmark's loop and its device, or a simulation of them.

use crate::Error;
use accel_bench_record::protocol::Phase;

/// The measured code, as the sampler sees it.
pub(crate) trait Routine {
    /// Runs `iterations` and returns the nanoseconds of the timed region.
    fn batch(&mut self, iterations: u64) -> Result<u64, Error>;

    /// Nanoseconds that taking a sample costs next to the iterations.
    fn overhead(&mut self) -> Result<u64, Error>;

    /// Makes all later batches slower by the share that was asked for; `iterations` are long enough to be timed.
    fn slow_down(&mut self, iterations: u64) -> Result<(), Error>;

    /// Warm-up is over and samples begin, which take this many bytes on the heap.
    fn start(&mut self, sample_bytes: u64);

    /// The last batch, of this many iterations, is a sample. Called outside the timed region, and before the next batch.
    fn keep(&mut self, iterations: u64);

    /// The last sample is thrown away after all.
    fn retract(&mut self);

    /// The largest batch that memory allows.
    fn max_batch(&self) -> u64;

    /// Calls return before their work is done.
    fn is_asynchronous(&self) -> bool;

    /// Wall time now, nanoseconds from any origin: bounds include what is not timed, such as setup.
    fn now(&self) -> u64;

    /// Told between batches, never inside one.
    fn observe(&mut self, phase: Phase, estimate_nanos: f64);
}
