//! JSON as scripts read it.

use serde::Serialize;

use super::{FORMAT, plain};

/// A document with its version and kind in front.
#[derive(Serialize)]
pub(super) struct Document<'a, T: Serialize> {
    format: u32,
    kind: &'a str,
    #[serde(flatten)]
    body: T,
}

/// One document over several lines.
pub(super) fn pretty(kind: &str, body: impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(&Document { format: FORMAT, kind, body })?;
    Ok(plain::json(&text) + "\n")
}

/// One document on one line.
pub(super) fn line(kind: &str, body: impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(&Document { format: FORMAT, kind, body })?;
    Ok(plain::json(&text) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Body {
        name: &'static str,
    }

    #[test]
    fn the_version_stands_first() {
        let text = line("thing", Body { name: "a\u{9b}b" }).expect("JSON");
        assert_eq!(text, "{\"format\":1,\"kind\":\"thing\",\"name\":\"a\\u009bb\"}\n");
        assert!(pretty("thing", Body { name: "x" }).expect("JSON").starts_with("{\n  \"format\": 1,\n"));
    }
}
