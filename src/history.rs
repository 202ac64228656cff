//! The history of this project: the store's runs and the repository's order of commits, as the table asks for them.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_engine::git::{self, Repo};
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::RunSummary;
use accel_bench_history::{Input, Table, Update};
use accel_bench_record::{CommitId, RunId, RunState};

use crate::context::Context;
use crate::error::Result;

/// Which runs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Those that are not in the table yet.
    New,
    /// All of them, from nothing.
    All,
}

/// Where the project's table is.
pub(crate) fn table(project: &Project) -> Table {
    Table::open(project.store.root().join("history"))
}

/// Brings the table up to date with the store. What cannot be read is named and left out.
pub(crate) fn update(cx: &mut Context, project: &Project, reading: Reading) -> Result<Update> {
    let table = table(project);
    let stored = table.runs()?.0.into_iter().map(|run| RunId::new(run.id)).collect::<BTreeSet<_>>();
    let ids = project.store.ids()?.into_iter().map(|(id, _)| id).collect();
    if reading == Reading::New && stored == ids && !stored.is_empty() {
        return Ok(Update { runs: stored.len(), ..Update::default() });
    }
    let listing = project.store.runs()?;
    for skipped in &listing.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    let ended = listing.runs.iter().filter(|run| run.state != RunState::Running);
    let runs: BTreeMap<RunId, &RunSummary> = ended.map(|run| (run.id.clone(), run)).collect();
    if runs.is_empty() && !table.folder().exists() {
        return Ok(Update::default());
    }
    let generations = generations(project, &table, &runs, reading)?;
    let ids: BTreeSet<RunId> = runs.keys().cloned().collect();
    let mut load = |id: &RunId| match project.store.load_summarised(runs.get(id)?) {
        Ok(record) => {
            let commit = record.commit.as_ref().map(|commit| CommitId::new(commit.id.clone()));
            let generation = commit.as_ref().and_then(|commit| generations.get(commit).copied());
            let tag = commit.and_then(|commit| project.repo.as_ref()?.describe_tag(&commit).ok().flatten());
            Some(Input { record, generation, tag })
        }
        Err(error) => {
            cx.shell.warn(format!("passed over run {id}: {error}"));
            None
        }
    };
    let update = match reading {
        Reading::New => table.update(&ids, &mut load)?,
        Reading::All => table.rebuild(&ids, &mut load)?,
    };
    for error in &update.broken {
        cx.shell.warn(format!("{error}; `cargo accel-bench history rebuild` makes the table again"));
    }
    Ok(update)
}

/// Adds what was measured just now, where somebody made the table. What goes wrong costs nothing that was measured.
pub(crate) fn follow(cx: &mut Context) {
    let Ok(project) = Project::load(&cx.host) else { return };
    if !table(&project).folder().is_dir() {
        return;
    }
    if let Err(error) = update(cx, &project, Reading::New) {
        cx.shell.warn(format!("the history was not brought up to date: {}", error.in_words()));
    }
}

/// The generations of the commits of new runs.
fn generations(
    project: &Project,
    table: &Table,
    runs: &BTreeMap<RunId, &RunSummary>,
    reading: Reading,
) -> Result<BTreeMap<CommitId, u64>> {
    let Some(repo) = &project.repo else { return Ok(BTreeMap::new()) };
    let stored = if reading == Reading::All { Vec::new() } else { table.runs()?.0 };
    let of_stored =
        stored.iter().filter_map(|run| Some((CommitId::new(run.commit.clone()?), run.generation?)));
    let known: BTreeMap<CommitId, u64> = of_stored.collect();
    let commits = runs.values().filter_map(|run| run.commit.clone());
    let new: BTreeSet<CommitId> = commits.filter(|commit| !known.contains_key(commit)).collect();
    let mut found = repo.generations(&new, &known)?;
    found.extend(known);
    Ok(found)
}

/// The commits of a branch in their order, the oldest first; `None` outside git.
pub(crate) fn line(repo: Option<&Repo>, branch: &str) -> Result<Option<Vec<String>>> {
    let Some(repo) = repo else { return Ok(None) };
    let tip = match repo.resolve(branch) {
        // A repository without a commit has no line, and its runs belong to no commit.
        Err(git::Error::UnknownRevision { .. }) if branch == "HEAD" && repo.head().is_err() => {
            return Ok(None);
        }
        tip => tip?,
    };
    Ok(Some(repo.first_parents(&tip)?.into_iter().map(|commit| commit.as_str().to_owned()).collect()))
}
