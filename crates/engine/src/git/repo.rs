//! The repository around a folder.

use std::path::{Component, Path, PathBuf};
use std::sync::Once;

use git2::{ErrorCode, Oid, Repository};

use super::error::{Doing, Error};
use accel_bench_record::CommitId;

/// The folder that this program itself writes; never part of what is measured.
const OWN_FOLDER: &str = ".accel-bench/";

/// A repository, open for reading.
pub struct Repo {
    git: Repository,
}

impl Repo {
    /// Opens the repository that `dir` lies in; `None` outside of git.
    pub fn discover(dir: &Path) -> Result<Option<Self>, Error> {
        prepare_libgit2();
        let path = match Repository::discover_path(dir, std::iter::empty::<&Path>()) {
            Ok(path) => path,
            Err(error) if error.code() == ErrorCode::NotFound => return no_repository(dir),
            Err(error) => return Err(broken(dir, &error)),
        };
        let git = Repository::open(&path).map_err(|error| broken(&path, &error))?;
        let repo = Self { git };
        repo.leave_out(OWN_FOLDER)?;
        Ok(Some(repo))
    }

    /// Leaves a folder out of all that is asked about the working tree, as if it stood in `.gitignore`:
    /// a path relative to the top of the tree, or with no `/` before its end a name anywhere in it.
    pub fn leave_out(&self, folder: &str) -> Result<(), Error> {
        self.git.add_ignore_rule(folder).doing(|| format!("leave out `{folder}`"))
    }

    /// The top of the working tree.
    pub fn root(&self) -> Result<&Path, Error> {
        self.git.workdir().ok_or_else(|| Error::Bare(self.git.path().to_owned()))
    }

    /// The working tree that the repository lies in, where this one was made by `git worktree add`.
    pub fn main_checkout(&self) -> Option<&Path> {
        let common = self.git.commondir();
        let is_inside = common.file_name().is_some_and(|name| name == ".git");
        (self.git.is_worktree() && is_inside).then(|| common.parent()).flatten()
    }

    /// Where `path` lies in the working tree; `None` when it is elsewhere.
    pub fn relative(&self, path: &Path) -> Option<PathBuf> {
        let root = self.git.workdir()?;
        let inside = path.strip_prefix(root).map(Path::to_owned).ok().or_else(|| {
            // The one may be spelled through a link that the other is not.
            let (root, path) = (root.canonicalize().ok()?, path.canonicalize().ok()?);
            path.strip_prefix(root).map(Path::to_owned).ok()
        })?;
        inside.components().all(|part| matches!(part, Component::Normal(_))).then_some(inside)
    }

    /// History is cut off: old commits and merge bases may be missing.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    pub(super) fn git(&self) -> &Repository {
        &self.git
    }

    pub(super) fn find_commit(&self, id: &CommitId) -> Result<git2::Commit<'_>, Error> {
        let act = || format!("read the commit `{}`", id.short());
        self.git.find_commit(oid(id)?).doing(act)
    }

    pub(super) fn head_commit(&self) -> Result<Option<git2::Commit<'_>>, Error> {
        match self.git.head() {
            Ok(head) => head.peel_to_commit().map(Some).doing(|| "read the commit of `HEAD`".to_owned()),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(error).doing(|| "read `HEAD`".to_owned()),
        }
    }
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repo").field(&self.git.path()).finish()
    }
}

pub(super) fn oid(id: &CommitId) -> Result<Oid, Error> {
    Oid::from_str(id.as_str()).doing(|| format!("read the commit id `{id}`"))
}

pub(super) fn commit_id(oid: Oid) -> CommitId {
    CommitId::new(oid.to_string())
}

/// Nothing was found: that is an answer, unless something that wants to be a repository is there.
fn no_repository(dir: &Path) -> Result<Option<Repo>, Error> {
    match dir.ancestors().map(|above| above.join(".git")).find(|git| git.exists()) {
        None => Ok(None),
        Some(path) => Err(Error::Broken { path, reason: "it is not a valid repository".to_owned() }),
    }
}

fn broken(path: &Path, error: &git2::Error) -> Error {
    if error.code() == ErrorCode::Owner {
        let top = if path.ends_with(".git") { path.parent().unwrap_or(path) } else { path };
        return Error::Owner(top.to_owned());
    }
    Error::Broken { path: path.to_owned(), reason: error.message().to_owned() }
}

/// Settings of the whole process.
fn prepare_libgit2() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The hash of a changed tree is computed without storing its files, so they cannot be asked for.
        git2::opts::strict_object_creation(false);
        // A partial clone is read like any other; what it lacks is reported where it is needed.
        #[expect(unsafe_code, reason = "libgit2's list of extensions is not locked; `Once` is our lock")]
        // SAFETY: every use of libgit2 begins with `Repo::discover`, and so comes after this.
        unsafe {
            // A refusal leaves partial clones unreadable, which opening one then says.
            let _ = git2::opts::set_extensions(&["partialclone"]);
        }
    });
}
