//! Normalisation over the last dimension.

use burn::module::Param;
use burn::nn::{LayerNorm, LayerNormConfig, RmsNorm};
use burn::tensor::Tensor;

use crate::weights::Weights;

/// Takes `{name}.weight` and `{name}.bias`, each `[width]`.
pub fn layer_norm(weights: &mut Weights<'_>, name: &str, width: usize, epsilon: f64) -> LayerNorm {
    // The epsilon is private to the module, so it has to come from its configuration.
    let mut norm = LayerNormConfig::new(width).with_epsilon(epsilon).init(weights.device());
    norm.gamma = Param::from_tensor(weights.ones(&format!("{name}.weight"), width));
    norm.beta = Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), width)));
    norm
}

/// Takes `{name}.weight`, `[width]`: divides by the root of the mean square, and scales.
pub fn rms_norm(weights: &mut Weights<'_>, name: &str, width: usize, epsilon: f64) -> RmsNorm {
    RmsNorm { gamma: Param::from_tensor(weights.ones(&format!("{name}.weight"), width)), epsilon }
}

/// Layer normalisation without parameters of its own: mean 0 and variance 1 over the last dimension.
#[must_use]
pub fn standardised(x: Tensor<3>, epsilon: f64) -> Tensor<3> {
    let (variance, mean) = x.clone().var_mean_bias(2);
    (x - mean) / (variance + epsilon).sqrt()
}
