//! The files of a commit, or of a merge, in a folder of their own.
//!
//! A checkout is a small repository that borrows its objects from the user's (`objects/info/alternates`), not
//! a `git worktree`: nothing is registered in the user's repository, so there is nothing to prune there and
//! `git worktree list` stays as it was, while `HEAD` is right for build scripts that ask git for it.
//!
//! It lies at a stable path and only files that differ are written, so that cargo rebuilds what changed. Its
//! index knows each file's size and time, which makes looking whether all is in place cheap. Whatever state a
//! killed process leaves is fixed: the next one checks out over it.
//!
//! Not done: submodules stay empty, and filters other than line ends (Git LFS) do not run; see [`Limit`].

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{ObjectType, Oid, Repository, Signature, Status, StatusOptions, Time, TreeWalkMode};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};

use super::error::{Doing, Error, io};
use super::path::{from_git, to_git};
use super::repo::{Repo, oid};
use super::shelf;
use super::source::Source;

/// A folder with the files of a commit or a merge. As long as this lives, no one removes or changes it.
#[derive(Debug)]
pub struct Checkout {
    /// The top of the tree.
    pub path: PathBuf,
    /// The differences from what `git clone` would check out.
    pub limits: Vec<Limit>,
    _in_use: File,
}

/// Something that a checkout lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The folder is empty.
    Submodule(PathBuf),
    /// Files that this filter would have filled in hold what git stores: pointers, for Git LFS.
    Filter(String),
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Submodule(path) => write!(f, "the submodule `{}` is empty", path.display()),
            Self::Filter(name) => {
                write!(f, "files of the filter `{name}` hold what git stores, not what it fills in")
            }
        }
    }
}

/// The state of a checkout's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Complete,
    /// All files of the tree are in place, next to others.
    Littered,
    Broken,
}

impl Repo {
    /// Checks `source` out under the folder `under`, or finds that it is there already.
    pub fn check_out(&self, source: &Source, under: &Path) -> Result<Checkout, Error> {
        let limits = limits(self.git(), &self.tree_of(source)?)?;
        let path = under.join(source.name());
        let _shelf = shelf::lock(under)?;
        let in_use = shelf::open_lock(&path)?;
        match state(&path, self, source) {
            State::Complete => {}
            found => match in_use.try_lock() {
                Ok(()) => self.mend(&path, source)?,
                // Left by a build that another run has under way: no reason to disturb it.
                Err(TryLockError::WouldBlock) if found == State::Littered => {}
                Err(TryLockError::WouldBlock) => return Err(Error::CheckoutInUse(path)),
                Err(TryLockError::Error(error)) => io(Err(error), "lock the checkout", &path)?,
            },
        }
        io(in_use.unlock(), "unlock the checkout", &path)?;
        io(in_use.lock_shared(), "lock the checkout", &path)?;
        // When it was last used decides what is removed first; a failure makes it look older, no more.
        let _ = touch(&in_use);
        Ok(Checkout { path, limits, _in_use: in_use })
    }

    /// Makes the folder what it should be, whatever it is.
    fn mend(&self, path: &Path, source: &Source) -> Result<(), Error> {
        if self.fill(path, source).is_ok() && state(path, self, source) == State::Complete {
            return Ok(());
        }
        // The small repository itself may be broken. The files stay, so that those in order keep their times.
        let git = path.join(".git");
        if git.exists() {
            io(std::fs::remove_dir_all(&git), "remove the broken repository", &git)?;
        }
        self.fill(path, source).map_err(|error| missing(error, source))
    }

    fn fill(&self, path: &Path, source: &Source) -> Result<(), Error> {
        let act = || format!("check out `{}`", source.name());
        let git = Repository::init(path).doing(act)?;
        self.lend_objects(&git)?;
        // No one else writes here while the lock is held: a lock of git's is left from a killed process.
        for stale in ["index.lock", "HEAD.lock", "config.lock"] {
            let _ = std::fs::remove_file(git.path().join(stale));
        }
        // A handle opened after the objects were lent sees them.
        let git = Repository::open(path).doing(act)?;
        self.copy_line_ends(&git).doing(act)?;
        git.set_head_detached(head(&git, source)?).doing(act)?;
        let mut options = CheckoutBuilder::new();
        options.force().remove_untracked(true);
        git.checkout_head(Some(&mut options)).doing(act)
    }

    /// Lets `git` read the objects of this repository, and where its history is cut off.
    fn lend_objects(&self, git: &Repository) -> Result<(), Error> {
        let ours = self.git().commondir();
        let objects = ours.join("objects");
        let objects = io(objects.canonicalize(), "find the objects", &objects)?;
        let mut line = to_git(&objects);
        line.push(b'\n');
        let alternates = git.path().join("objects/info/alternates");
        io(std::fs::create_dir_all(git.path().join("objects/info")), "create the folder", &alternates)?;
        io(std::fs::write(&alternates, line), "write", &alternates)?;
        if self.is_shallow() {
            let (from, to) = (ours.join("shallow"), git.path().join("shallow"));
            io(std::fs::copy(&from, &to), "copy", &from)?;
        }
        Ok(())
    }

