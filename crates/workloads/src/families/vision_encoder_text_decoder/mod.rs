//! Vision encoder and text decoder: a ViT that a GPT-2 with cross-attention writes about, as
//! `transformers.VisionEncoderDecoderModel` computes them.
//!
//! Radford et al., "Language Models are Unsupervised Multitask Learners", 2019:
//! <https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf>; the pair as in
//! Li et al., "TrOCR", 2021: <https://arxiv.org/abs/2109.10282>.

mod captioner;
mod config;
mod gpt2;
mod gpt2_config;

pub use captioner::{CaptionInput, CaptionState, Captioner};
pub use config::{CaptionerConfig, ImageEncoder, TextDecoder};
pub use gpt2::Gpt2;
pub use gpt2_config::Gpt2Config;
