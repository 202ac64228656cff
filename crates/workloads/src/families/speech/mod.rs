//! Speech: Whisper with its head, as `transformers.WhisperForConditionalGeneration` computes it, and what it hears.
//!
//! Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022:
//! <https://arxiv.org/abs/2212.04356>.

mod config;
mod cost;
mod input;
pub mod mel;
mod stacks;
mod whisper;

use std::path::Path;

use burn::tensor::{Device, Tensor};

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use config::WhisperConfig;
pub use input::SpeechInput;
pub use whisper::{Whisper, WhisperState};

/// Feeds `input_features` and `decoder_input_ids` to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let whisper: Whisper = model::load(folder, device)?;
    let config = model::read_config::<Whisper>(folder)?;
    let logits = whisper.forward(SpeechInput {
        input_features: features(&config, inputs, device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", logits)?;
    Ok(outputs)
}

/// The recorded features, where the model has positions for exactly as many: those of its window.
fn features(config: &WhisperConfig, inputs: &HostTensors, device: &Device) -> Result<Tensor<3>, ModelError> {
    let features = inputs.floats("input_features", device)?;
    let [_, bands, frames] = features.dims();
    if [bands, frames] == [config.num_mel_bins, config.frames()] {
        return Ok(features);
    }
    let [wanted_bands, wanted] = [config.num_mel_bins, config.frames()];
    let reason =
        format!("it has {bands} bands and {frames} frames where {wanted_bands} and {wanted} are wanted");
    Err(ModelError::Input { name: "input_features", reason })
}
