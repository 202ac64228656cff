//! Decoder-only: Llama, as `transformers.LlamaForCausalLM` computes it.
//!
//! Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023: <https://arxiv.org/abs/2302.13971>.
//! Grouped heads: Ainslie et al., 2023: <https://arxiv.org/abs/2305.13245>.

mod config;
mod llama;

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};

use crate::generation::greedy;
use crate::model::{self, ModelError};
use crate::parity::HostTensors;
use crate::workload::{Generator, Size};

pub use config::LlamaConfig;
pub(super) use config::PRESETS;
pub use llama::Llama;

/// How many tokens are written: as many as the reference writes.
const NEW_TOKENS: usize = 8;

/// Feeds `input_ids` to the language model in `folder`: gives the `logits` of every token, and `greedy_tokens` where the
/// model has positions for them.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such or too long, or the device fails.
pub(super) fn reproduce<M: Generator<Input = Tensor<2, Int>>>(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let config = model::read_config::<M>(folder)?;
    let ids: Tensor<2, Int> = inputs.integers("input_ids", device)?;
    if inputs.optional_integers::<2>("attention_mask", device)?.is_some() {
        let reason = "texts of different lengths in one batch are not implemented".to_owned();
        return Err(ModelError::Input { name: "attention_mask", reason });
    }
    let [batch, sequence] = ids.dims();
    let excess = |new_tokens| M::excess(&config, Size { batch, sequence, new_tokens });
    if let Some(reason) = excess(0) {
        return Err(ModelError::Input { name: "input_ids", reason });
    }
    let language_model: M = model::load(folder, device)?;
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", language_model.pass(ids.clone()))?;
    if excess(NEW_TOKENS).is_none() {
        outputs.tokens("greedy_tokens", &greedy(&language_model, ids, NEW_TOKENS, &mut || ())?);
    }
    Ok(outputs)
}
