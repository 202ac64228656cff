//! A layer of a decoder that looks at what an encoder made, and normalises before each part: GPT-2 with cross-attention,
//! Whisper.

use burn::module::Module;
use burn::nn::LayerNorm;
use burn::tensor::Tensor;

use super::norm::layer_norm;
use super::plain_encoder::PlainEncoderDims;
use super::{
    Attention, AttentionDims, AttentionNames, KeysValues, KvCache, Look, Mlp, PlainEncoderNames, attention,
    mlp,
};
use crate::weights::Weights;
use crate::workload::Cost;

/// Attention to the tokens before, attention to the encoder's, and an MLP.
#[derive(Module, Debug)]
pub struct PlainDecoder {
    attention_norm: LayerNorm,
    attention: Attention,
    cross_norm: LayerNorm,
    cross: Attention,
    mlp_norm: LayerNorm,
    mlp: Mlp,
}

/// The names of its parts.
#[derive(Clone, Debug)]
pub struct PlainDecoderNames {
    /// What it has in common with an encoder's layer.
    pub own: PlainEncoderNames,
    pub cross_norm: String,
    pub cross: AttentionNames,
}

/// Its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlainDecoderDims {
    /// What it has in common with an encoder's layer.
    pub own: PlainEncoderDims,
    /// Attention to what the encoder made.
    pub cross: AttentionDims,
}

impl PlainDecoder {
    /// Takes the parameters of the three parts.
    pub fn new(weights: &mut Weights<'_>, names: PlainDecoderNames, dims: PlainDecoderDims) -> Self {
        let PlainEncoderDims { attention, inner, activation, epsilon } = dims.own;
        let (own, width) = (names.own, attention.width);
        Self {
            attention_norm: layer_norm(weights, &own.attention_norm, width, epsilon),
            attention: Attention::new(weights, own.attention, attention),
            cross_norm: layer_norm(weights, &names.cross_norm, width, epsilon),
            cross: Attention::new(weights, names.cross, dims.cross),
            mlp_norm: layer_norm(weights, &own.mlp_norm, width, epsilon),
            mlp: Mlp::new(weights, own.mlp, [width, inner], activation),
        }
    }

    /// What the layer looks at of `source`, `[batch, tokens, source width]`: the same for every token that is written.
    #[must_use]
    pub fn keys_values(&self, source: Tensor<3>) -> KeysValues {
        self.cross.keys_values(source)
    }

    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, source: KeysValues) -> Tensor<3> {
        let normed = self.attention_norm.forward(x.clone());
        self.after_attention(x + self.attention.forward(normed, None, Look::Back), source)
    }

    /// The same for the tokens that come after those in `cache`, to which they are added.
    pub fn forward_cached(&self, x: Tensor<3>, source: KeysValues, cache: &mut KvCache) -> Tensor<3> {
        let normed = self.attention_norm.forward(x.clone());
        let attended = self.attention.forward_cached(normed, None, cache, Look::Back);
        self.after_attention(x + attended, source)
    }

    fn after_attention(&self, x: Tensor<3>, source: KeysValues) -> Tensor<3> {
        let looked = self.cross.forward_across(self.cross_norm.forward(x.clone()), source, Look::Everywhere);
        let x = x + looked;
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

impl PlainDecoderDims {
    /// What `queries` new tokens of `batch` sequences cost that look at `keys` tokens of their own, themselves included,
    /// and at `source` of the encoder's, whose keys and values are there.
    #[must_use]
    pub fn cost(&self, batch: u64, [queries, keys, source]: [u64; 3]) -> Cost {
        let width = self.own.attention.width;
        let own = attention::cost(self.own.attention, batch, queries, keys);
        let cross = attention::across_cost(self.cross, batch, queries, source);
        let parts = own.then(cross).then(mlp::cost([width, self.own.inner], batch * queries));
        Cost { live: batch * queries * width as u64 + parts.live, ..parts }
    }

    /// What the keys and values of `tokens` tokens of the encoder cost.
    #[must_use]
    pub fn source_cost(&self, tokens: u64) -> Cost {
        attention::source_cost(self.cross, tokens)
    }
}
