//! Multi-head attention: over the tokens themselves, over those of another model, with and without a cache.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Tensor};

use super::cache::{KeysValues, KvCache};
use super::linear::{self, Projection, linear};
use super::mask;
use super::rotary::Rotary;
use crate::cost::Cost;
use crate::weights::Weights;

/// Four linear layers, and as many heads of keys as of queries or fewer.
#[derive(Module, Debug)]
pub struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
    key_heads: usize,
    scale: f64,
}

/// The names of the four linear layers.
#[derive(Clone, Debug)]
pub struct AttentionNames {
    pub query: Projection,
    pub key: Projection,
    pub value: Projection,
    pub output: Projection,
}

/// The size of an attention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionDims {
    /// Values of a token that is read or written.
    pub width: usize,
    /// Values of a token that keys and values are computed from: `width`, unless another model made it.
    pub source_width: usize,
    pub heads: usize,
    /// Heads of keys and values: each serves `heads / key_heads` heads of queries.
    pub key_heads: usize,
    /// Values of one head.
    pub head_size: usize,
    /// The factor on the scores.
    pub scale: f64,
}

/// The tokens that a token attends to.
#[derive(Clone, Debug)]
pub enum Look {
    /// At every token, which leaves the backend free to use its fused kernel.
    Everywhere,
    /// At itself and the tokens before.
    Back,
    /// At every token, this added to the scores: `[batch or 1, heads or 1, queries, keys]`.
    Biased(Tensor<4>),
}

impl AttentionDims {
    /// Self-attention with as many key heads as heads, whose sizes make up `width`.
    #[must_use]
    pub fn even(width: usize, heads: usize) -> Self {
        Self::grouped(width, heads, heads, width / heads)
    }

    /// Self-attention whose key heads serve several heads each.
    #[must_use]
    pub fn grouped(width: usize, heads: usize, key_heads: usize, head_size: usize) -> Self {
        let scale = (head_size as f64).sqrt().recip();
        Self { width, source_width: width, heads, key_heads, head_size, scale }
    }
}

impl Attention {
    /// Takes the four layers.
    pub fn new(weights: &mut Weights<'_>, names: AttentionNames, dims: AttentionDims) -> Self {
        let [inner, key_inner] = [dims.heads * dims.head_size, dims.key_heads * dims.head_size];
        Self {
            query: linear(weights, names.query, [dims.width, inner]),
            key: linear(weights, names.key, [dims.source_width, key_inner]),
            value: linear(weights, names.value, [dims.source_width, key_inner]),
            output: linear(weights, names.output, [inner, dims.width]),
            heads: dims.heads,
            key_heads: dims.key_heads,
            scale: dims.scale,
        }
    }

