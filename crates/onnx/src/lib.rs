//! ONNX models as benchmarks: any file, through the execution providers of ONNX Runtime.
//!
//! ```no_run
//! use accel_bench::{Bencher, Error, bench};
//! use accel_bench_onnx::{ONNX, pass};
//!
//! #[bench(backends = ONNX, params(model = ["model.onnx"], batch_size = [1, 8], sequence_length = [128]))]
//! fn encoder(b: &mut Bencher) -> Result<(), Error> {
//!     pass(b)
//! }
//! # fn main() {}
//! ```
//!
//! The backend chooses the execution provider: `ort-cpu`, `ort-openvino`, `ort-cuda`, … Dynamic axes get the values of the
//! parameters that they are named like.

mod axes;
mod cell;
mod file;
mod model;
mod provider;
mod runtime;

pub use axes::Axes;
pub use cell::pass;
pub use model::{Input, OnnxError, OnnxModel, Tensor};
pub use provider::{ONNX, Provider};
