//! Parts that several model families share. Built on `burn::nn`, so that what is measured is what a user of burn
//! runs; each takes its parameters from [`Weights`](crate::weights::Weights) by their Hugging Face names.

pub mod activation;
pub mod attention;
pub mod cache;
pub mod causal_conv;
pub mod convolution;
pub mod embedding;
pub mod gated_norm;
pub mod linear;
pub mod mask;
pub mod mlp;
pub mod norm;
pub mod patches;
pub mod rotary;
pub mod sin_cos;
pub mod ssd;
pub mod vocabulary;

pub use activation::ActivationName;
pub use attention::{Attention, AttentionDims, AttentionNames, Look};
pub use cache::{KeysValues, KvCache};
pub use causal_conv::CausalConv;
pub use gated_norm::GatedRmsNorm;
pub use linear::{Bias, Projection};
pub use mlp::{GatedMlp, Mlp};
pub use patches::{PatchDims, PatchEmbedding};
pub use rotary::Rotary;
pub use ssd::{Scan, ScanDims, Signals};
pub use vocabulary::{Head, Vocabulary, VocabularyNames};
