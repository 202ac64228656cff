//! The values of one parameter as `bench.toml` spells them: a value, a list, a range of whole numbers, or a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use accel_bench_record::ParamValue;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::at::At;
use super::folder_name::{self, PATH};
use super::nearest::nearest;

/// More values than anybody means; a slip in a range must not eat the memory.
const MOST: usize = 10_000;

/// At least one value, no two alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    pub(super) all: Vec<ParamValue>,
    /// Those of them that are folders.
    pub(super) folders: Vec<At<String>>,
}

impl From<Scalar> for Values {
    fn from(scalar: Scalar) -> Self {
        let mut values = Self { all: Vec::new(), folders: Vec::new() };
        values.push(scalar);
        values
    }
}

impl Values {
    fn push(&mut self, Scalar { value, folder }: Scalar) {
        self.all.push(value);
        self.folders.extend(folder);
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a value, a list such as `[1, 8]`, or a range such as `{ from = 64, to = 512, step = 64 }`",
        )
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Values, E> {
        ScalarVisitor.visit_bool(value).map(Values::from)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Values, E> {
        ScalarVisitor.visit_i64(value).map(Values::from)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Values, E> {
        ScalarVisitor.visit_f64(value).map(Values::from)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Values, E> {
        ScalarVisitor.visit_str(value).map(Values::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values, A::Error> {
        let mut values = Values { all: Vec::new(), folders: Vec::new() };
        while let Some(scalar) = list.next_element::<Scalar>()? {
            if values.all.contains(&scalar.value) {
                let twice = format!("`{}` is listed twice in the list: leave one out", scalar.value);
                return Err(A::Error::custom(twice));
            }
            values.push(scalar);
        }
        if values.all.is_empty() {
            return Err(A::Error::custom("an empty list leaves no case to run: write at least one value"));
        }
        if values.all.len() > MOST {
            return Err(A::Error::custom(too_many(values.all.len())));
        }
        Ok(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut keys = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            // The name under which the toml crate passes a date.
            if key.starts_with("$__toml_private") {
                return Err(A::Error::custom("invalid parameter: write a date in quotes"));
            }
            if key == PATH && keys.is_empty() {
                return folder_name::read(map).map(|folder| Scalar::from(folder).into());
            }
            if let (PATH, Some(other)) = (key.as_str(), keys.keys().next()) {
                return Err(A::Error::custom(format!("a folder has no range: leave `{other}` out")));
            }
            if !Range::KEYS.contains(&key.as_str()) {
                return Err(A::Error::custom(unknown_key(&key)));
            }
            keys.insert(key, map.next_value::<Whole>()?.0);
        }
        let values = Range::new(&keys).and_then(|range| range.values());
        values.map(|all| Values { all, folders: Vec::new() }).map_err(A::Error::custom)
    }
}

fn unknown_key(key: &str) -> String {
    let near = nearest(key, Range::KEYS).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    format!("unknown key `{key}` in a range of `from`, `to` and `step` or `factor`{near}")
}

fn too_many(count: usize) -> String {
    format!("{count} values are more than {MOST}: take fewer")
}

/// Why no values can be read.
#[derive(Debug, thiserror::Error)]
enum Invalid {
    #[error("invalid parameter `{0}`: write a finite number")]
    NotFinite(f64),
    #[error("an empty text cannot be reported apart in a case's name: write some text")]
    EmptyText,
    #[error("a range without `{0}`: write `{0} = …`")]
    NoBound(&'static str),
    #[error("an empty range: `from` {from} is above `to` {to}, swap them")]
    EmptyRange { from: i64, to: i64 },
    #[error("a range with both `step` and `factor`: leave one out")]
    TwoStrides,
    #[error("a `step` of {0} never ends: write 1 or more")]
    Step(i64),
    #[error("a `factor` of {0} never ends: write 2 or more")]
    Factor(i64),
    #[error("a `factor` from {0} never ends: let `from` be 1 or more")]
    FactorFrom(i64),
    #[error("the range from {from} to {to} has more than {MOST} values: take a larger `step`, or a `factor`")]
    TooLong { from: i64, to: i64 },
}

/// One value of a list.
struct Scalar {
    value: ParamValue,
    folder: Option<At<String>>,
}

impl From<At<String>> for Scalar {
    fn from(folder: At<String>) -> Self {
        Self { value: folder.as_str().into(), folder: Some(folder) }
    }
}

impl Scalar {
    fn new(value: ParamValue) -> Result<Self, Invalid> {
        match &value {
            ParamValue::Float(number) if !number.is_finite() => Err(Invalid::NotFinite(*number)),
            ParamValue::Text(text) if text.is_empty() => Err(Invalid::EmptyText),
            _ => Ok(Self { value, folder: None }),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Scalar::new(value.into()).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Scalar::new(value.into()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Scalar::new(value.into()).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Scalar::new(value.into()).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        match map.next_key::<String>()? {
            Some(key) if key == PATH => folder_name::read(map).map(Scalar::from),
            Some(key) => {
                Err(A::Error::custom(format!("unknown key `{key}` in a list: only `{PATH}` is allowed here")))
            }
            None => Err(A::Error::custom(format!("an empty table: write `{PATH} = \"…\"` in it"))),
        }
    }
}

/// A bound of a range.
struct Whole(i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WholeVisitor;
        impl Visitor<'_> for WholeVisitor {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number; values between them go into a list, `[0.1, 0.5]`")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(number))
            }
        }
        deserializer.deserialize_any(WholeVisitor)
    }
}

/// From `from` to at most `to`.
struct Range {
    from: i64,
    to: i64,
    stride: Stride,
}

enum Stride {
    Step(i64),
    Factor(i64),
}

impl Range {
    const KEYS: &[&str] = &["from", "to", "step", "factor"];

    fn new(keys: &BTreeMap<String, i64>) -> Result<Self, Invalid> {
        let get = |name: &str| keys.get(name).copied();
        let need = |name: &'static str| get(name).ok_or(Invalid::NoBound(name));
        let (from, to) = (need("from")?, need("to")?);
        if from > to {
            return Err(Invalid::EmptyRange { from, to });
        }
        let stride = match (get("step"), get("factor")) {
            (Some(_), Some(_)) => return Err(Invalid::TwoStrides),
            (Some(step), None) if step < 1 => return Err(Invalid::Step(step)),
            (None, Some(factor)) if factor < 2 => return Err(Invalid::Factor(factor)),
            (None, Some(_)) if from < 1 => return Err(Invalid::FactorFrom(from)),
            (Some(step), None) => Stride::Step(step),
            (None, Some(factor)) => Stride::Factor(factor),
            (None, None) => Stride::Step(1),
        };
        Ok(Self { from, to, stride })
    }

    fn values(&self) -> Result<Vec<ParamValue>, Invalid> {
        let next = |value: &i64| match self.stride {
            Stride::Step(step) => value.checked_add(step),
            Stride::Factor(factor) => value.checked_mul(factor),
        };
        let values = std::iter::successors(Some(self.from), next).take_while(|value| *value <= self.to);
        let values: Vec<_> = values.take(MOST + 1).map(ParamValue::from).collect();
        if values.len() > MOST {
            return Err(Invalid::TooLong { from: self.from, to: self.to });
        }
        Ok(values)
    }
}

impl JsonSchema for Values {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let folder = json_schema!({
            "description": "For the parameter `model`: a local Hugging Face folder, relative to this file.",
            "type": "object",
            "properties": { "path": { "type": "string", "minLength": 1 } },
            "required": ["path"],
            "additionalProperties": false,
        });
        let scalar = json_schema!({ "type": ["boolean", "number", "string"] });
        json_schema!({
            "description": "One value, a list of values, a range of whole numbers, or a model's folder.",
            "anyOf": [
                scalar,
                folder,
                {
                    "type": "array",
                    "items": { "anyOf": [scalar, folder] },
                    "minItems": 1,
                    "uniqueItems": true,
                },
                {
                    "type": "object",
                    "properties": {
                        "from": { "description": "The first value.", "type": "integer" },
                        "to": { "description": "The last value, if a step hits it.", "type": "integer" },
                        "step": { "description": "The difference of two values. Default: 1.", "type": "integer", "minimum": 1 },
                        "factor": { "description": "The ratio of two values.", "type": "integer", "minimum": 2 },
                    },
                    "required": ["from", "to"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ParamValue>, String> {
        let line: BTreeMap<String, Values> =
            toml::from_str(&format!("v = {text}")).map_err(|error| error.message().to_owned())?;
        Ok(line["v"].all.clone())
    }

    fn good(text: &str, expected: &[i64]) {
        let expected: Vec<_> = expected.iter().map(|n| ParamValue::Int(*n)).collect();
        assert_eq!(read(text), Ok(expected), "{text}");
    }

    fn bad(text: &str, expected: &str) {
        let message = read(text).expect_err(text);
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn values_and_lists() {
        good("8", &[8]);
        good("[1, 8]", &[1, 8]);
        assert_eq!(read("[\"f32\", 0.5, true]"), Ok(vec!["f32".into(), 0.5.into(), true.into()]));
        assert_eq!(read("\"f32\""), Ok(vec!["f32".into()]));
    }

    #[test]
    fn ranges() {
        good("{ from = 64, to = 256, step = 64 }", &[64, 128, 192, 256]);
        good("{ from = 64, to = 500, factor = 2 }", &[64, 128, 256]);
        good("{ from = 1, to = 3 }", &[1, 2, 3]);
        good("{ from = -2, to = 2, step = 2 }", &[-2, 0, 2]);
        good("{ from = 7, to = 7, factor = 2 }", &[7]);
        good("{ from = 9223372036854775806, to = 9223372036854775807, step = 5 }", &[i64::MAX - 1]);
    }

    #[test]
    fn empty_matrices() {
        bad("[]", "an empty list leaves no case");
        bad("{ from = 8, to = 1 }", "`from` 8 is above `to` 1");
    }

    #[test]
    fn ranges_that_never_end() {
        bad("{ from = 1, to = 8, step = 0 }", "a `step` of 0 never ends");
        bad("{ from = 1, to = 8, step = -1 }", "a `step` of -1");
        bad("{ from = 1, to = 8, factor = 1 }", "a `factor` of 1 never ends");
        bad("{ from = 0, to = 8, factor = 2 }", "a `factor` from 0 never ends");
        bad("{ from = 0, to = 9223372036854775807 }", "more than 10000 values");
    }

    #[test]
    fn ranges_that_are_misspelt() {
        bad("{ from = 1, to = 8, stp = 1 }", "did you mean `step`?");
        bad("{ to = 8 }", "a range without `from`");
        bad("{ from = 1 }", "a range without `to`");
        bad("{ from = 1, to = 8, step = 1, factor = 2 }", "both `step` and `factor`");
        bad("{ from = 0.1, to = 0.5 }", "a whole number");
    }

    #[test]
    fn lists_that_cannot_be() {
        bad("[1, 8, 1]", "`1` is listed twice");
        bad("[[1]]", "expected a text, a number");
        bad("[nan]", "invalid parameter");
        bad("\"\"", "an empty text");
        bad("1979-05-27", "invalid parameter: write a date in quotes");
    }

    /// Returns what a range means, spelled out.
    fn counted(from: i64, to: i64, next: impl Fn(i64) -> i64) -> Vec<i64> {
        let mut values = vec![];
        let mut value = from;
        while value <= to {
            values.push(value);
            value = next(value);
        }
        values
    }

    #[test]
    fn ranges_are_what_counting_gives() {
        for (from, to) in [(-3, 3), (0, 0), (1, 1), (1, 40), (5, 23), (7, 8)] {
            for step in 1..10 {
                let text = format!("{{ from = {from}, to = {to}, step = {step} }}");
                good(&text, &counted(from, to, |value| value + step));
            }
            for factor in (2..6).filter(|_| from > 0) {
                let text = format!("{{ from = {from}, to = {to}, factor = {factor} }}");
                good(&text, &counted(from, to, |value| value * factor));
            }
        }
    }

    #[test]
    fn at_most_ten_thousand() {
        assert_eq!(read("{ from = 1, to = 10000 }").map(|values| values.len()), Ok(10_000));
        bad("{ from = 1, to = 10001 }", "more than 10000 values");
        bad("{ from = -9223372036854775808, to = 9223372036854775807 }", "more than 10000 values");
        let list = (0..10_001).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        bad(&format!("[{list}]"), "10001 values are more than 10000");
    }
}
