//! Diffusion: DiT with adaLN-Zero, as `diffusers.DiTTransformer2DModel` computes it, and its sampling by DDIM.
//!
//! Peebles & Xie, "Scalable Diffusion Models with Transformers", 2022: <https://arxiv.org/abs/2212.09748>.

mod conditioning;
mod config;
mod cost;
mod dit;
mod layer;
mod sampling;
mod schedule;

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use config::{ActivationFn, DitConfig, Embedders, NormType};
pub use dit::{Dit, DitInput};
pub use schedule::TIME_STEPS;

/// Feeds `hidden_states`, `timestep` and `class_labels` to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let dit: Dit = model::load(folder, device)?;
    let sample = dit.forward(DitInput {
        latents: inputs.floats("hidden_states", device)?,
        timesteps: timesteps(inputs, device)?,
        class_labels: inputs.integers("class_labels", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("sample", sample)?;
    Ok(outputs)
}

/// The reference computes with any number for a time step. Here there are as many as the schedule has.
fn timesteps(inputs: &HostTensors, device: &Device) -> Result<Tensor<1, Int>, ModelError> {
    let timesteps = inputs.integers::<1>("timestep", device)?;
    let beyond = |step: &i64| !(0..TIME_STEPS as i64).contains(step);
    match timesteps.to_data().iter::<i64>().find(beyond) {
        Some(step) => {
            let reason = format!("{step} is no time step: they go from 0 to {}", TIME_STEPS - 1);
            Err(ModelError::Input { name: "timestep", reason })
        }
        None => Ok(timesteps),
    }
}