    /// The same line ends as in the user's working tree.
    fn copy_line_ends(&self, git: &Repository) -> Result<(), git2::Error> {
        let (from, mut to) = (self.git().config()?, git.config()?);
        for name in ["core.autocrlf", "core.eol"] {
            if let Ok(value) = from.get_string(name) {
                to.set_str(name, &value)?;
            }
        }
        Ok(())
    }
}

/// Gives the file the time of its file system.
fn touch(file: &File) -> rustix::io::Result<()> {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    futimens(file, &Timestamps { last_access: now, last_modification: now })
}

/// The commit that `HEAD` is at: for a merge one of the checkout's own, the same for the same merge.
fn head(git: &Repository, source: &Source) -> Result<Oid, Error> {
    let (tree, parents) = match source {
        Source::Commit(commit) => return oid(commit),
        Source::Merge { tree, parents } => (tree, parents),
    };
    let act = || format!("record the merge `{}`", tree.short());
    let tree = Oid::from_str(tree.as_str()).and_then(|id| git.find_tree(id)).doing(act)?;
    let commits =
        parents.iter().map(|id| git.find_commit(oid(id)?).doing(act)).collect::<Result<Vec<_>, _>>()?;
    let who = Signature::new("accel-bench", "accel-bench@localhost", &Time::new(0, 0)).doing(act)?;
    let parents: Vec<_> = commits.iter().collect();
    git.commit(None, &who, &who, "The result of a merge", &tree, &parents).doing(act)
}

fn state(path: &Path, repo: &Repo, source: &Source) -> State {
    look(path, repo, source).unwrap_or(State::Broken)
}

fn look(path: &Path, repo: &Repo, source: &Source) -> Result<State, Error> {
    let act = || format!("look at the checkout `{}`", path.display());
    // Objects may have moved with the user's repository.
    let git = Repository::open(path).doing(act)?;
    let tree = git.head().and_then(|head| head.peel_to_tree()).doing(act)?;
    let commit = git.refname_to_id("HEAD").doing(act)?;
    let right = match source {
        Source::Commit(id) => commit == oid(id)?,
        Source::Merge { .. } => tree.id() == repo.tree_of(source)?.id(),
    };
    if !right {
        return Ok(State::Broken);
    }
    let mut options = StatusOptions::new();
    options.include_untracked(true).exclude_submodules(true);
    let statuses = git.statuses(Some(&mut options)).doing(act)?;
    let untracked = statuses.iter().filter(|entry| entry.status() == Status::WT_NEW).count();
    Ok(match (statuses.len(), untracked) {
        (0, _) => State::Complete,
        (all, untracked) if all == untracked => State::Littered,
        _ => State::Broken,
    })
}

/// A file that cannot be found in a clone that was asked to leave files out has a remedy of its own.
fn missing(error: Error, source: &Source) -> Error {
    match (error, source) {
        (Error::Git { reason: error, .. }, Source::Commit(commit))
            if error.code() == git2::ErrorCode::NotFound =>
        {
            Error::MissingObjects(commit.clone())
        }
        (error, _) => error,
    }
}

fn limits(git: &Repository, tree: &git2::Tree<'_>) -> Result<Vec<Limit>, Error> {
    let mut limits = Vec::new();
    if tree.get_name(".gitmodules").is_some() {
        let walk = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Commit) {
                limits.push(Limit::Submodule(from_git(&[folder.as_bytes(), entry.name_bytes()].concat())));
            }
            git2::TreeWalkResult::Ok
        });
        walk.doing(|| "list the submodules".to_owned())?;
    }
    let attributes = tree.get_name(".gitattributes").and_then(|entry| git.find_blob(entry.id()).ok());
    limits.extend(attributes.iter().flat_map(|blob| filters(&String::from_utf8_lossy(blob.content()))));
    Ok(limits)
}

/// The filters that a `.gitattributes` names, each once.
fn filters(attributes: &str) -> Vec<Limit> {
    let words =
        attributes.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace);
    let names: std::collections::BTreeSet<_> =
        words.filter_map(|word| word.strip_prefix("filter=")).collect();
    names.into_iter().map(|name| Limit::Filter(name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attributes: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|name| Limit::Filter((*name).to_owned())).collect();
        assert_eq!(filters(attributes), expected);
    }

    #[test]
    fn filters_of_attributes() {
        check("*.bin filter=lfs diff=lfs merge=lfs -text\n*.pt filter=lfs\n", &["lfs"]);
        check("*.c text eol=lf\n", &[]);
        check("# filter=no\n*.a filter=one\n*.b filter=two\n", &["one", "two"]);
        check("*.a -filter\n", &[]);
    }
}
