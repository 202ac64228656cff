//! Environment variables as `bench.toml` spells them.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Variables by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub(super) struct Env(pub(super) BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Env {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = BTreeMap::<String, Text>::deserialize(deserializer)?;
        // The system refuses such names, and would do so only when the child starts.
        match raw.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            Some(name) => {
                Err(D::Error::custom(format!("`{name}` cannot be a variable's name: leave out `=`")))
            }
            None => Ok(Self(raw.into_iter().map(|(name, Text(value))| (name, value)).collect())),
        }
    }
}

/// A variable's value.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        if text.contains('\0') {
            return Err(E::custom("a variable's value cannot hold a zero byte: leave it out"));
        }
        Ok(Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
        Err(E::custom(format!("a variable's value is a text: write \"{number}\"")))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text, E> {
        Err(E::custom(format!("a variable's value is a text: write \"{value}\"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let read = toml::from_str::<Env>(text).map(|env| env.0.into_values().collect::<String>());
        match (read, expected) {
            (Ok(value), expected) => assert_eq!(Ok(value.as_str()), expected, "{text}"),
            (Err(error), Err(part)) => assert!(error.message().contains(part), "{text}: {}", error.message()),
            (Err(error), Ok(_)) => panic!("{text}: {error}"),
        }
    }

    #[test]
    fn values() {
        check("RUST_LOG = \"warn\"", Ok("warn"));
        check("EMPTY = \"\"", Ok(""));
        check("THREADS = 4", Err("write \"4\""));
        check("ON = true", Err("write \"true\""));
        check("LIST = [1]", Err("expected a text in quotes"));
        check("\"A=B\" = \"c\"", Err("cannot be a variable's name"));
        check("A = \"\\u0000\"", Err("zero byte"));
    }
}
