//! The model families, one folder each.

pub mod decoder_only;
pub mod diffusion;
pub mod encoder_decoder;
pub mod encoder_only;
pub mod mixture_of_experts;
pub mod multimodal;
pub mod rag;
pub mod speech;
pub mod state_space;
pub mod vision;
pub mod vision_encoder_text_decoder;
