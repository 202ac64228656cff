//! Parts that several model families share. Built on `burn::nn`, so that what is measured is what a user of burn
//! runs; each takes its parameters from [`Weights`](crate::weights::Weights) by their Hugging Face names.

pub mod activation;
pub mod attention;
pub mod cache;
pub mod conv1d;
pub mod decoder_layer;
pub mod embedding;
pub mod encoder_layer;
pub mod feed_forward;
pub mod linear;
pub mod mask;
pub mod mlp;
pub mod norm;
pub mod relative;
pub mod rotary;

pub use activation::ActivationName;
pub use attention::{Attention, AttentionDims, AttentionNames, Look};
pub use cache::{KeysValues, KvCache};
pub use conv1d::Conv1dDims;
pub use decoder_layer::{DecoderDims, DecoderLayer, DecoderLook, Memory};
pub use encoder_layer::EncoderLayer;
pub use feed_forward::{FeedForward, FeedForwardDims};
pub use linear::{Bias, Projection};
pub use mlp::{GatedMlp, Mlp};
pub use relative::{Buckets, Direction, RelativeBias};
pub use rotary::Rotary;
