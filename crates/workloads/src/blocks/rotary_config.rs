//! Rotary positions in a `config.json`, as transformers 5 writes them (`rope_parameters`) and as older versions
//! did (`rope_theta` and `rope_scaling`).
//!
//! The scaling `llama3` is that of Dubey et al., "The Llama 3 Herd of Models", 2024: <https://arxiv.org/abs/2407.21783>.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::rotary;

/// The rotation of a head's values by position. Read from the fields of the model's own object: `#[serde(flatten)]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct RotaryConfig {
    /// `rope_theta`: the base of the frequencies; each model type has a default of its own.
    pub theta: Option<f64>,
    pub scaling: RotaryScaling,
}

/// How the frequencies of a model are slowed that was trained on shorter texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RotaryScaling {
    Default,
    /// All of them alike.
    Linear {
        factor: f64,
    },
    /// Those that turn less than `low` times over the `original` positions, and by degrees those up to `high` times.
    Llama3 {
        factor: f64,
        low: f64,
        high: f64,
        /// As many as the model has positions, where the file does not say it.
        original: Option<f64>,
    },
}

impl RotaryConfig {
    /// Without scaling.
    #[must_use]
    pub const fn plain(theta: f64) -> Self {
        Self { theta: Some(theta), scaling: RotaryScaling::Default }
    }

    /// The frequencies of a head of `size` values in a model of `positions` positions.
    #[must_use]
    pub fn frequencies(&self, default_theta: f64, size: usize, positions: usize) -> Vec<f64> {
        let frequencies = rotary::frequencies(self.theta.unwrap_or(default_theta), size);
        let scaled = |frequency| self.scaling.apply(frequency, positions as f64);
        frequencies.into_iter().map(scaled).collect()
    }
}

impl RotaryScaling {
    fn apply(self, frequency: f64, positions: f64) -> f64 {
        match self {
            Self::Default => frequency,
            Self::Linear { factor } => frequency / factor,
            Self::Llama3 { factor, low, high, original } => {
                let turns = original.unwrap_or(positions) * frequency / TAU;
                let kept = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                frequency * (kept + (1.0 - kept) / factor)
            }
        }
    }
}

/// The fields of a `config.json` that matter here.
#[derive(Deserialize)]
struct Fields {
    rope_parameters: Option<Parameters>,
    rope_scaling: Option<Parameters>,
    rope_theta: Option<f64>,
    partial_rotary_factor: Option<f64>,
    original_max_position_embeddings: Option<f64>,
}

#[derive(Default, PartialEq, Deserialize)]
struct Parameters {
    rope_type: Option<String>,
    /// What `rope_type` was called at first.
    #[serde(rename = "type")]
    old_type: Option<String>,
    rope_theta: Option<f64>,
    partial_rotary_factor: Option<f64>,
    factor: Option<f64>,
    low_freq_factor: Option<f64>,
    high_freq_factor: Option<f64>,
    original_max_position_embeddings: Option<f64>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl TryFrom<Fields> for RotaryConfig {
    type Error = RotaryError;

    fn try_from(fields: Fields) -> Result<Self, RotaryError> {
        let given = |parameters: &Parameters| *parameters != Parameters::default();
        // Where a file has both, transformers takes the older one.
        let parameters = fields.rope_scaling.filter(given).or(fields.rope_parameters).unwrap_or_default();
        let partial = parameters.partial_rotary_factor.or(fields.partial_rotary_factor);
        if let Some(part) = partial.filter(|&part| part != 1.0) {
            return Err(RotaryError::Partial(part));
        }
        let original =
            fields.original_max_position_embeddings.or(parameters.original_max_position_embeddings);
        let theta = parameters.rope_theta.or(fields.rope_theta);
        if let Some(theta) = theta.filter(|&theta| !is_positive(theta)) {
            return Err(RotaryError::NotPositive { name: "rope_theta", value: theta });
        }
        Ok(Self { theta, scaling: parameters.scaling(original)? })
    }
}

impl Parameters {
    fn scaling(&self, original: Option<f64>) -> Result<RotaryScaling, RotaryError> {
        let scaling = match self.rope_type.as_deref().or(self.old_type.as_deref()).unwrap_or("default") {
            "default" => RotaryScaling::Default,
            "linear" => RotaryScaling::Linear { factor: positive("factor", self.factor)? },
            "llama3" => self.llama3(original)?,
            other => return Err(RotaryError::Kind(other.to_owned())),
        };
        match self.others.iter().find(|(_, value)| !value.is_null()) {
            Some((name, _)) => Err(RotaryError::Unknown(name.clone())),
            None => Ok(scaling),
        }
    }

