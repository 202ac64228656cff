//! State-space: Mamba-2 with its head, as `transformers.Mamba2ForCausalLM` computes it.
//!
//! Dao & Gu, "Transformers are SSMs", 2024: <https://arxiv.org/abs/2405.21060>.

mod config;
mod cost;
mod mamba2;
mod mixer;

pub use config::Mamba2Config;
pub use mamba2::{Mamba2, Mamba2Input, Mamba2State};
