//! `--params`: values of parameters from the command line.

use std::collections::BTreeMap;
use std::path::Path;

use accel_bench_record::ParamValue;
use serde_json::Value;

use crate::manifest::MODEL;

use super::error::{Error, ParamsError};

/// Values by parameter. Each argument is `KEY=VALUE`, `KEY=VALUE,VALUE` or a JSON object; values of one key in
/// several arguments are joined.
pub fn parse(arguments: &[String]) -> Result<BTreeMap<String, Vec<ParamValue>>, Error> {
    let mut params: BTreeMap<String, Vec<ParamValue>> = BTreeMap::new();
    for argument in arguments {
        let parsed = if argument.trim_start().starts_with('{') { object(argument) } else { pair(argument) };
        let parsed = parsed.map_err(|reason| Error::Argument { argument: argument.clone(), reason })?;
        for (key, values) in parsed {
            let known = params.entry(key).or_default();
            for value in values {
                if !known.contains(&value) {
                    known.push(value);
                }
            }
        }
    }
    Ok(params)
}

fn pair(argument: &str) -> Result<Vec<(String, Vec<ParamValue>)>, ParamsError> {
    let (key, values) = argument.split_once('=').ok_or(ParamsError::NoSign)?;
    let key = key.trim();
    if key.is_empty() {
        return Err(ParamsError::NoName);
    }
    let values = values.split(',').map(|text| scalar(text.trim())).collect::<Result<_, _>>()?;
    Ok(vec![(key.to_owned(), values)])
}

/// The narrowest type that the text can be: `true`, a whole number, a number, or the text itself.
fn scalar(text: &str) -> Result<ParamValue, ParamsError> {
    if text.is_empty() {
        return Err(ParamsError::NoValue);
    }
    if let Ok(value) = text.parse::<bool>() {
        return Ok(value.into());
    }
    if let Ok(value) = text.parse::<i64>() {
        return Ok(value.into());
    }
    // `nan` and `infinity` are names like any other here.
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || ['-', '+', '.'].contains(&c));
    match text.parse::<f64>() {
        Ok(value) if is_number && value.is_finite() => Ok(value.into()),
        _ => Ok(text.into()),
    }
}

fn object(argument: &str) -> Result<Vec<(String, Vec<ParamValue>)>, ParamsError> {
    let object: BTreeMap<String, Value> =
        serde_json::from_str(argument).map_err(|error| ParamsError::NotJson(error.to_string()))?;
    object
        .into_iter()
        .map(|(key, value)| {
            let values = match value {
                Value::Array(list) if list.is_empty() => return Err(ParamsError::EmptyList(key)),
                Value::Array(list) => {
                    list.into_iter().map(|value| json_scalar(&key, value)).collect::<Result<_, _>>()?
                }
                value => vec![json_scalar(&key, value)?],
            };
            Ok((key, values))
        })
        .collect()
}

fn json_scalar(key: &str, value: Value) -> Result<ParamValue, ParamsError> {
    match value {
        // As bench.toml names a model's folder; with a separator it is a path without the table too.
        Value::Object(folder) if key == MODEL && folder.len() == 1 => match folder.get("path") {
            Some(Value::String(path)) if path.starts_with('.') || Path::new(path).is_absolute() => {
                Ok(path.as_str().into())
            }
            Some(Value::String(path)) if !path.is_empty() => Ok(format!("./{path}").into()),
            _ => Err(ParamsError::NotAFolder(key.to_owned())),
        },
        Value::Bool(value) => Ok(value.into()),
        Value::String(text) if !text.is_empty() => Ok(text.into()),
        Value::Number(number) => match number.as_i64() {
            Some(value) => Ok(value.into()),
            None => number.as_f64().map(ParamValue::from).ok_or(ParamsError::TooLarge(number)),
        },
        value => Err(ParamsError::NotAValue { key: key.to_owned(), value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(arguments: &[&str], key: &str, expected: &[ParamValue]) {
        let arguments: Vec<_> = arguments.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(parse(&arguments).expect("parameters")[key], expected, "{arguments:?}");
    }

    fn bad(argument: &str, expected: &str) {
        let error = parse(&[argument.to_owned()]).expect_err(argument).to_string();
        assert!(error.contains(expected), "{argument}: {error}");
    }

    #[test]
    fn types() {
        good(&["n=8"], "n", &[8.into()]);
        good(&["n=-8"], "n", &[(-8).into()]);
        good(&["n=0.5"], "n", &[0.5.into()]);
        good(&["n=1e3"], "n", &[1000.0.into()]);
        good(&["causal=true"], "causal", &[true.into()]);
        good(&["precision=f32"], "precision", &["f32".into()]);
        good(&["mode=nan"], "mode", &["nan".into()]);
        good(&["path=a=b"], "path", &["a=b".into()]);
    }

    #[test]
    fn lists_and_repetitions() {
        good(&["n=1,8, 16"], "n", &[1.into(), 8.into(), 16.into()]);
        good(&["n=1", "n=8,1"], "n", &[1.into(), 8.into()]);
    }

    #[test]
    fn json() {
        good(&["{\"n\": [1, 8]}"], "n", &[1.into(), 8.into()]);
        good(&["{\"n\": \"1\"}"], "n", &["1".into()]);
        good(&["{\"n\": 2.5, \"m\": true}"], "m", &[true.into()]);
        let models = ["m".into(), "./a/b".into(), "../c".into()];
        good(&["{\"model\": [\"m\", {\"path\": \"a/b\"}, {\"path\": \"../c\"}]}"], "model", &models);
    }

    #[test]
    fn mistakes() {
        bad("n", "write KEY=VALUE");
        bad("=1", "a name before `=`");
        bad("n=", "a value after `=`");
        bad("n=1,,2", "between commas");
        bad("{\"n\": }", "not JSON");
        bad("{\"n\": []}", "`n` has no value");
        bad("{\"n\": {\"from\": 1}}", "write a text, a number");
        bad("{\"n\": null}", "cannot be `null`");
        bad("{\"n\": [1, {}]}", "cannot be `{}`");
        bad("{\"n\": \"\"}", "cannot be `\"\"`");
        bad("{\"model\": {\"path\": 1}}", "`model` is not a folder");
    }

    /// Returns what a case's name shows can be given as an argument, and is the same value.
    #[test]
    fn values_come_back_from_their_names() {
        let values: [ParamValue; 11] = [
            0.into(),
            (-1).into(),
            i64::MAX.into(),
            i64::MIN.into(),
            0.5.into(),
            true.into(),
            false.into(),
            "f32".into(),
            "a=b".into(),
            "bert-tiny".into(),
            "größe".into(),
        ];
        for value in values {
            good(&[&format!("n={value}")], "n", std::slice::from_ref(&value));
        }
    }

    #[test]
    fn odd_arguments() {
        good(&[" n = 8 "], "n", &[8.into()]);
        good(&["n=+8"], "n", &[8.into()]);
        good(&["n=1e400"], "n", &["1e400".into()]);
        good(&["n=True"], "n", &["True".into()]);
        good(&["n=0x10"], "n", &["0x10".into()]);
        good(&["{\"n\": 18446744073709551615}"], "n", &[18_446_744_073_709_551_615_f64.into()]);
        good(&["{}", "n=1"], "n", &[1.into()]);
        bad("{\"n\": [[1]]}", "write a text, a number");
        bad("{\"n\": \"\"}", "cannot be");
        bad("{\"n\": 1", "not JSON");
        bad("{\"n\": 1} x", "not JSON");
        bad("[1]", "write KEY=VALUE");
        bad("", "write KEY=VALUE");
    }
}
