//! A name that becomes a file or a folder: of a baseline, a machine class, a commit, a run.

use std::fmt;

use super::error::Error;

/// One path component, the same on every system: letters, digits, `.`, `_`, `+` and `-`, not beginning with a
/// dot (hidden, or `..`) nor with a dash (an option to every other program).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    const MAX_BYTES: usize = 120;

    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        match fault(&name) {
            Some(why) => Err(Error::InvalidName { name, why }),
            None => Ok(Self(name)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `<name>.json`
    pub(super) fn json(&self) -> String {
        format!("{}.json", self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn fault(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_alphanumeric() || ['.', '_', '+', '-'].contains(&c);
    match name.chars().next() {
        None => Some("it is empty"),
        Some('.') => Some("it begins with a dot"),
        Some('-') => Some("it begins with a dash"),
        Some(_) if name.contains("..") => Some("it contains `..`"),
        Some(_) if name.len() > Name::MAX_BYTES => Some("it is longer than 120 bytes"),
        Some(_) if name.contains(['/', '\\']) => Some("it contains a path separator"),
        Some(_) if !name.chars().all(allowed) => {
            Some("only letters, digits, `.`, `_`, `+` and `-` is allowed in it")
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(fault(name), expected, "{name}");
        assert_eq!(Name::new(name).is_ok(), expected.is_none());
    }

    #[test]
    fn names() {
        check("main", None);
        check("v1.2.3-rc.1+build_7", None);
        check("größe", None);
        check("", Some("it is empty"));
        check(".", Some("it begins with a dot"));
        check("..", Some("it begins with a dot"));
        check(".git", Some("it begins with a dot"));
        check("--yes", Some("it begins with a dash"));
        check("a..b", Some("it contains `..`"));
        check("release/1", Some("it contains a path separator"));
        check("a\\b", Some("it contains a path separator"));
        check("a b", Some("only letters, digits, `.`, `_`, `+` and `-` is allowed in it"));
        check("a\nb", Some("only letters, digits, `.`, `_`, `+` and `-` is allowed in it"));
        check("c:", Some("only letters, digits, `.`, `_`, `+` and `-` is allowed in it"));
        check(&"x".repeat(120), None);
        check(&"x".repeat(121), Some("it is longer than 120 bytes"));
    }

    #[test]
    fn the_error_names_the_name() {
        let error = Name::new("../x").unwrap_err();
        assert_eq!(error.to_string(), "`../x` cannot be the name of a file: it begins with a dot");
    }

    /// Whatever is a name is one step below a folder, on any system, and its file is found by it.
    #[test]
    fn no_name_leads_out_of_its_folder() {
        let letters =
            ["a", ".", "-", "/", "\\", " ", ":", "~", "*", "\0", "\n", "ü", "+", "%2e", "$HOME", "con"];
        let folder = std::path::Path::new("/folder");
        let mut good = 0;
        for (one, two) in letters.into_iter().flat_map(|one| letters.map(|two| (one, two))) {
            for three in letters {
                let text = format!("{one}{two}{three}");
                let Ok(name) = Name::new(&text) else { continue };
                let path = folder.join(name.json());
                assert_eq!(path.parent(), Some(folder), "{text}");
                assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(text.as_str()));
                good += 1;
            }
        }
        assert!(good > 50, "{good} of them are names");
    }
}
