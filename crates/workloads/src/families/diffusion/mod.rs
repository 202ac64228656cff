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

use burn::tensor::Device;

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use config::{DitConfig, Embedders, FeedForward, NormType};
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
        timesteps: inputs.integers("timestep", device)?,
        class_labels: inputs.integers("class_labels", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("sample", sample)?;
    Ok(outputs)
}