    fn llama3(&self, original: Option<f64>) -> Result<RotaryScaling, RotaryError> {
        let factor = positive("factor", self.factor)?;
        let low = positive("low_freq_factor", self.low_freq_factor)?;
        let high = positive("high_freq_factor", self.high_freq_factor)?;
        if high <= low {
            return Err(RotaryError::Bands { high, low });
        }
        let original =
            original.map(|length| positive("original_max_position_embeddings", Some(length))).transpose()?;
        Ok(RotaryScaling::Llama3 { factor, low, high, original })
    }
}

fn positive(name: &'static str, value: Option<f64>) -> Result<f64, RotaryError> {
    match value {
        Some(value) if is_positive(value) => Ok(value),
        Some(value) => Err(RotaryError::NotPositive { name, value }),
        None => Err(RotaryError::Absent(name)),
    }
}

/// Why the fields make no rotary positions.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RotaryError {
    #[error("`partial_rotary_factor` is {0}: only whole heads are turned")]
    Partial(f64),
    #[error("`{name}` is {value}, where a positive number is wanted")]
    NotPositive { name: &'static str, value: f64 },
    #[error("`rope_parameters` has no `{0}`")]
    Absent(&'static str),
    #[error("`rope_parameters` has `{0}`, which is not implemented")]
    Unknown(String),
    #[error("`rope_type` is `{0}`: only `default`, `linear` and `llama3` are implemented")]
    Kind(String),
    #[error("`high_freq_factor` {high} is not above `low_freq_factor` {low}")]
    Bands { high: f64, low: f64 },
}

fn is_positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The theta and scaling of a file with these fields, or an error.
    #[track_caller]
    fn check(json: &str, expected: Result<(Option<f64>, RotaryScaling), &str>) {
        let found = serde_json::from_str::<RotaryConfig>(json).map_err(|error| error.to_string());
        let found = found.map(|config| (config.theta, config.scaling));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[track_caller]
    fn check_frequencies(scaling: RotaryScaling, expected: [f64; 2]) {
        let found = RotaryConfig { theta: None, scaling }.frequencies(100.0, 4, 64);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    }

    const LLAMA3: RotaryScaling =
        RotaryScaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original: Some(64.0) };

    #[test]
    fn nothing_is_said() {
        check("{}", Ok((None, RotaryScaling::Default)));
    }

    #[test]
    fn today() {
        let json = r#"{"rope_parameters": {"rope_theta": 5.0, "rope_type": "default"}}"#;
        check(json, Ok((Some(5.0), RotaryScaling::Default)));
    }

    #[test]
    fn formerly() {
        let json = r#"{"rope_theta": 5.0, "rope_scaling": {"type": "linear", "factor": 2.0}}"#;
        check(json, Ok((Some(5.0), RotaryScaling::Linear { factor: 2.0 })));
    }

    #[test]
    fn formerly_without_scaling() {
        check(r#"{"rope_theta": 5.0, "rope_scaling": null}"#, Ok((Some(5.0), RotaryScaling::Default)));
    }

    #[test]
    fn llama3() {
        let json = r#"{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}"#;
        check(json, Ok((None, LLAMA3)));
    }

    #[test]
    fn an_unknown_type() {
        let expected = "`rope_type` is `yarn`: only `default`, `linear` and `llama3` are implemented";
        check(r#"{"rope_scaling": {"rope_type": "yarn", "factor": 2.0, "beta_fast": 32.0}}"#, Err(expected));
    }

    #[test]
    fn a_part_of_the_head() {
        let expected = "`partial_rotary_factor` is 0.5: only whole heads are turned";
        check(r#"{"partial_rotary_factor": 0.5}"#, Err(expected));
        check(r#"{"rope_parameters": {"partial_rotary_factor": 0.5}}"#, Err(expected));
    }

    #[test]
    fn a_field_of_another_type() {
        let json = r#"{"rope_parameters": {"rope_type": "default", "mrope_section": [1, 2]}}"#;
        check(json, Err("`rope_parameters` has `mrope_section`, which is not implemented"));
    }

    #[test]
    fn linear_without_a_factor() {
        check(r#"{"rope_scaling": {"type": "linear"}}"#, Err("`rope_parameters` has no `factor`"));
    }

    #[test]
    fn theta_is_positive() {
        check(r#"{"rope_theta": 0.0}"#, Err("`rope_theta` is 0, where a positive number is wanted"));
    }

    #[test]
    fn llama3_needs_an_interval() {
        let json = r#"{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0,
            "high_freq_factor": 4.0}}"#;
        check(json, Err("`high_freq_factor` 4 is not above `low_freq_factor` 4"));
    }

    #[test]
    fn linear_slows_all() {
        check_frequencies(RotaryScaling::Linear { factor: 4.0 }, [0.25, 0.025]);
    }

    #[test]
    fn llama3_leaves_the_fast_and_slows_the_slow() {
        let turns = 64.0 * 0.1 / TAU;
        let kept = (turns - 1.0) / 3.0;
        check_frequencies(LLAMA3, [1.0, 0.1 * (kept + (1.0 - kept) / 8.0)]);
        let slower = RotaryScaling::Llama3 { factor: 8.0, low: 2.0, high: 4.0, original: None };
        check_frequencies(slower, [1.0, 0.1 / 8.0]);
    }
}
