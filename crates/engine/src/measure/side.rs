//! The sides of a comparison, from what the user wrote to what is measured or read.

use std::path::{Path, PathBuf};

use accel_bench_record::{Profile, RunRecord, TreeState};

use super::Project;
use crate::error::{Error, Result};
use crate::git::{Affected, Source, affected};
use crate::store::{self, Name, Query, Tree};
use crate::{Engine, Host, Warning};
use accel_bench_record::{CommitId, MachineId};

/// The profile of runs that hold only what looked slower in the store: no whole side.
pub(super) const SUSPECTS: &str = "suspects";

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum SideSpec {
    /// The files as they are.
    WorkingTree,
    /// A commit, or the tree that a merge results in; `name` is how the user calls it.
    Source { source: Source, name: String },
    /// A result that exists: a run, a baseline, a file.
    Record { record: Box<RunRecord>, name: String },
}

impl SideSpec {
    pub fn name(&self) -> &str {
        match self {
            Self::WorkingTree => "the working tree",
            Self::Source { name, .. } | Self::Record { name, .. } => name,
        }
    }

    pub fn of_commit(commit: CommitId, name: impl Into<String>) -> Self {
        Self::Source { source: Source::Commit(commit), name: name.into() }
    }

    /// Returns whether it can be built and measured here.
    pub fn is_measurable(&self) -> bool {
        !matches!(self, Self::Record { .. })
    }
}

impl Project {
    /// What `text` means: a file, a revision, a baseline or a run, in this order; `baseline:NAME` and
    /// `run:ID` say which.
    pub fn side(&self, host: &Host, machine: &MachineId, text: &str) -> Result<SideSpec> {
        if let Some(name) = text.strip_prefix("baseline:") {
            return self.baseline(machine, name)?.ok_or_else(|| nothing(text));
        }
        if let Some(id) = text.strip_prefix("run:") {
            return self.run(id);
        }
        let path = host.cwd.join(text);
        if path.is_file() {
            return of_file(&path, text);
        }
        let revision = self.repo.as_ref().map(|repo| repo.resolve(text));
        if let Some(Ok(commit)) = revision {
            return Ok(SideSpec::of_commit(commit, text));
        }
        if let Some(baseline) = self.baseline(machine, text)? {
            return Ok(baseline);
        }
        match (self.run(text), revision) {
            (Ok(run), _) => Ok(run),
            // A run that is there and cannot be used is meant.
            (Err(Error::Store(error)), _) if !error.is_absence() => Err(error.into()),
            // git's message about an unknown revision names similar ones.
            (Err(_), Some(Err(error))) => Err(error.into()),
            (Err(_), _) => Err(nothing(text)),
        }
    }

    /// The newest run of the store.
    pub fn last_run(&self) -> Result<SideSpec> {
        let listing = self.store.runs()?;
        let Some(last) = listing.runs.last() else {
            return Err(Error::NothingToRun {
                what: "the store has no run yet".to_owned(),
                hint: "`cargo accel-bench` makes the first".to_owned(),
            });
        };
        let record = Box::new(self.store.load(&last.id)?);
        Ok(SideSpec::Record { record, name: format!("run {}", last.id) })
    }

    fn run(&self, id: &str) -> Result<SideSpec> {
        let id = self.store.resolve(id)?;
        let record = Box::new(self.store.load(&id)?);
        Ok(SideSpec::Record { record, name: format!("run {id}") })
    }

    /// An approved baseline, or else a saved one.
    fn baseline(&self, machine: &MachineId, text: &str) -> Result<Option<SideSpec>> {
        let Ok(name) = Name::new(text) else { return Ok(None) };
        let approved = self.baselines.load(&name, machine)?.map(|baseline| baseline.run);
        let found = match approved {
            Some(run) => Some(run),
            None => self.store.saved(&name, machine)?,
        };
        let name = format!("baseline {text}");
        Ok(found.map(|record| SideSpec::Record { record: Box::new(record), name }))
    }

    /// The merge base of the working tree with the default branch.
    pub fn default_base(&self) -> Result<SideSpec> {
        let Some(repo) = &self.repo else {
            return Err(Error::usage(
                "outside git there is no branch to compare with",
                "name both sides, such as a baseline: cargo accel-bench compare baseline:NAME",
            ));
        };
        let branch = match &self.sources.manifest.run.default_branch {
            Some(name) => Some((name.clone(), repo.resolve(name)?)),
            None => repo.default_branch()?.map(|branch| (branch.name, branch.commit)),
        };
        let Some((name, tip)) = branch else {
            return Err(Error::usage(
                "there is no default branch",
                "name one in bench.toml, `[run] default-branch = \"…\"`, or give a revision: cargo accel-bench compare REV",
            ));
        };
        let head = repo.head()?;
        let base = repo.merge_base(&head, &tip)?;
        let name = if base == tip { name } else { format!("{} (merge base with {name})", base.short()) };
        Ok(SideSpec::of_commit(base, name))
    }

