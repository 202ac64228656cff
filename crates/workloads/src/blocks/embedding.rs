//! Tables that turn a number into a vector, and back into scores.

use burn::module::Param;
use burn::nn::Embedding;
use burn::tensor::Tensor;

use crate::weights::Weights;

/// Takes `{name}.weight`, `[entries, width]`.
pub fn embedding(weights: &mut Weights<'_>, name: &str, shape: [usize; 2]) -> Embedding {
    Embedding { weight: Param::from_tensor(weights.spread(&format!("{name}.weight"), shape)) }
}

/// The score of every entry of `table` for every token: `[batch, sequence, width]` to `[batch, sequence, entries]`. What
/// a model does whose head is tied to its embedding.
#[must_use]
pub fn scores(table: &Embedding, x: Tensor<3>) -> Tensor<3> {
    x.matmul(table.weight.val().transpose().unsqueeze())
}
