//! A layer of an encoder that normalises before each half: ViT, CLIP, Whisper.
//!
//! Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020: <https://arxiv.org/abs/2002.04745>.

use burn::module::Module;
use burn::nn::LayerNorm;
use burn::tensor::Tensor;

use super::norm::layer_norm;
use super::{
    ActivationName, Attention, AttentionDims, AttentionNames, Look, Mlp, Projection, attention, mlp,
};
use crate::weights::Weights;
use crate::workload::Cost;

/// Attention of all tokens to each other, and an MLP.
#[derive(Module, Debug)]
pub struct PlainEncoder {
    attention_norm: LayerNorm,
    attention: Attention,
    mlp_norm: LayerNorm,
    mlp: Mlp,
}

/// The names of its parts.
#[derive(Clone, Debug)]
pub struct PlainEncoderNames {
    pub attention_norm: String,
    pub attention: AttentionNames,
    pub mlp_norm: String,
    /// The layer that widens and the one that narrows.
    pub mlp: [Projection; 2],
}

/// Its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlainEncoderDims {
    pub attention: AttentionDims,
    /// Values inside the MLP.
    pub inner: usize,
    pub activation: ActivationName,
    /// Of both norms.
    pub epsilon: f64,
}

impl PlainEncoder {
    /// Takes the parameters of both halves.
    pub fn new(weights: &mut Weights<'_>, names: PlainEncoderNames, dims: PlainEncoderDims) -> Self {
        let PlainEncoderDims { attention, activation, epsilon, .. } = dims;
        let width = attention.width;
        Self {
            attention_norm: layer_norm(weights, &names.attention_norm, width, epsilon),
            attention: Attention::new(weights, names.attention, attention),
            mlp_norm: layer_norm(weights, &names.mlp_norm, width, epsilon),
            mlp: Mlp::new(weights, names.mlp, [width, dims.inner], activation),
        }
    }

    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let attended = self.attention.forward(self.attention_norm.forward(x.clone()), None, Look::Everywhere);
        let x = x + attended;
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

impl PlainEncoderDims {
    /// What a layer costs over `batch` sequences of `sequence` tokens, the residual stream included.
    #[must_use]
    pub fn cost(&self, batch: u64, sequence: u64) -> Cost {
        let width = self.attention.width;
        let attention = attention::cost(self.attention, batch, sequence, sequence);
        let mlp = mlp::cost([width, self.inner], batch * sequence);
        let halves = attention.then(mlp);
        Cost { live: batch * sequence * width as u64 + halves.live, ..halves }
    }
}
