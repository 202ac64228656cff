//! A transformer layer of a decoder that reads an encoder: attention back, attention to the encoder's output, and
//! feed-forward, each normalised before.
//!
//! Vaswani et al., "Attention Is All You Need", 2017: <https://arxiv.org/abs/1706.03762>, with the norms moved.

use burn::module::Module;
use burn::nn::norm::Normalization;
use burn::tensor::Tensor;

use super::any_mlp::{AnyMlp, AnyMlpDims};
use super::attention::{self, Attention, AttentionDims, Look};
use super::cache::{KeysValues, KvCache};
use crate::cost::Cost;

/// Three parts, each added to what it reads. Families put it together from the parts, whose names are theirs.
#[derive(Module, Debug)]
pub struct DecoderLayer {
    pub attention_norm: Normalization,
    pub attention: Attention,
    pub source_norm: Normalization,
    pub source_attention: Attention,
    pub mlp_norm: Normalization,
    pub mlp: AnyMlp,
}

/// The state of a layer between tokens.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Keys and values of the tokens so far.
    cache: KvCache,
    /// Keys and values of the encoder's output, computed once.
    source: KeysValues,
}

/// Where the tokens of a decoder may look.
#[derive(Clone, Debug)]
pub struct DecoderLook {
    /// Among themselves.
    pub own: Look,
    /// At the encoder's output.
    pub source: Look,
}

/// The size of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecoderLayerDims {
    pub own: AttentionDims,
    pub source: AttentionDims,
    pub mlp: AnyMlpDims,
}

impl DecoderLook {
    /// Back at the text, and at all that the encoder made.
    #[must_use]
    pub const fn plain() -> Self {
        Self { own: Look::Back, source: Look::Everywhere }
    }
}

impl Memory {
    /// The number of tokens so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cache.len()
    }

    /// True if there were no tokens so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cache.is_empty()
    }
}

impl DecoderLayer {
    /// `[batch, tokens, width]` to the same; `source` is the encoder's output, `[batch, source tokens, source width]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, source: Tensor<3>, look: DecoderLook) -> Tensor<3> {
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), None, look.own);
        let source = self.source_attention.keys_values(source);
        self.rest(x, source, look.source)
    }

    /// The same for the tokens that come after those in `memory`, to which they are added.
    pub fn forward_cached(&self, x: Tensor<3>, memory: &mut Memory, look: DecoderLook) -> Tensor<3> {
        let normed = self.attention_norm.forward(x.clone());
        let x = x + self.attention.forward_cached(normed, None, &mut memory.cache, look.own);
        self.rest(x, memory.source.clone(), look.source)
    }

    /// The state before the first token, for the encoder's output `source`, with room for `capacity` tokens.
    #[must_use]
    pub fn memory(&self, source: Tensor<3>, capacity: usize) -> Memory {
        let source = self.source_attention.keys_values(source).laid_out();
        let ([batch, ..], device) = (source.keys.dims(), source.keys.device());
        Memory { cache: self.attention.cache(batch, capacity, &device), source }
    }

    /// The parts after the tokens' attention to each other.
    fn rest(&self, x: Tensor<3>, source: KeysValues, look: Look) -> Tensor<3> {
        let normed = self.source_norm.forward(x.clone());
        let x = x + self.source_attention.forward_across(normed, source, look);
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

impl DecoderLayerDims {
    /// The cost of a layer over `tokens` tokens of `batch` sequences at once and an encoder's output of `source_tokens`
    /// tokens, the residual stream and that output included.
    #[must_use]
    pub fn cost(self, batch: u64, tokens: u64, source_tokens: u64) -> Cost {
        let output = batch * source_tokens * self.source.source_width as u64;
        let source = self.source_cost(batch, source_tokens);
        let layer = self.cached_cost(batch, [tokens, tokens], source_tokens);
        source.then(Cost { live: layer.live + output, ..layer })
    }

    /// The cost over `tokens` new tokens, the last of `keys`, where the keys and values of the encoder's output are
    /// there; the residual stream included.
    #[must_use]
    pub fn cached_cost(self, batch: u64, [tokens, keys]: [u64; 2], source_tokens: u64) -> Cost {
        let stream = batch * tokens * self.own.width as u64;
        let parts = attention::cost(self.own, batch, tokens, keys)
            .then(attention::across_cost(self.source, batch, tokens, source_tokens))
            .then(self.mlp.cost(batch * tokens));
        Cost { live: parts.live + stream, ..parts }
    }

    /// The cost of the keys and values of the encoder's output, that output included.
    #[must_use]
    pub fn source_cost(self, batch: u64, source_tokens: u64) -> Cost {
        let output = batch * source_tokens * self.source.source_width as u64;
        let cost = attention::source_cost(self.source, batch * source_tokens);
        Cost { live: cost.live + output, ..cost }
    }

    /// Values that a [`Memory`] holds.
    #[must_use]
    pub const fn memory(self, batch: u64, capacity: u64, source_tokens: u64) -> u64 {
        let own = (self.own.key_heads * self.own.head_size) as u64;
        let source = (self.source.key_heads * self.source.head_size) as u64;
        2 * batch * (capacity * own + source_tokens * source)
    }
}
