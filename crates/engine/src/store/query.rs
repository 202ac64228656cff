//! The latest run of something.

use std::collections::BTreeMap;

use accel_bench_record::{
    CaseKey, CaseRecord, CommitId, MachineId, Profile, RunRecord, RunState, RunValues, TreeState,
};

use super::cache::Cache;
use super::error::{Error, Skipped};
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

/// The outcome of a query for one run.
#[derive(Debug, Default)]
pub struct Latest {
    pub record: Option<RunRecord>,
    /// Files that might have been it.
    pub unreadable: Vec<Skipped>,
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

/// Results of cases are looked for in as many runs: a store grows for years.
const NEWEST: usize = 200;

impl Store {
    /// The newest complete run that the query means or, without one, the newest of the others.
    ///
    /// A file that turns out to be unreadable gives way to the next, and is named; where it gives way to none, it is the error.
    pub fn latest(&self, query: &Query) -> Result<Latest, Error> {
        let Listing { runs, skipped: mut unreadable } = self.candidates(query)?;
        for run in query.best_last(runs).iter().rev() {
            match self.load_at(&run.id, &run.path) {
                Ok(record) => return Ok(Latest { record: Some(record), unreadable }),
                Err(Error::Unusable(skipped)) => unreadable.push(skipped),
                Err(error) => return Err(error),
            }
        }
        match unreadable.pop() {
            Some(last) => Err(Error::Unusable(last)),
            None => Ok(Latest::default()),
        }
    }

    /// All runs that the query means, the best last: complete ones after all others, newest last.
    pub fn matching(&self, query: &Query) -> Result<Vec<RunSummary>, Error> {
        Ok(query.best_last(self.candidates(query)?.runs))
    }

    /// The newest complete runs of a machine class, at most this many, newest first, without their samples. A file that
    /// turns out to be unreadable is left out. Of the others only as many are read as it takes.
    pub fn newest(&self, machine: &MachineId, most: usize) -> Result<Vec<RunValues>, Error> {
        let mut cache = Cache::<RunValues>::load(self);
        let mut ids = self.ids()?;
        // They begin with the time.
        ids.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        let readable = ids.iter().filter_map(|(_, path)| cache.get(path).ok());
        let is_meant = |run: &RunValues| run.state == RunState::Complete && run.machine == machine.as_str();
        let newest = readable.filter(is_meant).take(most).collect();
        cache.save(self);
        Ok(newest)
    }

    /// The last result of each case on a machine class, whatever became of it: from those of its newest runs that are meant.
    /// A file that turns out to be unreadable is left out.
    pub fn last_cases(
        &self,
        machine: &MachineId,
        is_meant: &dyn Fn(&RunRecord) -> bool,
    ) -> Result<BTreeMap<CaseKey, CaseRecord>, Error> {
        let query = Query { machine: Some(machine.clone()), ..Query::default() };
        let mut runs = self.candidates(&query)?.runs;
        runs.retain(|run| query.means(run));
        let mut cases = BTreeMap::new();
        for run in runs.iter().rev().take(NEWEST) {
            match self.load_at(&run.id, &run.path) {
                Ok(record) if is_meant(&record) => record.cases.into_iter().for_each(|case| {
                    cases.entry(case.id.clone()).or_insert(case);
                }),
                Ok(_) | Err(Error::Unusable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cases)
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
    fn best_last(&self, mut runs: Vec<RunSummary>) -> Vec<RunSummary> {
        runs.retain(|run| self.means(run));
        runs.sort_by_key(|run| run.state == RunState::Complete);
        runs
    }

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
