//! Decoder-only: Llama, as `transformers.LlamaForCausalLM` computes it.
//!
//! Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023: <https://arxiv.org/abs/2302.13971>.
//! Grouped heads: Ainslie et al., 2023: <https://arxiv.org/abs/2305.13245>.

mod config;
mod llama;

pub use config::LlamaConfig;
pub(super) use config::PRESETS;
pub use llama::Llama;
