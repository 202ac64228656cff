//! Normalisation: over the last dimension, or of channels by statistics from training.

use burn::module::{Param, RunningState};
use burn::nn::{BatchNorm, LayerNorm, LayerNormConfig, RmsNorm};
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

/// Takes `{name}.weight` and `{name}.bias`, and the mean and the variance that training left, `{name}.running_mean` and
/// `{name}.running_var`; each `[channels]`. The epsilon is PyTorch's.
pub fn batch_norm(weights: &mut Weights<'_>, name: &str, channels: usize) -> BatchNorm {
    // PyTorch stores the number of training batches as well.
    weights.leave_out(&format!("{name}.num_batches_tracked"));
    BatchNorm {
        gamma: Param::from_tensor(weights.ones(&format!("{name}.weight"), channels)),
        beta: Param::from_tensor(weights.zeros(&format!("{name}.bias"), channels)),
        training: Param::from_bool(false),
        running_mean: RunningState::new(weights.zeros(&format!("{name}.running_mean"), channels)),
        running_var: RunningState::new(weights.ones(&format!("{name}.running_var"), channels)),
        momentum: 0.0,
        epsilon: 1e-5,
    }
}

/// Layer normalisation without parameters of its own: mean 0 and variance 1 over the last dimension.
#[must_use]
pub fn standardised(x: Tensor<3>, epsilon: f64) -> Tensor<3> {
    let (variance, mean) = x.clone().var_mean_bias(2);
    (x - mean) / (variance + epsilon).sqrt()
}
