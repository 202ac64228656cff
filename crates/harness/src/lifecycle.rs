//! Benchmarks with a life of their own: set up, executed, their results processed, cleaned up in any case.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::{Bencher, Error};
use accel_bench_record::protocol::Phase;
use accel_bench_record::{Metric, Samples};

/// A benchmark as a type. Put `#[bench(…)]` on the `impl`; the type is made with `Default`.
///
/// ```
/// use accel_bench::{Bencher, Benchmark, Direction, Error, Metric, Samples, bench};
///
/// #[derive(Default)]
/// struct Sort(Vec<u32>);
///
/// #[bench(category = "kernel", params(n = [1000]))]
/// impl Benchmark for Sort {
///     type Output = Vec<u32>;
///
///     fn setup(&mut self, b: &mut Bencher) -> Result<(), Error> {
///         self.0 = (0..b.param("n")).rev().collect();
///         Ok(())
///     }
///
///     fn execute(&mut self) -> Result<Vec<u32>, Error> {
///         let mut values = self.0.clone();
///         values.sort_unstable();
///         Ok(values)
///     }
///
///     fn process_results(&mut self, samples: &Samples) -> Result<Vec<Metric>, Error> {
///         Ok(vec![Metric::new("samples-taken", "1", Direction::Neither, samples.len() as f64)])
///     }
/// }
/// # fn main() {}
/// ```
pub trait Benchmark: Default {
    /// The result of one iteration; dropped outside the timed region.
    type Output;

    /// Prepares the case: reads parameters, makes the device and the inputs.
    ///
    /// # Errors
    /// Whatever keeps the case from running.
    fn setup(&mut self, b: &mut Bencher) -> Result<(), Error>;

    /// One timed iteration.
    ///
    /// # Errors
    /// Whatever makes the result worthless; it ends the case.
    fn execute(&mut self) -> Result<Self::Output, Error>;

    /// Metrics of the benchmark's own, each with unit and direction.
    ///
    /// # Errors
    /// Whatever makes the result worthless.
    fn process_results(&mut self, samples: &Samples) -> Result<Vec<Metric>, Error> {
        let _ = samples;
        Ok(Vec::new())
    }

    /// Gives back what `setup` took. Runs after an error and after a panic as well.
    ///
    /// # Errors
    /// Whatever was left behind; it fails the case.
    fn cleanup(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Runs the life of `B`.
///
/// # Errors
/// The first error of the life; one of the cleanup only if there was none before.
pub fn run_benchmark<B: Benchmark>(b: &mut Bencher) -> Result<(), Error> {
    let mut benchmark = B::default();
    let lived = catch_unwind(AssertUnwindSafe(|| live(&mut benchmark, b)));
    b.tell(Phase::Cleanup);
    let cleaned = catch_unwind(AssertUnwindSafe(|| benchmark.cleanup()));
    match (lived, cleaned) {
        (Err(panic), _) | (Ok(Ok(())), Err(panic)) => resume_unwind(panic),
        (Ok(Err(error)), _) | (Ok(Ok(())), Ok(Err(error))) => Err(error),
        (Ok(Ok(())), Ok(Ok(()))) => Ok(()),
    }
}

fn live<B: Benchmark>(benchmark: &mut B, b: &mut Bencher) -> Result<(), Error> {
    b.tell(Phase::Setup);
    benchmark.setup(b)?;
    b.try_iter(|| benchmark.execute());
    if b.is_only_described() {
        return Ok(());
    }
    for metric in benchmark.process_results(&b.samples())? {
        b.metric(metric);
    }
    Ok(())
}

/// The return type of a `#[bench]` function.
#[doc(hidden)]
pub trait Outcome {
    fn into_result(self) -> Result<(), Error>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<E: Into<Error>> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), Error> {
        self.map_err(Into::into)
    }
}
