//! The selection of a run: runs of different selections are not the same measurement.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ParamValue;

/// Which cases a run was asked for. Selections that were recorded in different ways are equal when they mean the same.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SelectionRecord {
    Fields(Selected),
    /// Before the record had a version it was a text; empty for the default selection.
    Text(String),
}

/// Version 1 of the record: the arguments of the command line, as they were given. Empty lists select everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    pub version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backends: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Vec<ParamValue>>,
}

impl Default for Selected {
    fn default() -> Self {
        Self {
            version: 1,
            suite: None,
            filters: Vec::new(),
            benchmarks: Vec::new(),
            backends: Vec::new(),
            categories: Vec::new(),
            models: Vec::new(),
            tags: Vec::new(),
            params: BTreeMap::new(),
        }
    }
}

impl Default for SelectionRecord {
    fn default() -> Self {
        Self::Fields(Selected::default())
    }
}

impl From<Selected> for SelectionRecord {
    fn from(selected: Selected) -> Self {
        Self::Fields(selected)
    }
}

impl PartialEq for SelectionRecord {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fields(one), Self::Fields(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Fields(fields), Self::Text(text)) | (Self::Text(text), Self::Fields(fields)) => {
                fields.text() == *text
            }
        }
    }
}

impl SelectionRecord {
    /// Returns whether it is everything that the manifest runs by default.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Selected {
    /// As files without a version say it.
    fn text(&self) -> String {
        if *self == Self::default() { String::new() } else { format!("{:?}", Text(self)) }
    }
}

/// The text of files without a version. It must never change.
struct Text<'a>(&'a Selected);

struct Pattern<'a>(&'a str);

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn patterns(texts: &[String]) -> Vec<Pattern<'_>> {
            texts.iter().map(|text| Pattern(text)).collect()
        }
        let Selected { version: _, suite, filters, benchmarks, backends, categories, models, tags, params } =
            self.0;
        f.debug_struct("Selection")
            .field("suite", suite)
            .field("profile", &None::<String>)
            .field("filters", &patterns(filters))
            .field("benchmarks", &patterns(benchmarks))
            .field("backends", backends)
            .field("categories", &patterns(categories))
            .field("models", &patterns(models))
            .field("tags", &patterns(tags))
            .field("params", params)
            .finish()
    }
}

impl fmt::Debug for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Selected {
        Selected {
            suite: Some("small".into()),
            filters: vec!["enc/*".into()],
            backends: vec!["ndarray".into()],
            params: [("n".to_owned(), vec![ParamValue::Int(1), ParamValue::Text("x".into())])].into(),
            ..Selected::default()
        }
    }

    /// As version 0.1.0 of the tool wrote it.
    const OLD: &str = "Selection { suite: Some(\"small\"), profile: None, filters: [Pattern(\"enc/*\")], \
                       benchmarks: [], backends: [\"ndarray\"], categories: [], models: [], tags: [], \
                       params: {\"n\": [Int(1), Text(\"x\")]} }";

    #[test]
    fn old_texts_match() {
        assert_eq!(SelectionRecord::from(some()), SelectionRecord::Text(OLD.to_owned()));
        assert_ne!(SelectionRecord::default(), SelectionRecord::Text(OLD.to_owned()));
        assert_eq!(SelectionRecord::default(), SelectionRecord::Text(String::new()));
        assert!(SelectionRecord::Text(String::new()).is_default());
    }

    #[test]
    fn both_are_read() {
        let read = |text: &str| serde_json::from_str::<SelectionRecord>(text).expect("it reads");
        let record = SelectionRecord::from(some());
        assert_eq!(read(&serde_json::to_string(&record).expect("JSON")), record);
        assert_eq!(read(&serde_json::to_string(OLD).expect("JSON")), record);
        assert_eq!(read("\"\""), SelectionRecord::default());
        let newer = read("{\"version\":2,\"suite\":\"small\"}");
        assert_ne!(newer, Selected { suite: Some("small".into()), ..Selected::default() }.into());
    }
}
