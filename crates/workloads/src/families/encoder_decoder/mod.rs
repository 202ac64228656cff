//! Encoder-decoder: T5 with its head, as `transformers.T5ForConditionalGeneration` computes it.
//!
//! Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020:
//! <https://arxiv.org/abs/1910.10683>.

mod config;
mod cost;
mod projection;
mod stacks;
mod t5;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use config::T5Config;
pub use projection::FeedForwardProjection;
pub use t5::{T5, T5Input, T5State};

/// Feeds `input_ids` and `decoder_input_ids`, and `attention_mask` where there is one, to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let t5: T5 = model::load(folder, device)?;
    let logits = t5.forward(T5Input {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", logits)?;
    Ok(outputs)
}
