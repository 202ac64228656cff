//! A transformer layer that normalises before each half: attention of the tokens to each other, and feed-forward.
//!
//! Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020: <https://arxiv.org/abs/2002.04745>.

use burn::module::Module;
use burn::nn::norm::Normalization;
use burn::tensor::Tensor;

use super::attention::{self, Attention, AttentionDims, Look};
use super::feed_forward::{FeedForward, FeedForwardDims};
use crate::workload::Cost;

/// Two halves, each added to what it reads.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    pub attention_norm: Normalization,
    pub attention: Attention,
    pub mlp_norm: Normalization,
    pub mlp: FeedForward,
}

impl EncoderLayer {
    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, look: Look) -> Tensor<3> {
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), None, look);
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

/// What a layer costs over `batch` sequences of `tokens` tokens, the residual stream included.
#[must_use]
pub fn cost(attention: AttentionDims, mlp: FeedForwardDims, batch: u64, tokens: u64) -> Cost {
    let stream = batch * tokens * attention.width as u64;
    let halves = attention::cost(attention, batch, tokens, tokens).then(mlp.cost(batch * tokens));
    Cost { live: halves.live + stream, ..halves }
}
