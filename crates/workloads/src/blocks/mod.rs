//! Parts that several model families share. Built on `burn::nn`, so that what is measured is what a user of burn
//! runs; each takes its parameters from [`Weights`](crate::weights::Weights) by their Hugging Face names.

pub mod activation;
pub mod attention;
pub mod cache;
pub mod convolution;
pub mod decoder;
pub mod decoder_layer;
pub mod embedding;
pub mod encoder_layer;
pub mod linear;
pub mod mask;
pub mod mlp;
pub mod norm;
pub mod patches;
pub mod rotary;
pub mod rotary_config;
pub(crate) mod sides;
pub mod vocabulary;

pub use activation::ActivationName;
pub use attention::{Attention, AttentionDims, AttentionNames, Look};
pub use cache::{KeysValues, KvCache};
pub use decoder::{Decoder, DecoderDims, FeedForward};
pub use decoder_layer::{DecoderLayer, DecoderLayerDims, DecoderLayerNames};
pub use encoder_layer::{EncoderLayer, EncoderLayerDims, EncoderLayerNames};
pub use linear::{Bias, Projection};
pub use mlp::{GatedMlp, Mlp};
pub use patches::{PatchDims, PatchEmbedding};
pub use rotary::Rotary;
pub use rotary_config::{RotaryConfig, RotaryScaling};
pub use vocabulary::Vocabulary;
