//! One layer, whatever its second half is.

use burn::module::Module;
use burn::nn::RmsNorm;
use burn::tensor::Tensor;

use super::dims::DecoderDims;
use super::feed_forward::FeedForward;
use crate::blocks::attention::{Attention, AttentionNames, Look};
use crate::blocks::cache::KvCache;
use crate::blocks::linear::Projection;
use crate::blocks::norm::rms_norm;
use crate::blocks::rotary::Rotary;
use crate::weights::Weights;

/// Attention and a feed-forward half, each behind a norm and with a residual connection.
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
