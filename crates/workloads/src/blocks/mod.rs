//! Parts that several model families share. Built on `burn::nn`, so that what is measured is what a user of burn
//! runs. Parts take their parameters from [`Weights`](crate::weights::Weights) by the names that a family gives them;
//! whole layers ([`EncoderLayer`], [`DecoderLayer`]) are put together from parts by the families. Each comes with
//! its cost, computed from its dimensions. They know no family and no `config.json`.

pub mod activation;
pub mod any_mlp;
pub mod attention;
pub mod cache;
pub mod causal_conv;
pub mod convolution;
pub mod decoder;
pub mod decoder_layer;
pub mod embedding;
pub mod encoder_layer;
pub mod gated_norm;
pub mod linear;
pub mod mask;
pub mod mlp;
pub mod norm;
pub mod patches;
pub mod relative;
pub mod rotary;
pub mod rotary_config;
pub(crate) mod sides;
pub mod sin_cos;
pub mod ssd;
pub mod vocabulary;

pub use activation::ActivationName;
pub use any_mlp::{AnyMlp, AnyMlpDims};
pub use attention::{Attention, AttentionDims, AttentionNames, Look};
pub use cache::{KeysValues, KvCache};
pub use causal_conv::CausalConv;
pub use convolution::ConvolutionDims;
pub use decoder::{Decoder, DecoderDims, FeedForward};
pub use decoder_layer::{DecoderLayer, DecoderLayerDims, DecoderLook, Memory};
pub use encoder_layer::{EncoderLayer, EncoderLayerDims};
pub use gated_norm::GatedRmsNorm;
pub use linear::{Bias, Projection};
pub use mlp::{GatedMlp, Mlp};
pub use patches::{PatchDims, PatchEmbedding};
pub use relative::{Buckets, Direction, RelativeBias};
pub use rotary::Rotary;
pub use rotary_config::{RotaryConfig, RotaryScaling};
pub use ssd::{Scan, ScanDims, Signals};
pub use vocabulary::{Head, Vocabulary};
