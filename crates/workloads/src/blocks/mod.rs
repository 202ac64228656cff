//! Parts that several model families share. Built on `burn::nn`, so that what is measured is what a user of burn
//! runs; each takes its parameters from [`Weights`](crate::weights::Weights) by their Hugging Face names.

pub mod activation;
pub mod attention;
pub mod cache;
pub mod causal_conv;
pub mod conv1d;
pub mod convolution;
pub mod decoder;
pub mod decoder_layer;
pub mod embedding;
pub mod encoder_layer;
pub mod feed_forward;
pub mod gated_norm;
pub mod linear;
pub mod mask;
pub mod mlp;
pub mod norm;
pub mod patches;
pub mod plain_decoder;
pub mod plain_encoder;
pub mod relative;
pub mod rotary;
pub mod rotary_config;
pub(crate) mod sides;
pub mod sin_cos;
pub mod ssd;

pub use activation::ActivationName;
pub use attention::{Attention, AttentionDims, AttentionNames, Look};
pub use cache::{KeysValues, KvCache};
pub use causal_conv::CausalConv;
pub use conv1d::Conv1dDims;
pub use decoder::{Decoder, DecoderDims, FeedForward};
pub use decoder_layer::{DecoderLayer, DecoderLook, Memory};
pub use encoder_layer::EncoderLayer;
pub use feed_forward::FeedForwardDims;
pub use gated_norm::GatedRmsNorm;
pub use linear::{Bias, Projection};
pub use mlp::{GatedMlp, Mlp};
pub use patches::{PatchDims, PatchEmbedding};
pub use plain_decoder::{PlainDecoder, PlainDecoderDims, PlainDecoderNames};
pub use plain_encoder::{PlainEncoder, PlainEncoderDims, PlainEncoderNames};
pub use relative::{Buckets, Direction, RelativeBias};
pub use rotary::Rotary;
pub use rotary_config::{RotaryConfig, RotaryScaling};
pub use ssd::{Scan, ScanDims, Signals};