    /// The latest stored run of a side; on this machine class, or on any; of a profile, or of any. Files that cannot be
    /// read are named.
    pub fn stored(
        &self,
        engine: &mut Engine<'_>,
        side: &SideSpec,
        machine: Option<&MachineId>,
        profile: Option<&Profile>,
    ) -> Result<Option<RunRecord>> {
        if let SideSpec::Record { record, .. } = side {
            return Ok(Some((**record).clone()));
        }
        let Some((commit, tree)) = self.code(side)? else { return Ok(None) };
        let latest = self.store.latest(&Query {
            commit: Some(commit),
            tree,
            machine: machine.cloned(),
            profile: profile.cloned(),
            except: Some(SUSPECTS),
        })?;
        for file in latest.unreadable {
            engine.warn(Warning::Unreadable { reason: file.to_string() });
        }
        Ok(latest.record)
    }

    /// The newest two runs of these sides that were measured interleaved with each other, all of the selection.
    pub fn interleaved(
        &self,
        base: &SideSpec,
        candidate: &SideSpec,
        machine: &MachineId,
        profile: &Profile,
    ) -> Result<Option<(RunRecord, RunRecord)>> {
        let (Some((base, base_tree)), Some((commit, tree))) = (self.code(base)?, self.code(candidate)?)
        else {
            return Ok(None);
        };
        let query = |commit: CommitId, tree| Query {
            commit: Some(commit),
            tree,
            machine: Some(machine.clone()),
            profile: Some(profile.clone()),
            except: None,
        };
        let bases = self.store.matching(&query(base, base_tree))?;
        for run in self.store.matching(&query(commit, tree))?.iter().rev() {
            let candidate = self.store.load(&run.id)?;
            let Some(interleaved) = &candidate.interleaved else { continue };
            let is_plain = interleaved.slowdowns.is_empty() && self.builds_as(&candidate);
            if let Some(base) = bases.iter().find(|base| is_plain && base.id.as_str() == interleaved.with) {
                return Ok(Some((self.store.load(&base.id)?, candidate)));
            }
        }
        Ok(None)
    }

    /// Returns whether a run's executables were built as they would be now: its numbers are those of others else.
    fn builds_as(&self, run: &RunRecord) -> bool {
        run.surroundings.build.steady == self.sources.manifest.build.steady
    }

    /// Returns whether both sides are the same code, so that only measuring could report them apart.
    pub fn is_same(&self, one: &SideSpec, other: &SideSpec) -> Result<bool> {
        let is_record = |side: &SideSpec| !side.is_measurable();
        if is_record(one) || is_record(other) {
            return Ok(false);
        }
        let (one, other) = (self.code(one)?, self.code(other)?);
        Ok(one.is_some() && one == other)
    }

    /// Returns what merging `rev` into a side would result in.
    pub fn merge_into(&self, base: &SideSpec, rev: &str) -> Result<SideSpec> {
        let (Some(repo), SideSpec::Source { source: Source::Commit(ours), name }) = (&self.repo, base) else {
            return Err(Error::usage(
                "a merge needs two revisions",
                "give a branch or a commit on both sides",
            ));
        };
        let source = repo.merge_tree(ours, &repo.resolve(rev)?)?;
        Ok(SideSpec::Source { source, name: format!("{rev} merged into {name}") })
    }

    /// Returns whether anything that differs between two sides can end up in a benchmark; results always count.
    pub fn is_affected(&self, base: &SideSpec, candidate: &SideSpec) -> Result<bool> {
        let (Some(repo), Some(changed)) = (&self.repo, self.changed(base, candidate)?) else {
            return Ok(true);
        };
        Ok(affected(&changed, &self.layout(repo)) != Affected::Nothing)
    }

    /// The files that differ between two sides, relative to the top of the repository; `None` for results.
    pub(super) fn changed(&self, base: &SideSpec, candidate: &SideSpec) -> Result<Option<Vec<PathBuf>>> {
        let (Some(repo), SideSpec::Source { source: from, .. }) = (&self.repo, base) else { return Ok(None) };
        Ok(match candidate {
            SideSpec::Record { .. } => None,
            SideSpec::Source { source: to, .. } => Some(repo.changed_paths(from, to)?),
            SideSpec::WorkingTree => Some(repo.changed_in_working_tree(from)?),
        })
    }

    /// The commit and the state of the tree that a side means; `None` outside git.
    fn code(&self, side: &SideSpec) -> Result<Option<(CommitId, Tree)>> {
        Ok(match side {
            SideSpec::Record { .. } => None,
            SideSpec::Source { source: Source::Commit(commit), .. } => Some((commit.clone(), Tree::Clean)),
            SideSpec::Source { source: Source::Merge { tree, parents }, .. } => {
                parents.first().map(|first| (first.clone(), Tree::Hash(tree.as_str().to_owned())))
            }
            SideSpec::WorkingTree => self.commit()?.map(|info| {
                let tree = match info.tree {
                    TreeState::Clean => Tree::Clean,
                    TreeState::Dirty { tree } | TreeState::Merge { tree, .. } => Tree::Hash(tree),
                };
                (CommitId::new(info.id), tree)
            }),
        })
    }
}

fn of_file(path: &Path, text: &str) -> Result<SideSpec> {
    let record = Box::new(store::read_file(path)?);
    Ok(SideSpec::Record { record, name: text.to_owned() })
}

fn nothing(text: &str) -> Error {
    Error::usage(
        format!("`{text}` is not a revision, baseline, run or result file"),
        "`cargo accel-bench log` shows the runs, `cargo accel-bench baseline list` the baselines",
    )
}
