//! The feed-forward half of a layer, gated or not: for families that have both.

use burn::module::Module;
use burn::tensor::Tensor;

use super::mlp::{self, GatedMlp, Mlp};
use crate::cost::Cost;

/// One of the two kinds.
#[derive(Module, Debug)]
pub enum AnyMlp {
    Plain(Mlp),
    Gated(GatedMlp),
}

/// The size of a feed-forward half, and of which kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyMlpDims {
    /// Width, and width inside.
    Plain([usize; 2]),
    /// The same.
    Gated([usize; 2]),
}

impl From<Mlp> for AnyMlp {
    fn from(mlp: Mlp) -> Self {
        Self::Plain(mlp)
    }
}

impl From<GatedMlp> for AnyMlp {
    fn from(mlp: GatedMlp) -> Self {
        Self::Gated(mlp)
    }
}

impl AnyMlp {
    /// `[batch, sequence, width]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Plain(mlp) => mlp.forward(x),
            Self::Gated(mlp) => mlp.forward(x),
        }
    }
}

impl AnyMlpDims {
    /// The cost over `tokens` tokens.
    #[must_use]
    pub fn cost(self, tokens: u64) -> Cost {
        match self {
            Self::Plain(dims) => mlp::cost(dims, tokens),
            Self::Gated(dims) => mlp::gated_cost(dims, tokens),
        }
    }
}
