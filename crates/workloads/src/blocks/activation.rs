//! Activation functions by the names of Hugging Face's `ACT2FN`.

use burn::nn::activation::{Activation, ActivationConfig};
use burn::tensor::Device;
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
    Relu,
    Tanh,
}

impl ActivationName {
    /// The function itself; the device is not asked for anything, since none of these has parameters.
    #[must_use]
    pub fn module(self, device: &Device) -> Activation {
        let config = match self {
            Self::Gelu => ActivationConfig::Gelu,
            Self::GeluNew => ActivationConfig::GeluApproximate,
            Self::Relu => ActivationConfig::Relu,
            Self::Tanh => ActivationConfig::Tanh,
        };
        config.init(device)
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
}
