//! Encoder-decoder: T5 with its head, as `transformers.T5ForConditionalGeneration` computes it.
//!
//! Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020:
//! <https://arxiv.org/abs/1910.10683>.

mod config;
mod cost;
mod projection;
mod stacks;
mod t5;

pub use config::T5Config;
pub use projection::FeedForwardProjection;
pub use t5::{T5, T5Input, T5State};
