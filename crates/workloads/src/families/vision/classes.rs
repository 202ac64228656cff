//! How many classes `config.json` says there are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The names of the classes or, without names, their number. Hugging Face writes neither where there are two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Fields")]
pub struct Classes(Option<usize>);

/// As `config.json` has them.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    id2label: Option<BTreeMap<String, IgnoredAny>>,
    #[serde(default)]
    num_labels: Option<usize>,
}

impl Classes {
    /// So many.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Self(Some(count))
    }

    /// Their number.
    #[must_use]
    pub const fn count(self) -> usize {
        match self.0 {
            Some(count) => count,
            None => 2,
        }
    }

    pub(super) fn fault(self) -> Option<String> {
        (self.count() == 0).then(|| "`id2label` names no class".to_owned())
    }
}

impl From<Fields> for Classes {
    fn from(fields: Fields) -> Self {
        Self(fields.id2label.map(|names| names.len()).or(fields.num_labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: usize) {
        let classes: Classes = serde_json::from_str(json).expect("it is sound");
        assert_eq!(classes.count(), expected);
    }

    #[test]
    fn named() {
        check(r#"{"id2label": {"0": "cat", "1": "dog", "2": "cow"}}"#, 3);
    }

    #[test]
    fn counted() {
        check(r#"{"num_labels": 7}"#, 7);
    }

    #[test]
    fn names_go_before_numbers() {
        check(r#"{"num_labels": 7, "id2label": {"0": "cat"}}"#, 1);
    }

    #[test]
    fn neither() {
        check(r#"{"id2label": null}"#, 2);
    }

    #[test]
    fn none_is_a_fault() {
        assert_eq!(Classes::new(0).fault().as_deref(), Some("`id2label` names no class"));
    }
}
