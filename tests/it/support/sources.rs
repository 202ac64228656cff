//! The sources of this repository, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file, its tests told apart.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Relative to the repository's root.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The lines that are not tests, with their numbers.
    pub(crate) code: Vec<(usize, String)>,
}

impl Source {
    /// The folder or file directly below the package's `src/`: the row of the map that it belongs to.
    pub(crate) fn row(&self) -> &str {
        let below = self.path.split_once("src/").map_or("", |(_, below)| below);
        below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The path of its module inside the package: `compare::verdict`; empty for the crate's root.
    pub(crate) fn module(&self) -> Vec<&str> {
        let below = self.path.split_once("src/").map_or("", |(_, below)| below);
        let parts = below.trim_end_matches(".rs").split('/');
        parts.filter(|part| !["lib", "main", "mod"].contains(part)).collect()
    }

    /// The lines of code that are neither empty nor comments.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code.iter().map(|(at, line)| (*at, line.as_str()));
        lines.filter(|(_, line)| is_statement(line))
    }
}

/// Returns whether a line is neither empty nor a comment.
pub(crate) fn is_statement(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with("//")
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
        let code = if is_tests(&path) { Vec::new() } else { untested(&text) };
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
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("tests.rs")
}

/// Leaves out each item under `#[cfg(test)]`, from the attribute to its end: the sources are formatted, so that
/// an item at the margin ends with the next `}` or `;` there.
fn untested(text: &str) -> Vec<(usize, String)> {
    let mut code = Vec::new();
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, at)) = lines.next() {
        if line != "#[cfg(test)]" {
            code.push((at, line.to_owned()));
            continue;
        }
        let ends =
            |line: &str| line == "}" || !line.starts_with([' ', '#', '}']) && line.ends_with(['}', ';']);
        for (line, _) in lines.by_ref() {
            if ends(line) {
                break;
            }
        }
    }
    code
}

#[test]
fn items_of_tests_are_left_out() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nmod b;\n\n#[cfg(test)]\nmod tests {\n    fn c() {\n    }\n}\nfn d() {}\n";
    let code: Vec<_> = untested(text).into_iter().map(|(at, line)| format!("{at} {line}")).collect();
    assert_eq!(code, ["1 use a;", "4 mod b;", "5 ", "11 fn d() {}"]);
}
