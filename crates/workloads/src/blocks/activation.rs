//! Activation functions by the names of Hugging Face's `ACT2FN`.

use burn::tensor::{Tensor, activation};
use serde::Deserialize;

/// An activation function as `config.json` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActivationName {
    /// x·Φ(x), exactly.
    Gelu,
    /// The approximation of it by tanh.
    #[serde(alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluNew,
    /// x·σ(1.702·x): CLIP's approximation of it.
    QuickGelu,
    Relu,
    /// x·σ(x).
    #[serde(alias = "swish")]
    Silu,
    Tanh,
}

impl ActivationName {
    /// The function itself, value by value.
    #[must_use]
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => activation::gelu(x),
            Self::GeluNew => activation::gelu_approximate(x),
            Self::QuickGelu => x.clone() * activation::sigmoid(x * 1.702),
            Self::Relu => activation::relu(x),
            Self::Silu => activation::silu(x),
            Self::Tanh => x.tanh(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spelled: &str, expected: Option<ActivationName>) {
        assert_eq!(serde_json::from_value(spelled.into()).ok(), expected);
    }

    #[test]
    fn gelu() {
        check("gelu", Some(ActivationName::Gelu));
    }

    #[test]
    fn gelu_new() {
        check("gelu_new", Some(ActivationName::GeluNew));
    }

    #[test]
    fn gelu_pytorch_tanh() {
        check("gelu_pytorch_tanh", Some(ActivationName::GeluNew));
    }

    #[test]
    fn relu() {
        check("relu", Some(ActivationName::Relu));
    }

    #[test]
    fn tanh() {
        check("tanh", Some(ActivationName::Tanh));
    }

    #[test]
    fn unknown() {
        check("gelu10", None);
    }

    #[test]
    fn swish() {
        check("swish", Some(ActivationName::Silu));
    }

    #[test]
    fn quick_gelu() {
        check("quick_gelu", Some(ActivationName::QuickGelu));
    }

    /// The activation of 1, to four digits, as PyTorch computes it.
    #[track_caller]
    #[cfg(feature = "ndarray")]
    fn check_of_one(activation: ActivationName, expected: f32) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let found: Vec<f32> = activation
            .apply(Tensor::<1>::from_floats([1.0], &device))
            .into_data()
            .try_into_vec()
            .expect("it is f32");
        assert!((found[0] - expected).abs() < 1e-4, "{found:?}");
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn values() {
        check_of_one(ActivationName::Gelu, 0.8413);
        check_of_one(ActivationName::GeluNew, 0.8412);
        check_of_one(ActivationName::QuickGelu, 0.8458);
        check_of_one(ActivationName::Relu, 1.0);
        check_of_one(ActivationName::Silu, 0.7311);
        check_of_one(ActivationName::Tanh, 0.7616);
    }
}
