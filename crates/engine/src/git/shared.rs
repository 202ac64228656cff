//! A branch that holds run files, and nothing else: what teams share through the repository they have already. The working tree, the index
//! and `HEAD` are left alone.

use std::fs;
use std::path::Path;

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository, Signature, TreeWalkMode, TreeWalkResult};

use super::error::{Doing, Error};
use super::repo::Repo;

/// The state of such a branch when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchState {
    own: Option<Oid>,
    fetched: Option<Oid>,
}

impl BranchState {
    /// Returns whether the branch is there.
    #[must_use]
    pub fn exists(self) -> bool {
        self.own.or(self.fetched).is_some()
    }
}

impl Repo {
    /// Writes the files of a branch into a folder: of the local one, and of the one that was fetched from `origin`, whose files are
    /// added. Returns the state of both.
    ///
    /// # Errors
    ///
    /// The branch cannot be read, or the folder cannot be written.
    pub fn read_shared(&self, branch: &str, folder: &Path) -> Result<BranchState, Error> {
        let act = || format!("read the branch `{branch}`");
        let fetched = tip(self.git(), &format!("refs/remotes/origin/{branch}")).doing(act)?;
        let own = tip(self.git(), &format!("refs/heads/{branch}")).doing(act)?;
        for commit in fetched.into_iter().chain(own) {
            write_files(self.git(), commit, folder, &act)?;
        }
        Ok(BranchState { own, fetched })
    }

    /// Commits the run files of a folder to the local branch, on top of what was read of both. Returns the commit's first nine digits.
    ///
    /// # Errors
    ///
    /// Someone else has moved the branch in the meantime, or an object cannot be written.
    pub fn write_shared(
        &self,
        branch: &str,
        folder: &Path,
        read: BranchState,
        message: &str,
    ) -> Result<String, Error> {
        let act = || format!("write the branch `{branch}`");
        let git = self.git();
        let name = format!("refs/heads/{branch}");
        let tree = tree_of(git, folder).map_err(|fault| fault.in_act(&act, folder))?;
        let tree = git.find_tree(tree).doing(act)?;
        // A machine of CI has no name in its configuration.
        let who =
            git.signature().or_else(|_| Signature::now("accel-bench", "accel-bench@localhost")).doing(act)?;
        let parents = parents(git, read).doing(act)?;
        let parents: Vec<_> = parents.iter().collect();
        let commit = git.commit(None, &who, &who, message, &tree, &parents).doing(act)?;
        match read.own {
            // Nobody else's commit is lost: the branch moves only from where it was.
            Some(old) => git.reference_matching(&name, commit, true, old, message),
            None => git.reference(&name, commit, false, message),
        }
        .doing(act)?;
        Ok(commit.to_string().chars().take(9).collect())
    }
}

/// The tips that the new commit goes on: both, where neither holds the other.
fn parents(git: &Repository, read: BranchState) -> Result<Vec<Commit<'_>>, git2::Error> {
    let holds =
        |one: Oid, other: Oid| Ok::<_, git2::Error>(one == other || git.graph_descendant_of(one, other)?);
    let tips = match (read.own, read.fetched) {
        (Some(own), Some(fetched)) if holds(own, fetched)? => vec![own],
        (Some(own), Some(fetched)) if holds(fetched, own)? => vec![fetched],
        (own, fetched) => own.into_iter().chain(fetched).collect(),
    };
    tips.into_iter().map(|tip| git.find_commit(tip)).collect()
}

/// The commit that a reference names, where it is there.
fn tip(git: &Repository, name: &str) -> Result<Option<Oid>, git2::Error> {
    match git.find_reference(name) {
        Ok(reference) => reference.peel_to_commit().map(|commit| Some(commit.id())),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_files(git: &Repository, commit: Oid, folder: &Path, act: &dyn Fn() -> String) -> Result<(), Error> {
    let tree = git.find_commit(commit).and_then(|commit| commit.tree()).doing(act)?;
    let mut fault = None;
    let walked = tree.walk(TreeWalkMode::PreOrder, |parent, entry| {
        let (Some(ObjectType::Blob), Ok(name)) = (entry.kind(), entry.name()) else {
            return TreeWalkResult::Ok;
        };
        // Run files only: what else somebody put there is not ours to write.
        if !parent.starts_with("runs/") || !name.ends_with(".json") || parent.contains("..") {
            return TreeWalkResult::Ok;
        }
        let path = folder.join(parent).join(name);
        let written = git.find_blob(entry.id()).map_err(|error| error.to_string()).and_then(|blob| {
            let made =
                fs::create_dir_all(folder.join(parent)).and_then(|()| fs::write(&path, blob.content()));
            made.map_err(|error| error.to_string())
        });
        match written {
            Ok(()) => TreeWalkResult::Ok,
            Err(reason) => {
                fault = Some(reason);
                TreeWalkResult::Abort
            }
        }
    });
    match (fault, walked) {
        (Some(reason), _) => Err(Error::Git { act: act(), reason: git2::Error::from_str(&reason) }),
        (None, walked) => walked.doing(act),
    }
}

/// A fault while a folder becomes a tree.
enum Fault {
    Git(git2::Error),
    Io(std::io::Error),
}

impl Fault {
    fn in_act(self, act: &dyn Fn() -> String, folder: &Path) -> Error {
        match self {
            Self::Git(reason) => Error::Git { act: act(), reason },
            Self::Io(source) => Error::Io { act: "read", path: folder.to_owned(), source },
        }
    }
}

impl From<git2::Error> for Fault {
    fn from(error: git2::Error) -> Self {
        Self::Git(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// The tree of a folder's run files.
fn tree_of(git: &Repository, folder: &Path) -> Result<Oid, Fault> {
    let mut builder = git.treebuilder(None)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            builder.insert(&name, tree_of(git, &path)?, 0o040_000)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            builder.insert(&name, git.blob_path(&path)?, 0o100_644)?;
        }
    }
    Ok(builder.write()?)
}
