//! A share as `bench.toml` spells it: `"5%"` or `0.05`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A share from 0 up to, but not including, 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// The share: 0.05 for `"5%"`.
    pub fn share(self) -> f64 {
        self.0
    }

    /// Reads `"5%"`, `"5 %"` or `"0.05"`, as the file and the command line spell it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| no_percentage(text));
        match text.trim().strip_suffix('%') {
            // Whoever writes the sign means it: 200 % is no slip for 2 %.
            Some(percent) => {
                let percent = number(percent)?;
                Self::new(percent / 100.0).ok_or_else(|| out_of_range(percent))
            }
            None => Self::of_share(number(text)?),
        }
    }

    fn new(share: f64) -> Option<Self> {
        (0.0..1.0).contains(&share).then_some(Self(share))
    }

    fn of_share(share: f64) -> Result<Self, String> {
        let percent = rounded(share * 100.0);
        Self::new(share).ok_or_else(|| match (1.0..100.0).contains(&share) {
            true => format!("{share} would be {percent} %: write \"{share}%\" or {}", rounded(share / 100.0)),
            false => out_of_range(percent),
        })
    }
}

fn no_percentage(text: &str) -> String {
    format!("`{}` is no percentage: write \"5%\" or 0.05", text.trim())
}

fn out_of_range(percent: f64) -> String {
    format!("{percent} % is out of range: write \"0%\" or more, and less than \"100%\"")
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
        bad("1.1", "1.1 would be 110 %: write \"1.1%\" or 0.011");
        bad("200%", "200 % is out of range: write \"0%\" or more, and less than \"100%\"");
        bad("100%", "100 % is out of range");
        bad("100", "10000 % is out of range");
        bad("five%", "`five` is no percentage");
        bad("%", "is no percentage");
        bad("", "is no percentage");
        bad("-5%", "-5 % is out of range");
        bad("nan", "out of range");
        bad("inf%", "out of range");
        bad("20000%", "out of range");
    }
}
