//! A share as `bench.toml` and the command line spell it: `"5%"`. The sign is required: `0.5` might mean half a percent or
//! a half.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A share from 0 up to, but not including, 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// The share: 0.05 for `"5%"`.
    pub fn share(self) -> f64 {
        self.0
    }

    /// Reads `"5%"` or `"5 %"`, as the file and the command line spell it.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        let number = |text: &str| {
            text.trim().parse::<f64>().map_err(|_| PercentError::NotANumber(text.trim().to_owned()))
        };
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent = number(percent)?;
                Self::new(percent / 100.0).ok_or(PercentError::OutOfRange(percent))
            }
            None => Err(PercentError::without_sign(number(text)?)),
        }
    }

    /// A share; `None` for one that is out of range.
    pub fn of_share(share: f64) -> Option<Self> {
        Self::new(share)
    }

    fn new(share: f64) -> Option<Self> {
        (0.0..1.0).contains(&share).then_some(Self(share))
    }
}

/// Why a text cannot be read as a share.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PercentError {
    #[error("`{0}` is not a percentage: write \"5%\"")]
    NotANumber(String),
    #[error("a percentage needs its sign: write \"{percent}%\"{}", or_else(*other))]
    NoSign { percent: f64, other: Option<f64> },
    #[error("{0} % is out of range: write \"0%\" or more, and less than \"100%\"")]
    OutOfRange(f64),
}

fn or_else(other: Option<f64>) -> String {
    other.map(|other| format!(", or \"{other}%\" if that is meant")).unwrap_or_default()
}

impl PercentError {
    /// A number without the sign has two readings.
    fn without_sign(number: f64) -> Self {
        let is_share = |percent: &f64| Percent::new(percent / 100.0).is_some();
        let mut readings = [number, rounded(number * 100.0)].into_iter().filter(is_share);
        match readings.next() {
            Some(percent) => Self::NoSign { percent, other: readings.find(|other| *other != percent) },
            None => Self::OutOfRange(number),
        }
    }
}

/// Without what binary fractions add to decimal ones.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PercentVisitor)
    }
}

struct PercentVisitor;

impl Visitor<'_> for PercentVisitor {
    type Value = Percent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage such as \"5%\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Percent, E> {
        Percent::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Percent, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Percent, E> {
        Err(E::custom(PercentError::without_sign(number)))
    }
}

impl JsonSchema for Percent {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^\\s*[0-9.]+\\s*%\\s*$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str, share: f64) {
        let parsed = Percent::parse(text).expect(text).share();
        assert!((parsed - share).abs() < 1e-12, "{text}: {parsed}");
    }

    fn bad(text: &str, expected: &str) {
        let message = Percent::parse(text).expect_err(text).to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn spellings() {
        good("5%", 0.05);
        good("5 %", 0.05);
        good("0.5%", 0.005);
        good("0%", 0.0);
    }

    #[test]
    fn what_is_no_share() {
        bad("five", "`five` is not a percentage");
        bad("5", "a percentage needs its sign: write \"5%\"");
        bad("0.5", "a percentage needs its sign: write \"0.5%\", or \"50%\" if that is meant");
        bad("0", "a percentage needs its sign: write \"0%\"");
        bad("200%", "200 % is out of range: write \"0%\" or more, and less than \"100%\"");
        bad("100%", "100 % is out of range");
        bad("100", "100 % is out of range");
        bad("five%", "`five` is not a percentage");
        bad("%", "is not a percentage");
        bad("", "is not a percentage");
        bad("-5%", "-5 % is out of range");
        bad("nan", "out of range");
        bad("inf%", "out of range");
        bad("20000%", "out of range");
    }
}
