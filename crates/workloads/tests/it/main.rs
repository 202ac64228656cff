//! The package as its users see it. Everything runs on ndarray: the other backends are held to the same folders by
//! the binary `parity`.

#![cfg(feature = "ndarray")]

mod checkpoints;
mod configs;
mod costs;
mod decoder_only;
mod diffusion;
mod encoder_decoder;
mod folder;
mod mixture_of_experts;
mod models;
mod multimodal;
mod parity_binary;
mod precision;
mod rag;
mod seeds;
mod speech;
mod state_space;
mod vision;
mod vision_encoder_text_decoder;
mod writing;
