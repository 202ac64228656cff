//! Errors of git, and what to do about them.

use std::io;
use std::path::{Path, PathBuf};

use accel_bench_record::CommitId;

/// Why a question about the repository has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the git repository `{}`: it belongs to another user", .0.display())]
    Owner(PathBuf),
    #[error("cannot open the git repository `{}`: {reason}", .path.display())]
    Broken { path: PathBuf, reason: String },
    #[error("the git repository `{}` has no working tree", .0.display())]
    Bare(PathBuf),
    #[error("the git repository has no commit yet")]
    Unborn,
    #[error("cannot resolve `{rev}`: no such revision{}", near_names(.near))]
    UnknownRevision { rev: String, near: Vec<String>, shallow: bool },
    #[error("cannot resolve `{rev}`: several objects begin with it")]
    Ambiguous { rev: String },
    #[error("cannot resolve `{rev}`: it is not a commit")]
    NotACommit { rev: String },
    #[error("cannot find a common ancestor of `{}` and `{}`", .one.short(), .other.short())]
    Unrelated { one: CommitId, other: CommitId, shallow: bool },
    #[error("cannot merge `{}` into `{}`: {} in conflict", .theirs.short(), .ours.short(), count(.paths, "file"))]
    Conflicts { ours: CommitId, theirs: CommitId, paths: Vec<PathBuf> },
    #[error("cannot read the merge under way: {} in conflict", count(.0, "file"))]
    Unmerged(Vec<PathBuf>),
    #[error("cannot read the merge under way: there is none")]
    NoMerge,
    #[error("cannot check out `{}`: some of its files are not in this clone", .0.short())]
    MissingObjects(CommitId),
    #[error("cannot repair the checkout `{}`: another run uses it", .0.display())]
    CheckoutInUse(PathBuf),
    #[error("cannot read what is pushed: `{0}` is not `<local ref> <local hash> <remote ref> <remote hash>`")]
    PushLine(String),
    #[error("cannot install the hook: `core.hooksPath` sends every repository to `{}`", .0.display())]
    SharedHooks(PathBuf),
    #[error("cannot install the hook: `core.hooksPath` is `{}`, which is not a folder", .0.display())]
    HooksOff(PathBuf),
    #[error("cannot keep the hook `{}`: `{}` exists already", .hook.display(), .kept.display())]
    KeptExists { hook: PathBuf, kept: PathBuf },
    #[error("cannot {act} `{}`", .path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    /// The error itself also says its class and code, which are not words for a reader: so it is no `source`.
    #[error("cannot {act}: {}", .reason.message())]
    Git { act: String, reason: git2::Error },
}

impl Error {
    /// Returns whether files could not be read or written, by this program or by libgit2.
    pub fn is_of_the_disk(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::Git { reason, .. } => reason.class() == git2::ErrorClass::Os,
            _ => false,
        }
    }

    /// A command that helps, ready to be pasted.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Owner(path) => Some(format!("git config --global --add safe.directory {}", quoted(path))),
            Self::Unborn => Some("git commit".to_owned()),
            Self::UnknownRevision { shallow: true, .. } | Self::Unrelated { shallow: true, .. } => {
                Some("git fetch --unshallow".to_owned())
            }
            Self::UnknownRevision { .. } => Some("git branch --all".to_owned()),
            Self::Ambiguous { rev } => Some(format!("git rev-parse --disambiguate={rev}")),
            Self::NotACommit { rev } => Some(format!("git cat-file -t {rev}")),
            Self::Unmerged(_) | Self::Conflicts { .. } => Some("git mergetool".to_owned()),
            // `git archive` reads every file of the commit, and a partial clone fetches what it reads.
            Self::MissingObjects(commit) => Some(format!("git archive --output=/dev/null {commit}")),
            Self::SharedHooks(_) => Some(
                "`--shared` installs it there all the same; `git config --show-origin --get core.hooksPath` shows who set it"
                    .to_owned(),
            ),
            Self::HooksOff(_) => Some("git config --show-origin --get core.hooksPath".to_owned()),
            Self::KeptExists { hook, kept } => Some(format!("diff {} {}", quoted(hook), quoted(kept))),
            Self::Broken { .. } => Some("git status".to_owned()),
            Self::Bare(_)
            | Self::Unrelated { .. }
            | Self::NoMerge
            | Self::CheckoutInUse(_)
            | Self::PushLine(_)
            | Self::Io { .. }
            | Self::Git { .. } => None,
        }
    }
}

/// Says what was being done when a call failed.
pub(super) trait Doing<T> {
    fn doing(self, act: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> Doing<T> for Result<T, git2::Error> {
    fn doing(self, act: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|reason| Error::Git { act: act(), reason })
    }
}

/// The same for files: `cannot {act} {path}`.
pub(super) fn io<T>(result: io::Result<T>, act: &'static str, path: &Path) -> Result<T, Error> {
    result.map_err(|source| Error::Io { act, path: path.to_owned(), source })
}

fn near_names(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let names: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("; is it {}?", names.join(" or "))
}

fn count(paths: &[PathBuf], noun: &str) -> String {
    match paths {
        [one] => format!("`{}` is", one.display()),
        several => format!("{} {noun}s are", several.len()),
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, message: &str, hint: Option<&str>) {
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().as_deref(), hint);
    }

    fn id(digit: char) -> CommitId {
        CommitId::new(String::from(digit).repeat(40))
    }

    #[test]
    fn another_users_repository() {
        check(
            &Error::Owner("/srv/my code".into()),
            "cannot open the git repository `/srv/my code`: it belongs to another user",
            Some("git config --global --add safe.directory '/srv/my code'"),
        );
    }

    #[test]
    fn an_unknown_revision_with_near_names() {
        let near = vec!["main".to_owned(), "origin/mani".to_owned()];
        check(
            &Error::UnknownRevision { rev: "mani".into(), near, shallow: false },
            "cannot resolve `mani`: no such revision; is it `main` or `origin/mani`?",
            Some("git branch --all"),
        );
    }

    #[test]
    fn an_unknown_revision_of_a_shallow_clone() {
        check(
            &Error::UnknownRevision { rev: "HEAD~9".into(), near: vec![], shallow: true },
            "cannot resolve `HEAD~9`: no such revision",
            Some("git fetch --unshallow"),
        );
    }

    #[test]
    fn one_conflict_is_named_and_more_are_counted() {
        check(
            &Error::Conflicts { ours: id('a'), theirs: id('b'), paths: vec!["src/lib.rs".into()] },
            "cannot merge `bbbbbbbbb` into `aaaaaaaaa`: `src/lib.rs` is in conflict",
            Some("git mergetool"),
        );
        check(
            &Error::Unmerged(vec!["a".into(), "b".into()]),
            "cannot read the merge under way: 2 files are in conflict",
            Some("git mergetool"),
        );
    }

    #[test]
    fn a_partial_clone() {
        check(
            &Error::MissingObjects(id('c')),
            "cannot check out `ccccccccc`: some of its files are not in this clone",
            Some(&format!("git archive --output=/dev/null {}", "c".repeat(40))),
        );
    }

    #[test]
    fn a_quote_in_a_path_is_escaped() {
        assert_eq!(quoted(Path::new("/a/it's")), r"'/a/it'\''s'");
        assert_eq!(quoted(Path::new("/a/b.c-d_e")), "/a/b.c-d_e");
    }
}
