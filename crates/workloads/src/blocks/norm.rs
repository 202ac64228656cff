//! Normalisation over the last dimension.

use burn::module::Param;
use burn::nn::{LayerNorm, LayerNormConfig};

use crate::weights::Weights;

/// Takes `{name}.weight` and `{name}.bias`, each `[width]`.
pub fn layer_norm(weights: &mut Weights<'_>, name: &str, width: usize, epsilon: f64) -> LayerNorm {
    // The epsilon is private to the module, so it has to come from its configuration.
    let mut norm = LayerNormConfig::new(width).with_epsilon(epsilon).init(weights.device());
    norm.gamma = Param::from_tensor(weights.ones(&format!("{name}.weight"), width));
    norm.beta = Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), width)));
    norm
}

/// The number of parameters of [`layer_norm`].
#[must_use]
pub const fn num_params(width: usize) -> u64 {
    2 * width as u64
}
