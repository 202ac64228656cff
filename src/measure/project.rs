//! What a command works on: the working tree, its repository, its store and its baselines.

use std::path::PathBuf;

use accel_bench::record::CommitInfo;

use super::Sources;
use crate::compare::Tolerance;
use crate::context::Context;
use crate::error::Result;
use crate::git::Repo;
use crate::manifest::Percent;
use crate::store::{Baselines, Store};

pub(crate) struct Project {
    pub(crate) sources: Sources,
    /// Absent outside git.
    pub(crate) repo: Option<Repo>,
    pub(crate) store: Store,
    pub(crate) baselines: Baselines,
}

impl Project {
    /// The project around the current folder.
    pub(crate) fn load(cx: &Context) -> Result<Self> {
        let sources = Sources::load(cx, cx.cwd())?;
        let repo = Repo::discover(sources.root())?;
        let root = sources.root().to_path_buf();
        let store = Store::open(root.join(&sources.manifest.store.path));
        let baselines = Baselines::open(root.join(&sources.manifest.baseline.dir));
        Ok(Self { sources, repo, store, baselines })
    }

    /// The commit that the working tree belongs to.
    pub(crate) fn commit(&self) -> Result<Option<CommitInfo>> {
        Ok(self.repo.as_ref().map(Repo::commit_info).transpose()?.flatten())
    }

    /// Where revisions are checked out to be measured.
    pub(crate) fn checkouts(&self) -> PathBuf {
        self.store.root().join("worktrees")
    }

    /// The gate by case label, with the tolerance from the command line before the manifest's.
    pub(crate) fn gate(&self, threshold: Option<Percent>) -> impl Fn(&str) -> Tolerance {
        let gate = &self.sources.manifest.gate;
        let gate = threshold.map_or_else(|| gate.clone(), |threshold| gate.with_tolerance(threshold));
        move |case| Tolerance { tolerance: gate.tolerance_for(case), alert: gate.alert_for(case) }
    }
}
