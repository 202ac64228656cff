//! How `config.json` spells the feed-forward half of a T5's layers: `relu`, `gated-gelu`, ….

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use crate::blocks::ActivationName;

/// `feed_forward_proj`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FeedForwardProjection {
    pub gated: bool,
    pub activation: ActivationName,
}

/// An activation that is not implemented. serde reports it as text, so both are in it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`feed_forward_proj` `{spelled}`: {fault}")]
pub struct ProjectionError {
    spelled: String,
    fault: Error,
}

impl FeedForwardProjection {
    /// That of the first T5.
    pub const RELU: Self = Self { gated: false, activation: ActivationName::Relu };
}

impl TryFrom<String> for FeedForwardProjection {
    type Error = ProjectionError;

    fn try_from(spelled: String) -> Result<Self, ProjectionError> {
        // Since T5 1.1, which said so and meant the approximation.
        if spelled == "gated-gelu" {
            return Ok(Self { gated: true, activation: ActivationName::GeluNew });
        }
        let (gated, name) = match spelled.strip_prefix("gated-") {
            Some(name) => (true, name),
            None => (false, spelled.as_str()),
        };
        let name: StrDeserializer<'_, Error> = name.into_deserializer();
        let activation = ActivationName::deserialize(name);
        match activation {
            Ok(activation) => Ok(Self { gated, activation }),
            Err(fault) => Err(ProjectionError { spelled, fault }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spelled: &str, expected: (bool, ActivationName)) {
        let found = FeedForwardProjection::try_from(spelled.to_owned()).expect("there is such a projection");
        assert_eq!((found.gated, found.activation), expected);
    }

    #[track_caller]
    fn check_unknown(spelled: &str) {
        let error = FeedForwardProjection::try_from(spelled.to_owned()).expect_err("there is none such");
        assert!(
            error.to_string().starts_with(&format!("`feed_forward_proj` `{spelled}`: unknown variant")),
            "{error}"
        );
    }

    #[test]
    fn the_first_t5() {
        check("relu", (false, ActivationName::Relu));
    }

    #[test]
    fn t5_1_1_means_the_approximation() {
        check("gated-gelu", (true, ActivationName::GeluNew));
    }

    #[test]
    fn without_a_gate_gelu_is_exact() {
        check("gelu", (false, ActivationName::Gelu));
    }

    #[test]
    fn any_activation_may_be_gated() {
        check("gated-silu", (true, ActivationName::Silu));
    }

    #[test]
    fn unknown_activation() {
        check_unknown("gated-sine");
    }

    #[test]
    fn unknown_kind() {
        check_unknown("wide-relu");
    }
}
