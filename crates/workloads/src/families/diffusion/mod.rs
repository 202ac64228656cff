//! Diffusion: DiT with adaLN-Zero, as `diffusers.DiTTransformer2DModel` computes it, and its sampling by DDIM.
//!
//! Peebles & Xie, "Scalable Diffusion Models with Transformers", 2022: <https://arxiv.org/abs/2212.09748>.

mod conditioning;
mod config;
mod cost;
mod dit;
mod layer;
mod sampling;
mod schedule;

pub use config::{ActivationFn, DitConfig, Embedders, NormType};
pub use dit::{Dit, DitInput};
pub use schedule::TIME_STEPS;
