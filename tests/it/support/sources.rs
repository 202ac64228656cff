//! The sources of this repository, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file, its tests cut off.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the repository's root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// What stands before the first `#[cfg(test)]`; nothing, for a file of tests.
    pub(crate) code: String,
}

impl Source {
    /// The folder or file directly below `src/`: the row of the map that it belongs to.
    pub(crate) fn row(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The numbers and texts of the lines of code that are no comment.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// All Rust files below `folder`.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(&root.join(folder), &mut found);
    found.sort();
    let source = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a source can be read");
        let path = path.strip_prefix(root).expect("it lies in the repository").display().to_string();
        let code = if is_tests(&path) { String::new() } else { untested(&text).to_owned() };
        Source { path, text, code }
    };
    let found: Vec<_> = found.iter().map(source).collect();
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn is_tests(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs")
}

/// Tests stand last in their file, under the attribute.
fn untested(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..=at])
}
