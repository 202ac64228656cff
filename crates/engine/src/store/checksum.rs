//! A checksum as the last field of a JSON object: a digit that changed on disk parses, and means something else.
//!
//! Spaces and line ends do not count, so that a baseline may be indented again or checked out with other line ends.

use sha2::{Digest, Sha256};

use super::error::Reason;

/// The last field, up to its value.
const BEFORE: &str = ",\"checksum\":\"";
const AFTER: &str = "\"}";
/// Hexadecimal digits: 64 bits of SHA-256, which damage by chance does not get past.
const DIGITS: usize = 16;

/// Puts the checksum of `object`, a JSON object with at least one field, at its end.
pub(super) fn seal(mut object: Vec<u8>) -> Vec<u8> {
    let end = object.iter().rposition(|&byte| byte == b'}').unwrap_or(object.len());
    let rest = object.split_off(end);
    let is_indented = object.ends_with(b"\n");
    object.truncate(object.trim_ascii_end().len());
    let sum = sum(&solid(&object));
    let field = match is_indented {
        true => format!(",\n  \"checksum\": \"{sum}\"\n"),
        false => format!("{BEFORE}{sum}\""),
    };
    object.extend_from_slice(field.as_bytes());
    object.extend_from_slice(&rest);
    object
}

/// Compares the checksum of a file with its text. Files written before there was one have none, and pass.
pub(super) fn check(text: &str) -> Result<(), Reason> {
    let solid = solid(text.as_bytes());
    let split = solid.len().checked_sub(BEFORE.len() + DIGITS + AFTER.len());
    let Some((body, field)) = split.map(|at| solid.split_at(at)) else { return Ok(()) };
    let said = field.strip_prefix(BEFORE.as_bytes()).and_then(|rest| rest.strip_suffix(AFTER.as_bytes()));
    match said {
        Some(said) if said != sum(body).as_bytes() => Err(Reason::Damaged),
        _ => Ok(()),
    }
}

fn solid(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

fn sum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::json;
    use super::*;

    fn sealed() -> [String; 2] {
        let value = json!({"format": 1, "cases": [{"nanos": [10, 20]}], "why": "a reason }"});
        let compact = serde_json::to_vec(&value).expect("it is JSON");
        [compact, json::readable(&value).expect("it is JSON")]
            .map(|bytes| String::from_utf8(seal(bytes)).expect("JSON is UTF-8"))
    }

    #[test]
    fn a_sealed_object_is_json_and_passes() {
        let [compact, readable] = sealed();
        assert!(compact.ends_with("\"}"), "{compact}");
        assert!(readable.ends_with("\"\n}\n"), "{readable}");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it parses");
        assert_eq!(value(&compact), value(&readable), "spaces do not count");
        for text in [&compact, &readable, &readable.replace('\n', "\r\n")] {
            assert!(check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn any_changed_digit_is_noticed() {
        for text in sealed() {
            let digits: Vec<_> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).collect();
            assert!(digits.len() > 5, "{text}");
            for (at, digit) in digits {
                let mut changed = text.clone();
                changed.replace_range(at..=at, if digit == '7' { "8" } else { "7" });
                assert!(matches!(check(&changed), Err(Reason::Damaged)), "{changed}");
            }
        }
    }

    #[test]
    fn a_file_without_a_checksum_passes() {
        for text in ["", "{}", r#"{"format":1,"cases":[{"nanos":[10,20,30,40,50,60,70,80,90]}]}"#] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
