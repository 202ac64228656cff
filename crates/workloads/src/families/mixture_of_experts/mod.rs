//! Mixture-of-experts: Mixtral, as `transformers.MixtralForCausalLM` computes it.
//!
//! Jiang et al., "Mixtral of Experts", 2024: <https://arxiv.org/abs/2401.04088>.

mod config;
mod dispatch;
mod experts;
mod mixtral;

pub use config::MixtralConfig;
pub use experts::{EXPERT_METHOD, Experts, ExpertsDims};
pub use mixtral::{Mixtral, active_params};
