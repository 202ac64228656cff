//! Encoder-only: BERT with its pooler, as `transformers.BertModel` computes it.
//!
//! Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019: <https://arxiv.org/abs/1810.04805>.

mod bert;
mod config;

pub use bert::{Bert, EncoderInput, EncoderOutput};
pub use config::{BertConfig, PositionEmbedding};
