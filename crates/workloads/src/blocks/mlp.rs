//! The feed-forward half of a transformer layer: widen, activate, narrow.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::activation::Activation;
use burn::tensor::Tensor;

use super::ActivationName;
use super::linear::{self, Bias, linear};
use crate::weights::Weights;

/// Two linear layers with an activation between them.
#[derive(Module, Debug)]
pub struct Mlp {
    up: Linear,
    activation: Activation,
    down: Linear,
}

impl Mlp {
    /// Takes the two layers by the names `up` and `down`: `width` to `inner` and back.
    pub fn new(
        weights: &mut Weights<'_>,
        [up, down]: [&str; 2],
        [width, inner]: [usize; 2],
        activation: ActivationName,
    ) -> Self {
        Self {
            up: linear(weights, up, [width, inner], Bias::With),
            activation: activation.module(weights.device()),
            down: linear(weights, down, [inner, width], Bias::With),
        }
    }

    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.down.forward(self.activation.forward(self.up.forward(x)))
    }
}

/// The number of parameters of an [`Mlp`].
#[must_use]
pub const fn num_params([width, inner]: [usize; 2]) -> u64 {
    linear::num_params([width, inner], Bias::With) + linear::num_params([inner, width], Bias::With)
}

/// Floating-point operations of one forward pass over `tokens` tokens, a multiply-add counted as two.
#[must_use]
pub const fn flops([width, inner]: [usize; 2], tokens: u64) -> u64 {
    4 * tokens * width as u64 * inner as u64
}
