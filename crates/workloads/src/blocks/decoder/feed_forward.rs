//! The half of a layer that looks at each token alone.

use std::fmt;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use crate::blocks::activation::ActivationName;
use crate::blocks::linear::{Bias, Projection};
use crate::blocks::mlp::{self, GatedMlp};
use crate::cost::Cost;
use crate::weights::Weights;

/// The half of a layer that looks at each token alone.
pub trait FeedForward: Module + ModuleDisplay + Sized {
    /// Its dimensions, besides the width of the model.
    type Dims: Clone + fmt::Debug;

    /// Asks for the parameters that are stored under `name`, such as `model.layers.0.mlp`.
    fn assemble(weights: &mut Weights<'_>, name: &str, width: usize, dims: &Self::Dims) -> Self;

    /// `[batch, sequence, width]` to the same.
    fn forward(&self, x: Tensor<3>) -> Tensor<3>;

    /// The cost over `tokens` tokens.
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
