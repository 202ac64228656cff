//! The source that a side of a comparison is checked out from: a commit, or a tree that no commit holds yet.

use std::fmt;

use super::error::{Doing, Error};
use super::repo::Repo;
use accel_bench_record::CommitId;

/// A tree's full hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(pub(super) String);

impl TreeId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first nine digits, as for commits.
    pub fn short(&self) -> &str {
        self.0.get(..9).unwrap_or(&self.0)
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Where a tree of files comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Commit(CommitId),
    /// The result of merging the other parents into the first one.
    Merge {
        tree: TreeId,
        parents: Vec<CommitId>,
    },
}

impl Source {
    /// A folder name: stable, and short enough to be read.
    pub fn name(&self) -> String {
        match self {
            Self::Commit(commit) => commit.short().to_owned(),
            Self::Merge { tree, .. } => format!("merge-{}", tree.short()),
        }
    }
}

impl Repo {
    pub(super) fn tree_of(&self, source: &Source) -> Result<git2::Tree<'_>, Error> {
        let act = || format!("read the tree of `{}`", source.name());
        match source {
            Source::Commit(commit) => self.find_commit(commit)?.tree().doing(act),
            Source::Merge { tree, .. } => {
                let oid = git2::Oid::from_str(tree.as_str()).doing(act)?;
                self.git().find_tree(oid).doing(act)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_tell_commits_from_merges() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(Source::Commit(CommitId::new(hash)).name(), "012345678");
        assert_eq!(Source::Merge { tree: TreeId(hash.into()), parents: vec![] }.name(), "merge-012345678");
    }
}
