//! A project: the working tree, its repository, its store and its baselines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use accel_bench_record::{CaseKey, CommitInfo};

use super::Sources;
use crate::Host;
use crate::compare::{Apart, Drift, Tolerance};
use crate::error::Result;
use crate::git::{Layout, Repo};
use crate::manifest::Percent;
use crate::store::{Baselines, Store};
use accel_bench_record::{MachineId, RunId};

/// A store grows for years; what time adds shows in the last of it.
const RUNS_FOR_DRIFT: usize = 60;

#[derive(Debug)]
pub struct Project {
    pub sources: Sources,
    /// Absent outside git.
    pub repo: Option<Repo>,
    pub store: Store,
    pub baselines: Baselines,
}

impl Project {
    /// The project around the current folder.
    pub fn load(host: &Host) -> Result<Self> {
        let sources = Sources::load(host, &host.cwd)?;
        let repo = Repo::discover(sources.root())?;
        let root = sources.root().to_path_buf();
        if let Some(repo) = &repo {
            // Results are not what is measured: a baseline that was approved just now makes no tree dirty.
            for folder in [&sources.manifest.store.path, &sources.manifest.baseline.dir] {
                if let Some(folder) = repo.relative(&root.join(folder)) {
                    repo.leave_out(&format!("/{}/", folder.display()))?;
                }
            }
        }
        let store = Store::open(root.join(&sources.manifest.store.path));
        let baselines = Baselines::open(root.join(&sources.manifest.baseline.dir));
        Ok(Self { sources, repo, store, baselines })
    }

    /// The commit that the working tree belongs to.
    pub fn commit(&self) -> Result<Option<CommitInfo>> {
        Ok(self.repo.as_ref().map(Repo::commit_info).transpose()?.flatten())
    }

    /// Runs that `gc` must keep: those that baselines were approved from.
    pub fn protected(&self) -> Result<BTreeSet<RunId>> {
        Ok(self.baselines.list()?.baselines.into_iter().map(|baseline| baseline.run).collect())
    }

    /// Returns what of the tree can end up in a benchmark.
    pub fn layout(&self, repo: &Repo) -> Layout {
        let relative = |path: &Path| repo.relative(path).unwrap_or_default();
        let manifest = &self.sources.manifest;
        let root = self.sources.root();
        let workspace = &self.sources.workspace;
        Layout {
            workspace: relative(root),
            packages: workspace.built_into_benches().iter().map(|path| relative(path)).collect(),
            others: workspace.not_built_into_benches().iter().map(|path| relative(path)).collect(),
            left_out: vec![
                relative(&root.join(&manifest.store.path)),
                relative(&root.join(&manifest.baseline.dir)),
            ],
        }
    }

    /// Where revisions are checked out to be measured.
    pub fn checkouts(&self) -> PathBuf {
        self.store.root().join("worktrees")
    }

    /// Where checkouts are built: in a working tree of `git worktree add` where the main one is, so that what they depend on is not
    /// built again.
    pub fn shared_target(&self) -> PathBuf {
        let own = &self.sources.workspace.target_dir;
        let of_main =
            self.repo.as_ref().and_then(|repo| Some(repo.main_checkout()?.join(repo.relative(own)?)));
        of_main.filter(|dir| dir.is_dir()).unwrap_or_else(|| own.clone())
    }

    /// How far runs of the same code lie apart on the machine, by its newest runs.
    pub fn drift(&self, machine: &MachineId) -> Result<Drift> {
        Ok(Drift::of(self.store.newest(machine, RUNS_FOR_DRIFT)?))
    }

    /// The gate by case, with the tolerance from the command line before the manifest's; `drift` and `apart` count
    /// where the sides were measured apart.
    pub fn gate(
        &self,
        threshold: Option<Percent>,
        drift: Drift,
        apart: Apart,
    ) -> impl Fn(&CaseKey) -> Tolerance + use<> {
        let gate = &self.sources.manifest.gate;
        let gate = threshold.map_or_else(|| gate.clone(), |threshold| gate.with_tolerance(threshold));
        move |case: &CaseKey| Tolerance {
            tolerance: gate.tolerance_for(case),
            counts: gate.counts,
            alert: gate.alert_for(case),
            drift: drift.spread(case),
            apart,
        }
    }
}
