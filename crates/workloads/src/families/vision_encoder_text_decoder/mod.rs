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

use crate::families::vision;
use crate::model::{self, ModelError};
use crate::parity::HostTensors;
use crate::workload::{Size, Workload as _};

pub use captioner::{CaptionInput, CaptionState, Captioner};
pub use config::{CaptionerConfig, ImageEncoder, TextDecoder};
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
    let config = model::read_config::<Captioner>(folder)?;
    let input = CaptionInput {
        pixel_values: inputs.floats("pixel_values", device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    };
    check(&config, &input)?;
    let captioner: Captioner = model::load(folder, device)?;
    let logits = captioner.forward(input);
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", logits)?;
    Ok(outputs)
}

/// # Errors
/// When the images are of another size, or the texts too long or not as many.
fn check(config: &CaptionerConfig, input: &CaptionInput) -> Result<(), ModelError> {
    vision::check_images(&input.pixel_values, config.vit().image())?;
    let ([images, ..], [batch, sequence]) = (input.pixel_values.dims(), input.decoder_input_ids.dims());
    let unpaired = (images != batch).then(|| format!("it has {batch} texts where there are {images} images"));
    let excess = Captioner::excess(config, Size { batch, sequence, new_tokens: 0 });
    match unpaired.or(excess) {
        Some(reason) => Err(ModelError::Input { name: "decoder_input_ids", reason }),
        None => Ok(()),
    }
}
