//! Which files differ between two trees.

use std::collections::BTreeSet;
use std::path::PathBuf;

use git2::{Diff, DiffOptions};

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
