//! Encoder-only: BERT with its pooler, as `transformers.BertModel` computes it.
//!
//! Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019: <https://arxiv.org/abs/1810.04805>.

mod bert;
mod config;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use bert::{Bert, EncoderInput, EncoderOutput};
pub use config::{BertConfig, PositionEmbedding};

/// Feeds `input_ids`, and `attention_mask` and `token_type_ids` where there are such, to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let bert: Bert = model::load(folder, device)?;
    let output = bert.forward(EncoderInput {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
        token_type_ids: inputs.optional_integers("token_type_ids", device)?,
    });
    let mut outputs = HostTensors::default();
    outputs.read_back("last_hidden_state", output.last_hidden_state)?;
    outputs.read_back("pooler_output", output.pooler_output)?;
    Ok(outputs)
}
