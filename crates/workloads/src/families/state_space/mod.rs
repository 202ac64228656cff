//! State-space: Mamba-2 with its head, as `transformers.Mamba2ForCausalLM` computes it.
//!
//! Dao & Gu, "Transformers are SSMs", 2024: <https://arxiv.org/abs/2405.21060>.

mod config;
mod cost;
mod mamba2;
mod mixer;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use config::Mamba2Config;
pub use mamba2::{Mamba2, Mamba2Input, Mamba2State};

/// Feeds `input_ids`, and `attention_mask` where there is one, to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let mamba: Mamba2 = model::load(folder, device)?;
    let logits = mamba.forward(Mamba2Input {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", logits)?;
    Ok(outputs)
}