    /// Attention of the tokens of `x`, `[batch, sequence, width]`, to each other; gives the same shape.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, rotary: Option<&Rotary>, look: Look) -> Tensor<3> {
        let (query, new) = self.turned(x, rotary, 0);
        self.attend(query, new, look)
    }

    /// The same for the tokens that come after those in `cache`, to which they are added.
    pub fn forward_cached(
        &self,
        x: Tensor<3>,
        rotary: Option<&Rotary>,
        cache: &mut KvCache,
        look: Look,
    ) -> Tensor<3> {
        let (query, new) = self.turned(x, rotary, cache.len());
        let all = cache.append(new);
        self.attend(query, all, look)
    }

    /// Attention of the tokens of `x`, `[batch, sequence, width]`, to what [`Self::keys_values`] made of a source.
    #[must_use]
    pub fn forward_across(&self, x: Tensor<3>, source: KeysValues, look: Look) -> Tensor<3> {
        let query = split_heads(self.query.forward(x), self.heads);
        self.attend(query, source, look)
    }

    /// The keys and values of `source`, `[batch, tokens, source width]`.
    #[must_use]
    pub fn keys_values(&self, source: Tensor<3>) -> KeysValues {
        let keys = split_heads(self.key.forward(source.clone()), self.key_heads);
        KeysValues { keys, values: split_heads(self.value.forward(source), self.key_heads) }
    }

    /// A cache for `batch` sequences of `capacity` tokens.
    #[must_use]
    pub fn cache(&self, batch: usize, capacity: usize, device: &Device) -> KvCache {
        let [_, inner] = self.key.weight.dims();
        KvCache::new([batch, self.key_heads, capacity, inner / self.key_heads], device)
    }

    /// Queries and new keys and values, turned by their positions.
    fn turned(&self, x: Tensor<3>, rotary: Option<&Rotary>, start: usize) -> (Tensor<4>, KeysValues) {
        let query = split_heads(self.query.forward(x.clone()), self.heads);
        let KeysValues { keys, values } = self.keys_values(x);
        match rotary {
            Some(rotary) => {
                (rotary.apply(query, start), KeysValues { keys: rotary.apply(keys, start), values })
            }
            None => (query, KeysValues { keys, values }),
        }
    }

    fn attend(&self, query: Tensor<4>, source: KeysValues, look: Look) -> Tensor<3> {
        let [batch, heads, queries, size] = query.dims();
        let [_, key_heads, keys, _] = source.keys.dims();
        let (bias, is_causal) = match look {
            // A single query is the last token, which looks at all of them.
            Look::Back if queries == 1 => (None, false),
            Look::Back if queries == keys => (None, true),
            Look::Back => (Some(mask::causal_bias([queries, keys], &query.device())), false),
            Look::Everywhere => (None, false),
            Look::Biased(bias) => (Some(bias), false),
        };
        let options = AttentionModuleOptions {
            scale: Some(self.scale),
            is_causal,
            ..AttentionModuleOptions::default()
        };
        // One query for each head: those that share a key head are rows of one matrix, and no key is copied.
        if queries == 1 && key_heads < heads && bias.is_none() {
            let query = query.reshape([batch, key_heads, heads / key_heads, size]);
            let context = attention(query, source.keys, source.values, None, None, options);
            return self.output.forward(merge_heads(context.reshape([batch, heads, 1, size])));
        }
        let [keys, values] = [source.keys, source.values].map(|x| repeat_heads(x, heads));
        self.output.forward(merge_heads(attention(query, keys, values, None, bias, options)))
    }
}

/// The cost of attention from `queries` new tokens of `batch` sequences to `keys` tokens, with the keys and values of as
/// many new tokens. A causal attention is counted in full: the scores that are hidden are computed. [`Cost::live`] counts
/// scores that are written down, as they are where the backend has no fused kernel.
#[must_use]
pub fn cost(dims: AttentionDims, batch: u64, queries: u64, keys: u64) -> Cost {
    let sources = source_cost(dims, batch * queries);
    sources.then(across_cost(dims, batch, queries, keys))
}

/// The cost of the keys and values of `tokens` tokens.
#[must_use]
pub fn source_cost(dims: AttentionDims, tokens: u64) -> Cost {
    let inner = dims.key_heads * dims.head_size;
    let layer = linear::cost([dims.source_width, inner], tokens);
    Cost { live: 2 * tokens * inner as u64, ..layer.times(2) }
}

/// What `queries` tokens of `batch` sequences cost that look at `keys` tokens whose keys and values are there.
#[must_use]
pub fn across_cost(dims: AttentionDims, batch: u64, queries: u64, keys: u64) -> Cost {
    let inner = dims.heads * dims.head_size;
    let layer = linear::cost([dims.width, inner], batch * queries);
    let inner = inner as u64;
    let scores = batch * dims.heads as u64 * queries * keys;
    let products = Cost {
        flops: 4 * batch * queries * keys * inner,
        // The queries, the keys and values once for each head, and the scores, which become weights in place: peaks
        // measured on ndarray hold them once.
        live: batch * (queries + 2 * keys) * inner + scores,
        ..Cost::default()
    };
    layer.times(2).then(products)
}

/// `[batch, sequence, width]` to `[batch, heads, sequence, width / heads]`.
fn split_heads(x: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, sequence, width] = x.dims();
    x.reshape([batch, sequence, heads, width / heads]).swap_dims(1, 2)
}

/// `[batch, heads, sequence, head size]` to `[batch, sequence, heads · head size]`.
fn merge_heads(x: Tensor<4>) -> Tensor<3> {
    let [batch, heads, sequence, size] = x.dims();
    x.swap_dims(1, 2).reshape([batch, sequence, heads * size])
}

/// Each key head as often as it serves a head of queries, one after the other.
fn repeat_heads(x: Tensor<4>, heads: usize) -> Tensor<4> {
    let [batch, key_heads, keys, size] = x.dims();
    if key_heads == heads {
        return x;
    }
    let shape = [batch, key_heads, heads / key_heads, keys, size];
    x.unsqueeze_dim::<5>(2).expand(shape).reshape([batch, heads, keys, size])
}
