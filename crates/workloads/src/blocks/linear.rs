//! Linear layers: `y = x · W + b`.

use burn::module::Param;
use burn::nn::Linear;

use crate::weights::Weights;

/// Whether a linear layer adds a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    With,
    Without,
}

/// Takes `{name}.weight`, stored `[output, input]`, and `{name}.bias`, `[output]`.
pub fn linear(weights: &mut Weights<'_>, name: &str, [input, output]: [usize; 2], bias: Bias) -> Linear {
    let weight = weights.linear(&format!("{name}.weight"), [input, output]);
    let bias = match bias {
        Bias::With => Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), output))),
        Bias::Without => None,
    };
    Linear { weight: Param::from_tensor(weight), bias }
}

/// The number of parameters of [`linear`].
#[must_use]
pub const fn num_params([input, output]: [usize; 2], bias: Bias) -> u64 {
    let vector = match bias {
        Bias::With => output as u64,
        Bias::Without => 0,
    };
    input as u64 * output as u64 + vector
}
