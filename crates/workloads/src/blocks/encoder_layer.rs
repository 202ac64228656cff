//! A transformer layer that normalises before each half: attention of the tokens to each other, and feed-forward.
//!
//! Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020: <https://arxiv.org/abs/2002.04745>.

use burn::module::Module;
use burn::nn::norm::Normalization;
use burn::tensor::Tensor;

use super::any_mlp::{AnyMlp, AnyMlpDims};
use super::attention::{self, Attention, AttentionDims, Look};
use crate::cost::Cost;

/// Two halves, each added to what it reads. Families put it together from the parts, whose names are theirs.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    pub attention_norm: Normalization,
    pub attention: Attention,
    pub mlp_norm: Normalization,
    pub mlp: AnyMlp,
}

/// The size of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EncoderLayerDims {
    pub attention: AttentionDims,
    pub mlp: AnyMlpDims,
}

impl EncoderLayer {
    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, look: Look) -> Tensor<3> {
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), None, look);
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

impl EncoderLayerDims {
    /// The cost of a layer over `batch` sequences of `tokens` tokens, the residual stream included.
    #[must_use]
    pub fn cost(self, batch: u64, tokens: u64) -> Cost {
        let stream = batch * tokens * self.attention.width as u64;
        let halves =
            attention::cost(self.attention, batch, tokens, tokens).then(self.mlp.cost(batch * tokens));
        Cost { live: halves.live + stream, ..halves }
    }
}
