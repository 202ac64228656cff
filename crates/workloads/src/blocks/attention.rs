//! Multi-head attention.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;

use super::linear::{self, Bias, linear};
use crate::weights::Weights;

/// Self-attention with as many key heads as query heads, and biases everywhere.
#[derive(Module, Debug)]
pub struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
}

/// The names of the four linear layers.
#[derive(Clone, Copy, Debug)]
pub struct AttentionNames<'a> {
    pub query: &'a str,
    pub key: &'a str,
    pub value: &'a str,
    pub output: &'a str,
}

/// The size of an attention; `width` is a multiple of `heads`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionDims {
    pub width: usize,
    pub heads: usize,
}

impl Attention {
    /// Takes the four layers, each `width` to `width`.
    pub fn new(weights: &mut Weights<'_>, names: AttentionNames<'_>, dims: AttentionDims) -> Self {
        let mut square = |name| linear(weights, name, [dims.width, dims.width], Bias::With);
        Self {
            query: square(names.query),
            key: square(names.key),
            value: square(names.value),
            output: square(names.output),
            heads: dims.heads,
        }
    }

    /// `[batch, sequence, width]` to the same. `bias` is added to the scores, as
    /// [`attention_bias`](super::mask::attention_bias) makes it; without it every token looks at every token,
    /// which leaves the backend free to use its fused kernel.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, bias: Option<Tensor<4>>) -> Tensor<3> {
        let query = split_heads(self.query.forward(x.clone()), self.heads);
        let key = split_heads(self.key.forward(x.clone()), self.heads);
        let value = split_heads(self.value.forward(x), self.heads);
        let context = attention(query, key, value, None, bias, AttentionModuleOptions::default());
        self.output.forward(merge_heads(context))
    }
}

/// The number of parameters of an [`Attention`].
#[must_use]
pub const fn num_params(dims: AttentionDims) -> u64 {
    4 * linear::num_params([dims.width, dims.width], Bias::With)
}

/// Floating-point operations of one forward pass over `batch` sequences of `sequence` tokens: the four linear
/// layers and the two products of scores and context, a multiply-add counted as two, the softmax not counted.
#[must_use]
pub const fn flops(dims: AttentionDims, batch: u64, sequence: u64) -> u64 {
    let (width, tokens) = (dims.width as u64, batch * sequence);
    8 * tokens * width * width + 4 * tokens * sequence * width
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
