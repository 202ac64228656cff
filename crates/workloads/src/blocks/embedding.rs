//! Tables that turn a number into a vector, and back into scores.

use burn::module::{Module, Param};
use burn::nn::{Embedding, Linear};
use burn::tensor::{Int, Tensor};

use super::linear::{Projection, linear};
use crate::weights::Weights;

/// Takes `{name}.weight`, `[entries, width]`.
pub fn embedding(weights: &mut Weights<'_>, name: &str, shape: [usize; 2]) -> Embedding {
    Embedding { weight: Param::from_tensor(weights.spread(&format!("{name}.weight"), shape)) }
}

/// An embedding that is the head as well, kept the way a head is: `[width, entries]`.
///
/// Kept the other way, the scores are a product with a view that is turned, which burn-ndarray 0.22 copies: with 32,000
/// entries a token took it nine times as long. Looking up a few tokens in columns costs next to nothing.
#[derive(Module, Debug)]
pub struct TiedEmbedding {
    head: Linear,
}

impl TiedEmbedding {
    /// Takes `{name}.weight`, stored `[entries, width]`.
    pub fn new(weights: &mut Weights<'_>, name: &str, [entries, width]: [usize; 2]) -> Self {
        Self { head: linear(weights, Projection::plain(name), [width, entries]) }
    }

    /// `[batch, sequence]` numbers of entries to `[batch, sequence, width]`.
    #[must_use]
    pub fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [batch, sequence] = ids.dims();
        let weight = self.head.weight.val();
        let [width, _] = weight.dims();
        let columns = weight.select(1, ids.reshape([batch * sequence]));
        columns.transpose().reshape([batch, sequence, width])
    }

    /// The score of every entry for every token: `[batch, sequence, width]` to `[batch, sequence, entries]`.
    #[must_use]
    pub fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        self.head.forward(x)
    }
}
