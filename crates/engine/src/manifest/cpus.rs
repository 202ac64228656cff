//! The CPUs of a child as `bench.toml` spells them: a count, or `"all"`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Which CPUs a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpus {
    All,
    Count(usize),
}

/// [`Cpus`] with a spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawCpus(pub(super) Cpus);

impl<'de> Deserialize<'de> for RawCpus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CpusVisitor)
    }
}

struct CpusVisitor;

impl Visitor<'_> for CpusVisitor {
    type Value = RawCpus;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of CPUs, or \"all\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RawCpus, E> {
        match text {
            "all" => Ok(RawCpus(Cpus::All)),
            _ => Err(E::custom(format!("`{text}` names no CPUs: write \"all\" or a number such as 2"))),
        }
    }

    fn visit_i64<E: Error>(self, count: i64) -> Result<RawCpus, E> {
        match usize::try_from(count) {
            Ok(count) if count > 0 => Ok(RawCpus(Cpus::Count(count))),
            _ => Err(E::custom(format!("{count} CPUs run nothing: write 1 or more, or \"all\""))),
        }
    }
}

impl JsonSchema for RawCpus {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cpus".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "oneOf": [{ "type": "integer", "minimum": 1 }, { "const": "all" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Line {
        cpus: RawCpus,
    }

    fn check(text: &str, expected: Result<Cpus, &str>) {
        match (toml::from_str::<Line>(text), expected) {
            (Ok(line), expected) => assert_eq!(Ok(line.cpus.0), expected, "{text}"),
            (Err(error), Err(part)) => assert!(error.message().contains(part), "{text}: {}", error.message()),
            (Err(error), Ok(_)) => panic!("{text}: {error}"),
        }
    }

    #[test]
    fn spellings() {
        check("cpus = 2", Ok(Cpus::Count(2)));
        check("cpus = \"all\"", Ok(Cpus::All));
        check("cpus = 0", Err("0 CPUs run nothing"));
        check("cpus = -1", Err("write 1 or more"));
        check("cpus = \"some\"", Err("`some` names no CPUs"));
        check("cpus = true", Err("expected a number of CPUs, or \"all\""));
    }
}
