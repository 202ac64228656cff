//! The feed-forward half of a transformer layer: widen, activate, narrow.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::activation::ActivationName;
use super::linear::{self, Projection, linear};
use crate::cost::Cost;
use crate::weights::Weights;

/// Two linear layers with an activation between them.
#[derive(Module, Debug)]
pub struct Mlp {
    up: Linear,
    #[module(skip)]
    activation: ActivationName,
    down: Linear,
}

impl Mlp {
    /// Takes the two layers `up` and `down`: `width` to `inner` and back.
    pub fn new(
        weights: &mut Weights<'_>,
        [up, down]: [Projection; 2],
        [width, inner]: [usize; 2],
        activation: ActivationName,
    ) -> Self {
        Self::between(weights, [up, down], [width, inner, width], activation)
    }

    /// Takes the two layers: `input` to `inner` to `output`.
    pub fn between(
        weights: &mut Weights<'_>,
        [up, down]: [Projection; 2],
        [input, inner, output]: [usize; 3],
        activation: ActivationName,
    ) -> Self {
        Self {
            up: linear(weights, up, [input, inner]),
            activation,
            down: linear(weights, down, [inner, output]),
        }
    }

    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.down.forward(self.activation.apply(self.up.forward(x)))
    }
}

/// Three linear layers: the activated gate is multiplied into what is widened (SwiGLU, gated GELU).
///
/// Shazeer, "GLU Variants Improve Transformer", 2020: <https://arxiv.org/abs/2002.05202>.
#[derive(Module, Debug)]
pub struct GatedMlp {
    gate: Linear,
    #[module(skip)]
    activation: ActivationName,
    up: Linear,
    down: Linear,
}

impl GatedMlp {
    /// The MLP of given weights, each `[input, output]`, without biases.
    #[must_use]
    pub fn of([gate, up, down]: [Tensor<2>; 3], activation: ActivationName) -> Self {
        let [gate, up, down] =
            [gate, up, down].map(|weight| Linear { weight: Param::from_tensor(weight), bias: None });
        Self { gate, activation, up, down }
    }

    /// Takes the three layers `gate`, `up` and `down`: twice `width` to `inner`, and back.
    pub fn new(
        weights: &mut Weights<'_>,
        [gate, up, down]: [Projection; 3],
        [width, inner]: [usize; 2],
        activation: ActivationName,
    ) -> Self {
        Self {
            gate: linear(weights, gate, [width, inner]),
            activation,
            up: linear(weights, up, [width, inner]),
            down: linear(weights, down, [inner, width]),
        }
    }

    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let gate = self.activation.apply(self.gate.forward(x.clone()));
        self.down.forward(gate * self.up.forward(x))
    }
}

/// The cost of an [`Mlp`] over `tokens` tokens.
#[must_use]
pub fn cost([width, inner]: [usize; 2], tokens: u64) -> Cost {
    let layers = linear::cost([width, inner], tokens).then(linear::cost([inner, width], tokens));
    // Before and after the activation.
    Cost { live: 2 * tokens * inner as u64, ..layers }
}

/// The cost of a [`GatedMlp`] over `tokens` tokens.
#[must_use]
pub fn gated_cost([width, inner]: [usize; 2], tokens: u64) -> Cost {
    let plain = cost([width, inner], tokens);
    let layers = plain.then(linear::cost([width, inner], tokens));
    Cost { live: plain.live + tokens * inner as u64, ..layers }
}
