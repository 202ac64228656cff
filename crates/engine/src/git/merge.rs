//! The result of a merge, before it is made or while it is being made.

use std::path::PathBuf;

use git2::{Index, Oid};

use super::error::{Doing, Error};
use super::path::from_git;
use super::repo::{Repo, commit_id, oid};
use super::source::{Source, TreeId};
use accel_bench_record::CommitId;

/// `git merge` names each side that is merged in a variable `GITHEAD_<hash>`.
const HEAD_VARIABLE: &str = "GITHEAD_";

/// A merge that git is about to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMerge {
    /// The tree of the merge.
    pub tree: TreeId,
    pub ours: CommitId,
    /// More than one in an octopus merge.
    pub theirs: Vec<CommitId>,
}

impl PendingMerge {
    pub fn source(&self) -> Source {
        let parents = std::iter::once(&self.ours).chain(&self.theirs).cloned().collect();
        Source::Merge { tree: self.tree.clone(), parents }
    }
}

impl Repo {
    /// The tree that merging `theirs` into `ours` gives. Git's own merge follows renames of folders further
    /// than this one; without them the two agree.
    pub fn merge_tree(&self, ours: &CommitId, theirs: &CommitId) -> Result<Source, Error> {
        let (one, other) = (self.find_commit(ours)?, self.find_commit(theirs)?);
        let act = || format!("merge `{}` into `{}`", theirs.short(), ours.short());
        let mut index = self.git().merge_commits(&one, &other, None).doing(act)?;
        let paths = conflicts(&index).doing(act)?;
        if !paths.is_empty() {
            return Err(Error::Conflicts { ours: ours.clone(), theirs: theirs.clone(), paths });
        }
        let tree = tree_id(index.write_tree_to(self.git()).doing(act)?);
        Ok(Source::Merge { tree, parents: vec![ours.clone(), theirs.clone()] })
    }

    /// The merge under way, as the hook `pre-merge-commit` finds it: its result is in the index. Git
    /// writes `MERGE_HEAD` only after the hook, so the other side comes from the environment: `heads` is what
    /// [`merge_heads`] found there.
    pub fn pending_merge(&self, heads: &[CommitId]) -> Result<PendingMerge, Error> {
        let ours = self.head()?;
        let mut theirs = Vec::new();
        for head in heads {
            theirs.push(self.resolve(head.as_str())?);
        }
        if theirs.is_empty() {
            theirs.extend(self.git().refname_to_id("MERGE_HEAD").ok().map(commit_id));
        }
        if theirs.is_empty() {
            return Err(Error::NoMerge);
        }
        let act = || "read the merge under way".to_owned();
        let mut index = self.git().index().doing(act)?;
        // An index of this handle may have been read before the merge.
        index.read(true).doing(act)?;
        let paths = conflicts(&index).doing(act)?;
        if !paths.is_empty() {
            return Err(Error::Unmerged(paths));
        }
        Ok(PendingMerge { tree: tree_id(index.write_tree_to(self.git()).doing(act)?), ours, theirs })
    }
}

/// The commits that `git merge` is merging, from the names of environment variables.
pub fn merge_heads<'a>(variables: impl IntoIterator<Item = &'a str>) -> Vec<CommitId> {
    let hashes = variables.into_iter().filter_map(|name| name.strip_prefix(HEAD_VARIABLE));
    let mut heads: Vec<_> =
        hashes.filter(|hash| oid(&CommitId::new(*hash)).is_ok()).map(CommitId::new).collect();
    heads.sort();
    heads.dedup();
    heads
}

fn tree_id(oid: Oid) -> TreeId {
    TreeId(oid.to_string())
}

fn conflicts(index: &Index) -> Result<Vec<PathBuf>, git2::Error> {
    let mut paths = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let side = conflict.our.or(conflict.their).or(conflict.ancestor);
        paths.extend(side.map(|entry| from_git(&entry.path)));
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[&str], expected: &[&str]) {
        let heads = merge_heads(variables.iter().copied());
        assert_eq!(heads.iter().map(CommitId::as_str).collect::<Vec<_>>(), expected);
    }

    const ONE: &str = "091f30e51bb0aa39ed529c8557a913767325f78b";

    #[test]
    fn heads_of_a_merge() {
        check(&["PATH", "GIT_INDEX_FILE", &format!("GITHEAD_{ONE}")], &[ONE]);
        check(&["GITHEAD_", "GITHEAD_main", "HOME"], &[]);
        check(&[], &[]);
    }

    #[test]
    fn heads_of_an_octopus_are_sorted() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        check(&[&format!("GITHEAD_{b}"), &format!("GITHEAD_{a}")], &[&a, &b]);
    }
}
