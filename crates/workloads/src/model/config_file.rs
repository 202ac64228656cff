//! A folder's `config.json`: reading it, and what kind of model it says it describes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::ModelError;
use crate::family::Family;

/// The text of a folder's `config.json`, as JSON.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    json: Value,
}

impl ConfigFile {
    /// # Errors
    /// When it cannot be read or is not JSON.
    pub(crate) fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("config.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(ModelError::Read { path, source }),
        };
        match serde_json::from_str(&without_python_numbers(&text)) {
            Ok(json) => Ok(Self { path, json }),
            Err(error) => Err(ModelError::Config { path, reason: error.to_string() }),
        }
    }

    /// `model_type`, as transformers writes it, or `_class_name`, as diffusers does; absent where the file has neither.
    pub(crate) fn model_type(&self) -> Option<&str> {
        self.json.get("model_type").or_else(|| self.json.get("_class_name")).and_then(Value::as_str)
    }

    /// The family of the model: the one of its type, or, where the file has none, the one that the folder is named after.
    pub(crate) fn family(&self) -> Option<Family> {
        if let Some(model_type) = self.model_type() {
            return Family::of_type(model_type);
        }
        // A path such as `.` has no name, but the folder has one.
        let folder = self.path.parent()?.canonicalize().ok()?;
        Family::named(folder.file_name()?.to_str()?)
    }

    pub(crate) fn into_json(self) -> Value {
        self.json
    }
}

/// Puts `null` where Python wrote `Infinity` or `NaN`: its writer has them, JSON has not.
fn without_python_numbers(text: &str) -> String {
    // Quotes part the text into strings, at the odd places, and the text between them.
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (between, string) = rest.split_at(quote);
        let end = string_length(string);
        parts.push(replace(between));
        parts.push(string[..end].to_owned());
        rest = &string[end..];
    }
    parts.push(replace(rest));
    parts.concat()
}

fn replace(between_strings: &str) -> String {
    ["-Infinity", "Infinity", "NaN"]
        .iter()
        .fold(between_strings.to_owned(), |text, name| text.replace(name, "null"))
}

/// The length of the JSON string that `text` begins with, its quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, letter)| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(config: &str, expected: Option<&str>) {
        let json = serde_json::from_str(config).expect("the test's JSON is JSON");
        assert_eq!(ConfigFile { path: PathBuf::new(), json }.model_type(), expected);
    }

    #[track_caller]
    fn check_numbers(python: &str, expected: &str) {
        assert_eq!(without_python_numbers(python), expected);
    }

    /// The family of a folder called `name` whose `config.json` is `config`.
    #[track_caller]
    fn check_family(name: &str, config: &str, expected: Option<Family>) {
        let parent = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = parent.path().join(name);
        std::fs::create_dir(&folder).expect("it can be made");
        std::fs::write(folder.join("config.json"), config).expect("it can be written");
        let file = ConfigFile::read(&folder).expect("it is JSON");
        assert_eq!(file.family(), expected, "{name} {config}");
    }

    #[test]
    fn the_family_is_that_of_the_type_else_of_the_name() {
        check_family("anything", r#"{"model_type": "bert"}"#, Some(Family::EncoderOnly));
        check_family("anything", r#"{"_class_name": "DiTTransformer2DModel"}"#, Some(Family::Diffusion));
        check_family("diffusion", "{}", Some(Family::Diffusion));
        check_family("diffusion", r#"{"model_type": "bert"}"#, Some(Family::EncoderOnly));
        check_family("diffusion", r#"{"model_type": "gpt5"}"#, None);
        check_family("anything", "{}", None);
        let infinity = r#"{"model_type": "mamba2", "time_step_limit": [0.0, Infinity]}"#;
        check_family("anything", infinity, Some(Family::StateSpace));
    }

    #[test]
    fn transformers_writes_model_type() {
        check(r#"{"model_type": "bert"}"#, Some("bert"));
    }

    #[test]
    fn diffusers_writes_the_class() {
        check(r#"{"_class_name": "DiTTransformer2DModel"}"#, Some("DiTTransformer2DModel"));
    }

    #[test]
    fn neither() {
        check("{}", None);
    }

    #[test]
    fn no_text() {
        check(r#"{"model_type": 3}"#, None);
    }

    #[test]
    fn json_stays() {
        check_numbers(r#"{"a": [1, "b"]}"#, r#"{"a": [1, "b"]}"#);
    }

    #[test]
    fn infinities() {
        check_numbers("[0.0, Infinity, -Infinity]", "[0.0, null, null]");
    }

    #[test]
    fn not_a_number() {
        check_numbers(r#"{"eps": NaN}"#, r#"{"eps": null}"#);
    }

    #[test]
    fn strings_stay() {
        check_numbers(r#"{"NaN": "Infinity"}"#, r#"{"NaN": "Infinity"}"#);
    }

    #[test]
    fn escaped_quotes_end_no_string() {
        check_numbers(r#"["\"NaN", NaN]"#, r#"["\"NaN", null]"#);
    }

    #[test]
    fn escaped_backslashes_escape_nothing() {
        check_numbers(r#"["\\", NaN]"#, r#"["\\", null]"#);
    }

    #[test]
    fn an_open_string_ends_with_the_text() {
        check_numbers(r#"["NaN"#, r#"["NaN"#);
    }
}
