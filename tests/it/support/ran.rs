//! How a program ended, and what it said.

use std::process::Output;

use serde_json::Value;

/// The end of a program; every check that fails shows all that it said.
#[derive(Debug)]
pub(crate) struct Ran {
    what: String,
    status: std::process::ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(what: impl Into<String>, output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
        Self {
            what: what.into(),
            status: output.status,
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:#}");
        self
    }

    #[track_caller]
    pub(crate) fn exits_with_one_of(self, codes: &[i32]) -> Self {
        assert!(self.code().is_some_and(|code| codes.contains(&code)), "not one of {codes:?}: {self:#}");
        self
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "stderr lacks `{words}`: {self:#}");
        self
    }

    #[track_caller]
    pub(crate) fn shows(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "stdout lacks `{words}`: {self:#}");
        self
    }

    #[track_caller]
    pub(crate) fn shows_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{self:#}");
        self
    }

    /// All of stdout as one JSON document: whatever else were there would not parse.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON, {error}: {self:#}"))
    }

    /// A value in stdout's document, by JSON pointer.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> Value {
        let json = self.json();
        json.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}: {self:#}")).clone()
    }

    /// A field of every element of the list at `list`.
    #[track_caller]
    pub(crate) fn column(&self, list: &str, field: &str) -> Vec<String> {
        let at = self.at(list);
        let rows = at.as_array().unwrap_or_else(|| panic!("no list at {list}: {self:#}"));
        rows.iter()
            .map(|row| match &row[field] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect()
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, status, stdout, stderr } = self;
        write!(f, "`{what}` ended with {status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
