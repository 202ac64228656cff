//! Speech: Whisper with its head, as `transformers.WhisperForConditionalGeneration` computes it, and what it hears.
//!
//! Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022:
//! <https://arxiv.org/abs/2212.04356>.

mod config;
mod cost;
mod input;
pub mod mel;
mod stacks;
mod whisper;

pub use config::WhisperConfig;
pub use input::SpeechInput;
pub use whisper::{Whisper, WhisperState};
