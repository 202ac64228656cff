//! Write benchmarks of models and kernels in Criterion's style, and let `cargo accel-bench` measure, store
//! and compare them.
//!
//! ```no_run
//! use accel_bench::{Bencher, Throughput, bench};
//!
//! #[bench(category = "kernel", params(n = [64, 256]))]
//! fn sum(b: &mut Bencher) {
//!     let values = vec![1.0_f32; b.param("n")];
//!     b.throughput(Throughput::Elements(values.len() as u64));
//!     b.iter(|| values.iter().sum::<f32>());
//! }
//!
//! accel_bench::main!();
//! ```
//!
//! The target needs `harness = false` in `Cargo.toml`. It runs under plain `cargo bench` and, each case once,
//! under `cargo test --benches` as well.
//!
//! Work on an accelerator is asynchronous: give the device to [`Bencher::device`] (or [`Bencher::sync_with`])
//! and every sample ends with the device synchronised.

mod allocator;
mod bencher;
mod clock;
mod device;
mod error;
mod lifecycle;
mod memory;
mod observer;
mod param;
mod registry;
mod routine;
mod sampler;
mod series;
mod slowdown;
mod timing;
mod waiting;
mod worker;

pub use accel_bench_macros::bench;
pub use accel_bench_record::{Direction, Metric, Samples, Throughput, catalogue, units};
pub use std::hint::black_box;

pub use allocator::CountingAllocator;
pub use bencher::Bencher;
pub use device::{Device, DeviceError, DeviceMemory, Host};
pub use error::Error;
pub use lifecycle::Benchmark;
pub use param::FromParam;
pub use series::Series;

/// For whoever reports processes to be interleaved: how long a sample is, and how many iterations it has.
#[doc(hidden)]
pub mod turns {
    pub use crate::sampler::{batch_size, sample_length};
}

/// The `main` of a bench target: runs the benchmarks that were registered with [`bench`](macro@bench).
///
/// `main!(count_allocations)` installs the [`CountingAllocator`] as well, so that cases on the host and on backends that
/// are written in Rust report their memory:
///
/// ```no_run
/// # use accel_bench::{Bencher, bench};
/// #[bench]
/// fn collect(b: &mut Bencher) {
///     b.iter(|| (0..1_000).collect::<Vec<u32>>());
/// }
///
/// accel_bench::main!(count_allocations);
/// ```
#[macro_export]
macro_rules! main {
    (count_allocations) => {
        #[global_allocator]
        static COUNTING_ALLOCATOR: $crate::CountingAllocator = $crate::CountingAllocator::new();

        $crate::main!();
    };
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::__private::main(env!("CARGO_CRATE_NAME"))
        }
    };
}

/// Used by the expansion of the macros; not part of the API.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::lifecycle::{Outcome, run_benchmark};
    pub use crate::registry::{Literal, Registration};
    pub use crate::worker::main;
}
