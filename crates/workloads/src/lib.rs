//! The models and kernels that `cargo accel-bench` measures on burn's backends.
//!
//! ```
//! use accel_bench_workloads::{device_named, families::encoder_only::{Bert, EncoderInput}, model};
//! use burn::tensor::{Int, Tensor};
//!
//! let device = device_named("ndarray")?;
//! let bert: Bert = model::open("bert-tiny", 1, &device)?;
//! let input_ids = Tensor::<2, Int>::zeros([1, 8], &device);
//! let output = bert.forward(EncoderInput::tokens(input_ids));
//! assert_eq!(output.last_hidden_state.dims(), [1, 8, 128]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A model is named by a preset (`bert-tiny` … `mamba2-xxl`), which runs with weights drawn from a seed, or by a
//! Hugging Face folder (`config.json` and `model.safetensors`). Everything computes in what the
//! device is configured for, `f32` unless a [`cell::Precision`] was prepared.

mod backend;
pub mod blocks;
pub mod cell;
mod cost;
mod device;
mod device_time;
pub mod families;
pub mod family;
pub mod generation;
mod here;
pub mod kernels;
pub mod model;
mod nearest;
mod output;
pub mod parity;
#[cfg(test)]
#[cfg(feature = "ndarray")]
mod preset_table;
pub mod weights;
pub mod workload;

pub use backend::{BURN, Backend, BackendError, Memory};
pub use device::{BurnDevice, device, device_named};
pub use output::check_finite;
