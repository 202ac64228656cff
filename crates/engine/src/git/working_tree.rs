//! The hash of the working tree as it is: what is tracked and changed, and what is neither tracked nor
//! ignored.
//!
//! It is the hash that the tree will have once it is committed. Nothing is written: the index is changed in
//! memory only, and objects go to a store in memory that is emptied after each file.
//!
//! Not seen: changes inside of submodules beyond the commit they are at, and what the user hid from git by
//! `git update-index --assume-unchanged`.

use std::fs::Metadata;
use std::path::Path;

use accel_bench_record::TreeState;
use git2::{Commit, Index, IndexEntry, IndexTime, ObjectType, Oid, Repository, Status, StatusOptions};

use super::error::{Doing, Error};
use super::path::{from_git, to_git};
use super::repo::Repo;

/// Larger files are hashed as they are, without line-end filters, rather than read into memory: they are
/// weights and data sets, not text.
const STREAMED_FROM_BYTES: u64 = 8 << 20;

const GITLINK: u32 = 0o160_000;

impl Repo {
    /// Returns whether the working tree is the commit's own.
    pub(super) fn working_tree(&self, head: &Commit<'_>) -> Result<TreeState, Error> {
        let changes = self.changes()?;
        if changes.is_empty() {
            return Ok(TreeState::Clean);
        }
        let act = || "hash the working tree".to_owned();
        let tree = hash(self.root()?, &changes).doing(act)?;
        let submodule = changes.iter().any(|change| change.kind == Kind::Submodule);
        // A change that was staged and then taken back is not a change.
        if tree == head.tree_id() && !submodule {
            return Ok(TreeState::Clean);
        }
        Ok(TreeState::Dirty { tree: tree.to_string() })
    }

    fn changes(&self) -> Result<Vec<Change>, Error> {
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        let act = || "read the state of the working tree".to_owned();
        let statuses = self.git().statuses(Some(&mut options)).doing(act)?;
        let index = self.git().index().doing(act)?;
        let changed = statuses.iter().filter(|entry| entry.status() != Status::CURRENT);
        Ok(changed.filter_map(|entry| Change::new(entry.path_bytes(), &index)).collect())
    }
}

/// A path whose content may differ from the commit's.
struct Change {
    path: std::path::PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Submodule,
}

impl Change {
    /// `None` for a folder that is a repository of its own and no submodule: git does not look inside either.
    fn new(path: &[u8], index: &Index) -> Option<Self> {
        if path.ends_with(b"/") {
            return None;
        }
        let path = from_git(path);
        let link = index.get_path(&path, 0).is_some_and(|entry| entry.mode == GITLINK);
        Some(Self { path, kind: if link { Kind::Submodule } else { Kind::File } })
    }
}

/// The hash that the tree would have with all `changes` committed.
fn hash(root: &Path, changes: &[Change]) -> Result<Oid, git2::Error> {
    // A handle of its own, because it must not write where the user's does.
    let git = Repository::open(root)?;
    let odb = git.odb()?;
    let memory = odb.add_new_mempack_backend(i32::from(i16::MAX))?;
    let mut index = git.index()?;
    for change in changes {
        take(&mut index, root, change)?;
        memory.reset()?;
    }
    index.write_tree_to(&git)
}

/// Brings one path of the index to what the working tree has.
fn take(index: &mut Index, root: &Path, Change { path, kind }: &Change) -> Result<(), git2::Error> {
    match std::fs::symlink_metadata(root.join(path)) {
        Ok(found) if found.is_dir() && *kind == Kind::Submodule => index.add_path(path),
        Ok(found) if found.is_file() && found.len() >= STREAMED_FROM_BYTES => {
            let id = Oid::hash_file(ObjectType::Blob, root.join(path))?;
            let mode = mode(&found);
            index.remove_path(path)?;
            index.add(&entry(path, id, mode))
        }
        Ok(found) if !found.is_dir() => index.add_path(path),
        // Gone, or now a folder, whose files are changes of their own.
        _ => index.remove_path(path),
    }
}

fn entry(path: &Path, id: Oid, mode: u32) -> IndexEntry {
    let never = IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: to_git(path),
    }
}

fn mode(found: &Metadata) -> u32 {
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o100 != 0;
    #[cfg(not(unix))]
    let executable = {
        let _ = found;
        false
    };
    if executable { 0o100_755 } else { 0o100_644 }
}
