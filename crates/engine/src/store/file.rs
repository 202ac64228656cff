//! Reading one file that may be anything: huge, cut, of another version, or no file at all.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::checksum;
use super::error::Reason;

/// A run of ten thousand cases in five processes stays below; what is larger was not written by this tool.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// A type with a format version of its own.
pub(super) trait Versioned: DeserializeOwned {
    /// The newest format that this tool reads.
    const NEWEST: u32;

    fn format(&self) -> u32;
}

/// Reads and parses the file at `path`.
pub(super) fn read<T: Versioned>(path: &Path) -> Result<T, Reason> {
    parse(&text(path)?)
}

/// The text of a regular file of a size that can be.
///
/// The kind is asked for first, because opening a FIFO would wait for its other end.
pub(super) fn text(path: &Path) -> Result<String, Reason> {
    let metadata = fs::metadata(path).map_err(Reason::Unreadable)?;
    if metadata.is_dir() {
        return Err(Reason::NotAFile("a folder"));
    }
    if !metadata.is_file() {
        return Err(Reason::NotAFile("a device, pipe or socket"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(Reason::TooLarge { bytes: metadata.len(), limit: MAX_BYTES });
    }
    let bytes = fs::read(path).map_err(Reason::Unreadable)?;
    String::from_utf8(bytes).map_err(|error| Reason::NotUtf8 { at: error.utf8_error().valid_up_to() })
}

/// Parses `text`, and says of what cannot be parsed whether a newer tool wrote it.
///
/// A newer file may have the old shape by chance and mean something else, so the version is compared either
/// way; where the shape differs, it is found by [`Probe`], which needs nothing but the version.
pub(super) fn parse<T: Versioned>(text: &str) -> Result<T, Reason> {
    let parsed = serde_json::from_str::<T>(text);
    let found = match &parsed {
        Ok(value) => u64::from(value.format()),
        Err(_) => serde_json::from_str::<Probe>(text).map_err(|error| explain(&error, text))?.format,
    };
    if found > u64::from(T::NEWEST) {
        return Err(Reason::Newer { found, supported: T::NEWEST });
    }
    if found == 0 {
        return Err(Reason::Broken("formats count from 1, and this says 0".to_owned()));
    }
    let value = parsed.map_err(|error| explain(&error, text))?;
    checksum::check(text)?;
    Ok(value)
}

/// The part of a file that every version has.
#[derive(Deserialize)]
pub(super) struct Probe {
    pub(super) format: u64,
}

fn explain(error: &serde_json::Error, text: &str) -> Reason {
    if error.is_eof() {
        return Reason::CutShort { bytes: text.len() };
    }
    Reason::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        format: u32,
        #[serde(rename = "value")]
        _value: u32,
    }

    impl Versioned for Sample {
        const NEWEST: u32 = 2;

        fn format(&self) -> u32 {
            self.format
        }
    }

    fn check(text: &str, expected: &str) {
        let found = parse::<Sample>(text)
            .map_or_else(|reason| reason.to_string(), |sample| format!("{}", sample.format));
        assert_eq!(found, expected);
    }

    const NEWER: &str =
        "it has format 3, written by a newer cargo-accel-bench; this one reads up to format 2";

    #[test]
    fn versions() {
        check(r#"{"format":1,"value":1}"#, "1");
        check(r#"{"format":2,"value":1,"unknown":[]}"#, "2");
        check(r#"{"format":3,"value":1}"#, NEWER);
        check(r#"{"whatever":{"nested":[1]},"format":3}"#, NEWER);
        check(r#"{"format":0,"value":1}"#, "it is not a result file: formats count from 1, and this says 0");
    }

    #[test]
    fn broken_texts() {
        check("", "it is cut short after 0 bytes");
        check(r#"{"format":1,"val"#, "it is cut short after 16 bytes");
        check(r#"{"format":3,"val"#, "it is cut short after 16 bytes");
        check(
            "[]",
            "it is not a result file: invalid length 0, expected struct Probe with 1 element at line 1 column 2",
        );
        check("{}", "it is not a result file: missing field `format` at line 1 column 2");
        check(r#"{"format":1}"#, "it is not a result file: missing field `value` at line 1 column 12");
        let deep = format!("{{\"value\":{}", "[".repeat(9000));
        check(&deep, "it is cut short after 9009 bytes");
    }

    fn refused(path: &Path, expected: &str) {
        let reason = text(path).expect_err("it is refused").to_string();
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn what_is_no_text_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        refused(&path, "it cannot be read: ");
        refused(dir.path(), "it is a folder where a file is expected");
        fs::write(&path, b"{\"a\":\"\xff\"}").unwrap();
        refused(&path, "byte 6 is not UTF-8");
        fs::File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        refused(&path, "it has 268435457 bytes; result files have at most 268435456");
    }

    #[cfg(unix)]
    #[test]
    fn special_files_are_never_opened() {
        let dir = tempfile::tempdir().unwrap();
        let circle = dir.path().join("circle");
        std::os::unix::fs::symlink(&circle, &circle).unwrap();
        refused(&circle, "it cannot be read: ");
        refused(Path::new("/dev/zero"), "it is a device, pipe or socket where a file is expected");
    }
}
