//! The order of commits: by their parents, never by their clocks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use git2::{Oid, Sort};

use super::error::{Doing, Error};
use super::repo::{Repo, commit_id, oid};
use accel_bench_record::CommitId;

impl Repo {
    /// The commits from `tip` to its root along first parents, the oldest first: what a branch has been, one commit after the other.
    /// Ends where history is cut off.
    pub fn first_parents(&self, tip: &CommitId) -> Result<Vec<CommitId>, Error> {
        let act = || format!("walk from `{}` to the first commit", tip.short());
        let mut walk = self.git().revwalk().doing(act)?;
        walk.push(oid(tip)?).doing(act)?;
        walk.simplify_first_parent().doing(act)?;
        let mut line = walk.map(|id| id.map(commit_id)).collect::<Result<Vec<_>, _>>().doing(act)?;
        line.reverse();
        Ok(line)
    }

    /// The commits after `good` up to `bad` along first parents, the oldest first: those of which `good` is an ancestor.
    pub fn line(&self, good: &CommitId, bad: &CommitId) -> Result<Vec<CommitId>, Error> {
        let mut line = Vec::new();
        for commit in self.first_parents(bad)?.into_iter().rev() {
            if commit == *good || !self.is_ancestor(good, &commit)? {
                break;
            }
            line.push(commit);
        }
        line.reverse();
        Ok(line)
    }

    /// Returns whether a way leads from `of` to its parents and on to `commit`; a commit is its own ancestor.
    pub fn is_ancestor(&self, commit: &CommitId, of: &CommitId) -> Result<bool, Error> {
        let (one, other) = (oid(commit)?, oid(of)?);
        let act = || format!("order `{}` and `{}`", commit.short(), of.short());
        Ok(one == other || self.git().graph_descendant_of(other, one).doing(act)?)
    }

    /// The branch of a merge: the commit where it began, and its last commit. `None` for other commits.
    pub fn merged(&self, commit: &CommitId) -> Result<Option<(CommitId, CommitId)>, Error> {
        let parents: Vec<_> = self.find_commit(commit)?.parent_ids().map(commit_id).collect();
        let [first, second, ..] = parents.as_slice() else { return Ok(None) };
        match self.merge_base(first, second) {
            Ok(base) => Ok(Some((base, second.clone()))),
            // A history of its own that was merged in has no beginning to compare with.
            Err(Error::Unrelated { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The generation of each of these commits: how many commits lie on the longest way from a root to it. It never changes, and a
    /// parent's is smaller than its child's. Commits that the repository does not have are left out; all are, where history is cut
    /// off. `known` saves walking to the roots again.
    pub fn generations(
        &self,
        commits: &BTreeSet<CommitId>,
        known: &BTreeMap<CommitId, u64>,
    ) -> Result<BTreeMap<CommitId, u64>, Error> {
        if self.is_shallow() {
            return Ok(BTreeMap::new());
        }
        let here = commits.iter().filter_map(|commit| Some((commit, oid(commit).ok()?)));
        let here: Vec<_> = here.filter(|(_, id)| self.git().find_commit(*id).is_ok()).collect();
        let wanted: Vec<Oid> = here.iter().map(|(_, id)| *id).collect();
        let known: HashMap<Oid, u64> =
            known.iter().filter_map(|(commit, generation)| Some((oid(commit).ok()?, *generation))).collect();
        let found = match self.walk_generations(&wanted, known)? {
            Some(found) => found,
            // A way leads past the known commits: all of it has to be walked.
            None => self.walk_generations(&wanted, HashMap::new())?.unwrap_or_default(),
        };
        let of = |(commit, id): (&CommitId, Oid)| Some((commit.clone(), *found.get(&id)?));
        Ok(here.into_iter().filter_map(of).collect())
    }

    /// Walks down to the known commits; `None` where a parent is neither known nor walked.
    fn walk_generations(
        &self,
        wanted: &[Oid],
        known: HashMap<Oid, u64>,
    ) -> Result<Option<HashMap<Oid, u64>>, Error> {
        let act = || "order the commits".to_owned();
        let mut walk = self.git().revwalk().doing(act)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).doing(act)?;
        for id in wanted.iter().filter(|id| !known.contains_key(id)) {
            walk.push(*id).doing(act)?;
        }
        for id in known.keys().filter(|id| self.git().find_commit(**id).is_ok()) {
            walk.hide(*id).doing(act)?;
        }
        let mut generations = known;
        for id in walk {
            let id = id.doing(act)?;
            let mut highest = 0;
            for parent in self.git().find_commit(id).doing(act)?.parent_ids() {
                let Some(generation) = generations.get(&parent) else { return Ok(None) };
                highest = highest.max(*generation);
            }
            generations.insert(id, highest + 1);
        }
        Ok(wanted.iter().all(|id| generations.contains_key(id)).then_some(generations))
    }
}
