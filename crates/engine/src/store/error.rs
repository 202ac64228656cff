//! Errors of files, and what the reader can do about them.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// How a newer tool is had.
const UPDATE: &str = "in a clone of cargo-accel-bench: git pull && cargo install --path . --locked";

/// Why the store did not do what it was asked for.
#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot write `{}`: no space is left there", path.display())]
    Full { path: PathBuf },
    #[error("cannot write `{}`: it is read-only for this user", path.display())]
    ReadOnly { path: PathBuf },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot remove `{}`", path.display())]
    Remove { path: PathBuf, source: io::Error },
    #[error("cannot read the folder `{}`", path.display())]
    List { path: PathBuf, source: io::Error },
    #[error("cannot use {0}")]
    Unusable(Skipped),
    #[error("no run of the store begins with `{prefix}`")]
    NoSuchRun { prefix: String },
    #[error("`{prefix}` is the beginning of {} runs: {}", candidates.len(), listed(candidates))]
    Ambiguous { prefix: String, candidates: Vec<String> },
    #[error("`{name}` cannot be the name of a file: {why}")]
    InvalidName { name: String, why: &'static str },
    #[error("nothing is kept as `{name}`")]
    NoSuchName { name: String },
    #[error("cannot save metric `{metric}` of `{case}`: its value is {value}, which JSON cannot hold")]
    NotFinite { case: String, metric: String, value: f64 },
}

impl Error {
    /// A failed write, sorted by what helps against it.
    pub fn write(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly { path },
            _ => Self::Write { path, source },
        }
    }

    /// There is nothing of that name.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::NoSuchRun { .. } | Self::NoSuchName { .. } | Self::InvalidName { .. })
    }

    /// A command that the reader can paste.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Full { .. } => Some("cargo accel-bench gc".to_owned()),
            Self::ReadOnly { .. } => {
                Some("set `[store] path` in bench.toml to a folder that can be written".to_owned())
            }
            Self::NoSuchRun { .. } | Self::Ambiguous { .. } => Some("cargo accel-bench log".to_owned()),
            Self::NoSuchName { .. } => Some("cargo accel-bench baseline list".to_owned()),
            Self::Unusable(skipped) => skipped.hint(),
            Self::Write { .. }
            | Self::Remove { .. }
            | Self::List { .. }
            | Self::InvalidName { .. }
            | Self::NotFinite { .. } => None,
        }
    }
}

/// A file that was passed over: never fatal to the others, never overwritten.
#[derive(Debug, Error)]
#[error("`{}`: {reason}", path.display())]
pub struct Skipped {
    pub path: PathBuf,
    pub reason: Reason,
}

impl Skipped {
    pub fn hint(&self) -> Option<String> {
        match self.reason {
            Reason::Newer { .. } => Some(UPDATE.to_owned()),
            Reason::Damaged => Some("restore it (a baseline from git), or measure again".to_owned()),
            _ => None,
        }
    }
}

/// A fault of one file.
#[derive(Debug, Error)]
pub enum Reason {
    #[error(
        "it has format {found}, written by a newer cargo-accel-bench; this one reads up to format {supported}"
    )]
    Newer { found: u64, supported: u32 },
    #[error("it is cut short after {bytes} byte{}", if *bytes == 1 { "" } else { "s" })]
    CutShort { bytes: usize },
    #[error("it is not a result file: {0}")]
    Broken(String),
    #[error("its checksum does not match: it is damaged, or was edited")]
    Damaged,
    #[error("byte {at} is not UTF-8")]
    NotUtf8 { at: usize },
    #[error("it has {bytes} bytes; result files have at most {limit}")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("it is {0} where a file is expected")]
    NotAFile(&'static str),
    #[error("it is a file where the folder of a commit is expected")]
    NotAFolder,
    #[error("it holds the run `{id}`, which its name does not say")]
    Misnamed { id: String },
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

impl Reason {
    pub(super) fn of(self, path: &Path) -> Skipped {
        Skipped { path: path.to_path_buf(), reason: self }
    }
}

fn listed(candidates: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<_> = candidates.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    if candidates.len() > SHOWN {
        names.push("…".to_owned());
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: io::ErrorKind, message: &str, hint: Option<&str>) {
        let error = Error::write(Path::new("runs/a.json"), kind.into());
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().as_deref(), hint);
    }

    #[test]
    fn a_failed_write_says_what_helps() {
        const READ_ONLY: &str = "cannot write `runs/a.json`: it is read-only for this user";
        const ELSEWHERE: Option<&str> =
            Some("set `[store] path` in bench.toml to a folder that can be written");
        const FULL: &str = "cannot write `runs/a.json`: no space is left there";
        check(io::ErrorKind::StorageFull, FULL, Some("cargo accel-bench gc"));
        check(io::ErrorKind::QuotaExceeded, FULL, Some("cargo accel-bench gc"));
        check(io::ErrorKind::ReadOnlyFilesystem, READ_ONLY, ELSEWHERE);
        check(io::ErrorKind::PermissionDenied, READ_ONLY, ELSEWHERE);
        check(io::ErrorKind::NotADirectory, "cannot write `runs/a.json`", None);
    }

    #[test]
    fn candidates_are_named_up_to_five() {
        let candidates: Vec<_> = (0..7).map(|n| format!("2026-{n}")).collect();
        let error = Error::Ambiguous { prefix: "2026".into(), candidates };
        assert_eq!(
            error.to_string(),
            "`2026` is the beginning of 7 runs: `2026-0`, `2026-1`, `2026-2`, `2026-3`, `2026-4`, …"
        );
    }

    #[test]
    fn a_newer_file_names_both_versions_and_the_way_out() {
        let error = Error::Unusable(Reason::Newer { found: 9, supported: 1 }.of(Path::new("x.json")));
        assert_eq!(
            error.to_string(),
            "cannot use `x.json`: it has format 9, written by a newer cargo-accel-bench; this one reads up to format 1"
        );
        assert_eq!(error.hint().as_deref(), Some(UPDATE));
    }
}
