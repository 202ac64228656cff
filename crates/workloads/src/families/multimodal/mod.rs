//! Multimodal: LLaVA, a CLIP tower whose image embeddings a Llama reads among its words, as
//! `transformers.LlavaForConditionalGeneration` computes it.
//!
//! Liu et al., "Visual Instruction Tuning", 2023: <https://arxiv.org/abs/2304.08485>; the tower is that of Radford et al.,
//! "Learning Transferable Visual Models From Natural Language Supervision", 2021: <https://arxiv.org/abs/2103.00020>.

mod clip;
mod clip_config;
mod config;
mod llava;

pub use clip::ClipTower;
pub use clip_config::ClipConfig;
pub use config::{FeatureLayers, LlavaConfig, Select, TextModel, VisionTower};
pub use llava::{Llava, LlavaInput};
