//! One layer, whatever its second half is.

use std::fmt;

use burn::module::{Module, ModuleDisplay};
use burn::nn::RmsNorm;
use burn::tensor::Tensor;

use super::DecoderDims;
use crate::blocks::norm::rms_norm;
use crate::blocks::{ActivationName, Bias};
use crate::blocks::{Attention, AttentionNames, GatedMlp, KvCache, Look, Projection, Rotary, mlp};
use crate::weights::Weights;
use crate::workload::Cost;

/// The half of a layer that looks at each token alone.
pub trait FeedForward: Module + ModuleDisplay + Sized {
    /// What it takes beside the width of the model.
    type Dims: Clone + fmt::Debug;

    /// Asks for the parameters that are stored under `name`, such as `model.layers.0.mlp`.
    fn assemble(weights: &mut Weights<'_>, name: &str, width: usize, dims: &Self::Dims) -> Self;

    /// `[batch, sequence, width]` to the same.
    fn forward(&self, x: Tensor<3>) -> Tensor<3>;

    /// What it costs over so many tokens.
    fn cost(width: usize, dims: &Self::Dims, tokens: u64) -> Cost;
}

/// The dimensions of a [`GatedMlp`] in a decoder.
#[derive(Clone, Copy, Debug)]
pub struct GatedDims {
    /// Values between the linear layers.
    pub inner: usize,
    pub activation: ActivationName,
    pub bias: Bias,
}

impl FeedForward for GatedMlp {
    type Dims = GatedDims;

    fn assemble(weights: &mut Weights<'_>, name: &str, width: usize, dims: &GatedDims) -> Self {
        let layer =
            |part: &str| Projection { bias: dims.bias, ..Projection::plain(format!("{name}.{part}")) };
        let layers = ["gate_proj", "up_proj", "down_proj"].map(layer);
        Self::new(weights, layers, [width, dims.inner], dims.activation)
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.forward(x)
    }

    fn cost(width: usize, dims: &GatedDims, tokens: u64) -> Cost {
        mlp::gated_cost([width, dims.inner], tokens)
    }
}

/// Attention and a feed-forward half, each behind a norm and beside a way around it.
#[derive(Module, Debug)]
pub(super) struct CausalLayer<F: Module> {
    attention_norm: RmsNorm,
    attention: Attention,
    feed_forward_norm: RmsNorm,
    feed_forward: F,
}

impl<F: FeedForward> CausalLayer<F> {
    /// Takes the layer stored under `name`, such as `model.layers.0`.
    pub(super) fn new(weights: &mut Weights<'_>, name: &str, dims: &DecoderDims<F::Dims>) -> Self {
        let projection = |part: &str| Projection {
            bias: dims.attention_bias,
            ..Projection::plain(format!("{name}.self_attn.{part}_proj"))
        };
        let [query, key, value, output] = ["q", "k", "v", "o"].map(projection);
        let names = AttentionNames { query, key, value, output };
        // Older checkpoints store the frequencies with every layer.
        weights.duplicate(&format!("{name}.self_attn.rotary_emb.inv_freq"));
        let mut norm = |part: &str| rms_norm(weights, &format!("{name}.{part}"), dims.width, dims.epsilon);
        let [attention_norm, feed_forward_norm] =
            ["input_layernorm", "post_attention_layernorm"].map(&mut norm);
        Self {
            attention_norm,
            attention: Attention::new(weights, names, dims.attention),
            feed_forward_norm,
            feed_forward: F::assemble(weights, &format!("{name}.mlp"), dims.width, &dims.feed_forward),
        }
    }

    /// `[batch, sequence, width]` to the same; with a cache, for the tokens that come after those in it.
    pub(super) fn forward(
        &self,
        x: Tensor<3>,
        rotary: &Rotary,
        cache: Option<&mut KvCache>,
        look: Look,
    ) -> Tensor<3> {
        let normed = self.attention_norm.forward(x.clone());
        let seen = match cache {
            Some(cache) => self.attention.forward_cached(normed, Some(rotary), cache, look),
            None => self.attention.forward(normed, Some(rotary), look),
        };
        let x = x + seen;
        x.clone() + self.feed_forward.forward(self.feed_forward_norm.forward(x))
    }
}
