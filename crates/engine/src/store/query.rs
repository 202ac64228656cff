//! The latest run of something.

use accel_bench_record::{Profile, RunRecord, RunState, TreeState};

use accel_bench_record::{CommitId, MachineId};

use super::error::Error;
use super::listing::Listing;
use super::root::Store;
use super::summary::RunSummary;

/// Which runs are meant; by default any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub commit: Option<CommitId>,
    pub tree: Tree,
    pub machine: Option<MachineId>,
    /// Only complete runs of just these cases, measured just so.
    pub profile: Option<Profile>,
    /// No runs of profiles of this name.
    pub except: Option<&'static str>,
}

/// Which state of the working tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tree {
    #[default]
    Any,
    /// The commit's own; outside git nothing is clean.
    Clean,
    /// Uncommitted changes or a merge, by the hash of the tree that was measured.
    Hash(String),
}

impl Store {
    /// The newest complete run that the query means or, without one, the newest of the others.
    ///
    /// A file that turns out to be unreadable gives way to the next.
    pub fn latest(&self, query: &Query) -> Result<Option<RunRecord>, Error> {
        let found = self.matching(query)?;
        Ok(found.iter().rev().find_map(|run| self.load_at(&run.id, &run.path).ok()))
    }

    /// All runs that the query means, the best last: complete ones after all others, newest last.
    pub fn matching(&self, query: &Query) -> Result<Vec<RunSummary>, Error> {
        let mut runs = self.candidates(query)?.runs;
        runs.retain(|run| query.means(run));
        runs.sort_by_key(|run| run.state == RunState::Complete);
        Ok(runs)
    }

    /// The newest complete runs of a machine class, at most this many, newest first. A file that turns out to be unreadable
    /// is left out.
    pub fn newest(&self, machine: &MachineId, most: usize) -> Result<Vec<RunRecord>, Error> {
        let runs = self.runs()?.runs;
        let is_meant = |run: &&RunSummary| run.machine == *machine && run.state == RunState::Complete;
        let newest = runs.iter().rev().filter(is_meant).take(most);
        Ok(newest.filter_map(|run| self.load_at(&run.id, &run.path).ok()).collect())
    }

    /// A commit has a folder of its own, so the others need not be read.
    fn candidates(&self, query: &Query) -> Result<Listing, Error> {
        match &query.commit {
            Some(commit) => {
                Ok(self.runs_in(&self.runs_folder().join(super::Name::new(commit.as_str())?.as_str())))
            }
            None => self.runs(),
        }
    }
}

impl Query {
    fn means(&self, run: &RunSummary) -> bool {
        let commit = self.commit.is_none() || self.commit == run.commit;
        let machine = self.machine.as_ref().is_none_or(|machine| *machine == run.machine);
        let profile = self
            .profile
            .as_ref()
            .is_none_or(|profile| *profile == run.profile && run.state == RunState::Complete);
        let excepted = self.except.is_some_and(|name| run.profile.name == name);
        commit && machine && profile && !excepted && self.tree.means(run.tree.as_ref())
    }
}

impl Tree {
    fn means(&self, measured: Option<&TreeState>) -> bool {
        match (self, measured) {
            (Self::Any, _) | (Self::Clean, Some(TreeState::Clean)) => true,
            (Self::Hash(hash), Some(TreeState::Dirty { tree } | TreeState::Merge { tree, .. })) => {
                hash == tree
            }
            (Self::Clean | Self::Hash(_), _) => false,
        }
    }
}
