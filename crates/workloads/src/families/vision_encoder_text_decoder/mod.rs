//! Vision encoder and text decoder: a ViT that a GPT-2 with cross-attention writes about, as
//! `transformers.VisionEncoderDecoderModel` computes them.
//!
//! Radford et al., "Language Models are Unsupervised Multitask Learners", 2019:
//! <https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf>; the pair as in
//! Li et al., "TrOCR", 2021: <https://arxiv.org/abs/2109.10282>.

mod captioner;
mod config;
mod gpt2;
mod gpt2_config;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use captioner::{CaptionInput, CaptionState, Captioner};
pub use config::{CaptionerConfig, Decoder, Encoder};
pub use gpt2::Gpt2;
pub use gpt2_config::Gpt2Config;

/// Feeds `pixel_values` and `decoder_input_ids` to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let captioner: Captioner = model::load(folder, device)?;
    let logits = captioner.forward(CaptionInput {
        pixel_values: inputs.floats("pixel_values", device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", logits)?;
    Ok(outputs)
}
