//! The conditions of a DiT, besides the image: the time step and the class.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Int, Tensor, activation};

use super::config::{DitConfig, TIME_WIDTH};
use crate::blocks::Projection;
use crate::blocks::embedding::embedding;
use crate::blocks::linear::linear;
use crate::weights::Weights;

/// Turns time steps and classes into vectors.
#[derive(Module, Debug)]
pub(super) struct Embedder {
    first: Linear,
    second: Linear,
    classes: Embedding,
}

impl Embedder {
    /// Takes the tensors below `{name}.`.
    pub(super) fn new(config: &DitConfig, weights: &mut Weights<'_>, name: &str) -> Self {
        let layer = |index| Projection::biased(format!("{name}.timestep_embedder.linear_{index}"));
        let table = format!("{name}.class_embedder.embedding_table");
        let width = config.width();
        Self {
            first: linear(weights, layer(1), [TIME_WIDTH, width]),
            second: linear(weights, layer(2), [width, width]),
            // The last row means "no class".
            classes: embedding(weights, &table, [config.classes() + 1, width]),
        }
    }

    /// The activated sum of both vectors, `[batch, width]`: every layer that is conditioned activates it first. `waves` are
    /// the time steps' sines and cosines, `[batch, TIME_WIDTH]`.
    pub(super) fn forward(&self, waves: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<2> {
        let time = self.second.forward(activation::silu(self.first.forward(waves)));
        let class = self.classes.weight.val().select(0, classes);
        activation::silu(time + class)
    }
}

/// Scales and shifts that a linear layer makes of a condition, one after the other: each `[batch, 1, width]`.
pub(super) fn parts<const N: usize>(layer: &Linear, condition: Tensor<2>) -> [Tensor<3>; N] {
    let [batch, width] = condition.dims();
    let parts = layer.forward(condition).reshape([batch, N, width]);
    std::array::from_fn(|index| parts.clone().narrow(1, index, 1))
}

/// `x`, `[batch, tokens, width]`, scaled by one more than `scale`, and shifted.
pub(super) fn modulated(x: Tensor<3>, shift: Tensor<3>, scale: Tensor<3>) -> Tensor<3> {
    x * (scale + 1.0) + shift
}
