//! A share as `bench.toml` spells it: `"5%"` or `0.05`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A share from 0 up to, but not including, 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Percent(f64);

impl Percent {
    /// The share: 0.05 for `"5%"`.
    pub(crate) fn share(self) -> f64 {
        self.0
    }

    /// Reads `"5%"`, `"5 %"` or `"0.05"`, as the file and the command line spell it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        match text.trim().strip_suffix('%') {
            Some(percent) => number(percent).map(|percent| percent / 100.0),
            None => number(text),
        }
        .ok_or_else(|| format!("`{text}` is no percentage: write \"5%\" or 0.05"))
        .and_then(Self::of_share)
    }

    fn of_share(share: f64) -> Result<Self, String> {
        if (0.0..1.0).contains(&share) {
            return Ok(Self(share));
        }
        let percent = share * 100.0;
        Err(if share.is_finite() && (1.0..100.0).contains(&share) {
            format!("{share} would be {percent} %: write \"{share}%\" or {}", share / 100.0)
        } else {
            format!("{percent} % is out of range: write a share from \"0%\" up to \"99%\"")
        })
    }
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
        f.write_str("a percentage such as \"5%\" or 0.05")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Percent, E> {
        Percent::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Percent, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, share: f64) -> Result<Percent, E> {
        Percent::of_share(share).map_err(E::custom)
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
        json_schema!({ "oneOf": [
            { "type": "string", "pattern": "^\\s*[0-9.]+\\s*%?\\s*$" },
            { "type": "number", "minimum": 0, "exclusiveMaximum": 1 },
        ] })
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
        let message = Percent::parse(text).expect_err(text);
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn spellings() {
        good("5%", 0.05);
        good("5 %", 0.05);
        good("0.5%", 0.005);
        good("0.05", 0.05);
        good("0", 0.0);
    }

    #[test]
    fn what_is_no_share() {
        bad("five", "`five` is no percentage");
        bad("5", "5 would be 500 %: write \"5%\" or 0.05");
        bad("-5%", "-5 % is out of range");
        bad("nan", "out of range");
        bad("inf%", "out of range");
        bad("20000%", "out of range");
    }
}
