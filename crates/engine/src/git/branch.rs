//! Branches, and which of them is the default.

use git2::BranchType;

use super::error::{Doing, Error};
use super::repo::{Repo, commit_id};
use accel_bench_record::CommitId;

/// A branch and the commit at its tip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// As it is typed: `main`, `origin/main`.
    pub name: String,
    pub commit: CommitId,
}

impl Repo {
    /// The branch that others start from: what a remote calls its `HEAD`, then `init.defaultBranch`, `main`,
    /// `master`, then the only branch there is. `None` when none of them exists.
    pub fn default_branch(&self) -> Result<Option<Branch>, Error> {
        if let Some(branch) = self.remote_head() {
            return Ok(Some(branch));
        }
        let configured = self.git().config().and_then(|config| config.get_string("init.defaultBranch")).ok();
        let names = configured.iter().map(String::as_str).chain(["main", "master"]);
        if let Some(branch) = names.filter(|name| !name.is_empty()).find_map(|name| self.local(name)) {
            return Ok(Some(branch));
        }
        let mut branches = self.branches(BranchType::Local)?;
        Ok(if branches.len() == 1 { branches.pop() } else { None })
    }

    /// What `origin`, or the only remote, says is its default branch.
    fn remote_head(&self) -> Option<Branch> {
        let remotes = self.git().remotes().ok()?;
        let names: Vec<&str> = remotes.iter().flatten().flatten().collect();
        let remote = match names.as_slice() {
            names if names.contains(&"origin") => "origin",
            [only] => only,
            _ => return None,
        };
        let head = self.git().find_reference(&format!("refs/remotes/{remote}/HEAD")).ok()?;
        let target = head.resolve().ok()?;
        branch(&target)
    }

    fn local(&self, name: &str) -> Option<Branch> {
        branch(self.git().find_branch(name, BranchType::Local).ok()?.get())
    }

    fn branches(&self, kind: BranchType) -> Result<Vec<Branch>, Error> {
        let found = self.git().branches(Some(kind)).doing(|| "list the branches".to_owned())?;
        let mut branches: Vec<_> = found.flatten().filter_map(|(found, _)| branch(found.get())).collect();
        branches.sort();
        Ok(branches)
    }
}

fn branch(reference: &git2::Reference<'_>) -> Option<Branch> {
    let name = String::from_utf8_lossy(reference.shorthand_bytes()).into_owned();
    Some(Branch { name, commit: commit_id(reference.peel_to_commit().ok()?.id()) })
}
