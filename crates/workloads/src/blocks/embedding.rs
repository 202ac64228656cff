//! Tables that turn a number into a vector.

use burn::module::Param;
use burn::nn::Embedding;

use crate::weights::Weights;

/// Takes `{name}.weight`, `[entries, width]`.
pub fn embedding(weights: &mut Weights<'_>, name: &str, [entries, width]: [usize; 2]) -> Embedding {
    Embedding { weight: Param::from_tensor(weights.matrix(&format!("{name}.weight"), [entries, width])) }
}

/// The number of parameters of [`embedding`].
#[must_use]
pub const fn num_params([entries, width]: [usize; 2]) -> u64 {
    entries as u64 * width as u64
}
