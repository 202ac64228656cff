//! Which files differ between two trees.

use std::collections::BTreeSet;
use std::path::PathBuf;

use accel_bench_record::CommitId;
use git2::{Diff, DiffOptions, Patch};

use super::error::{Doing, Error};
use super::path::from_git;
use super::repo::Repo;
use super::source::Source;

impl Repo {
    /// Paths of all files that one of the trees has and the other has not or has otherwise. A file that was
    /// moved is there under both names.
    pub fn changed_paths(&self, from: &Source, to: &Source) -> Result<Vec<PathBuf>, Error> {
        let (from, to) = (self.tree_of(from)?, self.tree_of(to)?);
        let diff = self.git().diff_tree_to_tree(Some(&from), Some(&to), None);
        Ok(paths(&diff.doing(|| "compare two trees".to_owned())?))
    }

    /// The files that differ between two commits, with the lines added and removed; none of binary files.
    pub fn diff_stat(&self, from: &CommitId, to: &CommitId) -> Result<Vec<(PathBuf, usize, usize)>, Error> {
        let act = || "compare two trees".to_owned();
        let [from, to] = [from, to].map(|commit| self.tree_of(&Source::Commit(commit.clone())));
        let diff = self.git().diff_tree_to_tree(Some(&from?), Some(&to?), None).doing(act)?;
        let mut stat = Vec::new();
        for (at, delta) in diff.deltas().enumerate() {
            let path = delta.new_file().path_bytes().map(from_git).unwrap_or_default();
            let patch = Patch::from_diff(&diff, at).doing(act)?;
            let lines = patch.as_ref().map(Patch::line_stats).transpose().doing(act)?;
            let (_, added, removed) = lines.unwrap_or_default();
            stat.push((path, added, removed));
        }
        Ok(stat)
    }

    /// The same against the working tree, files that are neither tracked nor ignored included.
    pub fn changed_in_working_tree(&self, from: &Source) -> Result<Vec<PathBuf>, Error> {
        self.root()?;
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        let tree = self.tree_of(from)?;
        let diff = self.git().diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options));
        Ok(paths(&diff.doing(|| "compare a tree with the working tree".to_owned())?))
    }
}

fn paths(diff: &Diff<'_>) -> Vec<PathBuf> {
    let sides = diff.deltas().flat_map(|delta| {
        [delta.old_file().path_bytes(), delta.new_file().path_bytes()].map(|path| path.map(from_git))
    });
    sides.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}
