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
//! The backend chooses the execution provider: `ort-cpu`, `ort-openvino`, `ort-cuda`, …, and with the feature `browser` those of
//! onnxruntime-web. Dynamic axes get the values of the parameters that they are named like.

mod axes;
mod cell;
mod error;
mod file;
mod input;
mod model;
mod provider;
mod runtime;
#[cfg(feature = "browser")]
mod web;

pub use axes::Axes;
pub use cell::pass;
pub use error::OnnxError;
pub use input::{Input, Tensor};
pub use model::OnnxModel;
pub use provider::{ONNX, Provider, Runtime, WebProvider};
#[cfg(feature = "browser")]
pub use web::{About, BrowserDevice, WebModel};
