//! A length of time as `bench.toml` spells it: `"300ms"`, `"1.5s"`, `"2m"`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Nothing that is benched takes a day; whatever says so is a slip of the unit.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A time with its unit, zero to one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time(pub(super) Duration);

/// Why a text cannot be read as a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    #[error("a duration without a unit: write `\"{0}ms\"` or `\"{0}s\"`")]
    NoUnit(String),
    #[error("`{0}` is not a duration: write for example \"300ms\", \"1.5s\" or \"2m\"")]
    NotATime(String),
    #[error("`{0}` is before zero: write it without `-`")]
    Negative(String),
    #[error("`{0}` is longer than a day: write at most \"24h\"")]
    TooLong(String),
}

/// Reads `"1.5s"`.
pub fn parse(text: &str) -> Result<Duration, TimeError> {
    if text.trim().parse::<f64>().is_ok() {
        return Err(TimeError::NoUnit(text.trim().to_owned()));
    }
    let signed: SignedDuration = text.parse().map_err(|_| TimeError::NotATime(text.to_owned()))?;
    let duration = Duration::try_from(signed).map_err(|_| TimeError::Negative(text.to_owned()))?;
    if duration > LONGEST {
        return Err(TimeError::TooLong(text.to_owned()));
    }
    Ok(duration)
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"300ms\", \"1.5s\" or \"2m\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
        parse(text).map(Time).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Time, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Time, E> {
        self.visit_str(&number.to_string())
    }
}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["300ms", "1.5s", "2m"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str, millis: u64) {
        assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
    }

    fn bad(text: &str, expected: &str) {
        let message = parse(text).expect_err(text).to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn units() {
        good("300ms", 300);
        good("1.5s", 1_500);
        good("2m", 120_000);
        good("1m 30s", 90_000);
        good("1h", 3_600_000);
        good("0s", 0);
    }

    #[test]
    fn a_bare_number_asks_for_its_unit() {
        bad("5", "write `\"5ms\"` or `\"5s\"`");
        bad("1.5", "without a unit");
        bad("", "is not a duration");
    }

    #[test]
    fn what_is_no_time() {
        bad("soon", "`soon` is not a duration");
        bad("-1s", "before zero");
        bad("3 days", "");
        bad("48h", "longer than a day");
    }
}
