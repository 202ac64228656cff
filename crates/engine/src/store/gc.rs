//! Removal of old runs: a pure choice, and the removal itself.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use accel_bench_record::RunState;
use accel_bench_record::units::Bytes;

use accel_bench_record::RunId;

use super::atomic;
use super::error::Error;
use super::journal;
use super::listing::entries;
use super::root::Store;
use super::summary::RunSummary;

/// A run that seems to go on for longer has lost its process in a way that left no trace.
const LONGEST_RUN: Duration = Duration::from_hours(24);

/// Which runs are too many; without any rule, none are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Older ones go.
    pub max_age: Option<Duration>,
    /// Beyond the newest this many, the others go.
    pub keep: Option<usize>,
}

/// The extent of a removal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub runs: usize,
    pub bytes: u64,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = if self.runs == 1 { "run" } else { "runs" };
        write!(f, "{} {runs}", self.runs)?;
        Bytes::new(self.bytes as f64).map_or(Ok(()), |bytes| write!(f, " ({bytes})"))
    }
}

/// The runs that may go, oldest first. Never among them: those in `kept` (approved baselines' runs), the last
/// run and the last complete run of a branch on a machine class, and a run in progress.
pub fn select(runs: &[RunSummary], rules: &Rules, kept: &BTreeSet<RunId>, now: SystemTime) -> Vec<RunId> {
    let mut newest_first: Vec<_> = runs.iter().collect();
    newest_first.sort_by(|a, b| (b.started, &b.id).cmp(&(a.started, &a.id)));
    let last = last_of_branches(&newest_first);
    let surplus = newest_first.iter().enumerate().filter(|(rank, run)| {
        let too_old = rules.max_age.is_some_and(|max| age(run, now) > max);
        let too_many = rules.keep.is_some_and(|keep| *rank >= keep);
        let in_progress = run.state == RunState::Running && age(run, now) <= LONGEST_RUN;
        (too_old || too_many) && !in_progress && !last.contains(&&run.id) && !kept.contains(&run.id)
    });
    let mut selected: Vec<_> = surplus.map(|(_, run)| run.id.clone()).collect();
    selected.reverse();
    selected
}

impl Store {
    /// Removes the runs with their logs, and what killed processes left behind.
    pub fn remove(&self, runs: &[RunId], now: SystemTime) -> Result<Removed, Error> {
        let wanted: BTreeSet<_> = runs.iter().collect();
        let mut removed = Removed::default();
        for (id, path) in self.ids()?.into_iter().filter(|(id, _)| wanted.contains(id)) {
            removed.bytes += fs::symlink_metadata(&path).map_or(0, |file| file.len());
            removed.runs += 1;
            gone(&path, fs::remove_file(&path))?;
            // Else the journal of a run that was killed while it ended would come back as its file.
            let journal = path.with_extension(journal::EXTENSION);
            gone(&journal, fs::remove_file(&journal))?;
            gone(&self.logs(&id), fs::remove_dir_all(self.logs(&id)))?;
        }
        for dir in entries(&self.runs_folder())? {
            atomic::sweep(&dir, now);
            // Fails unless it is empty, which is what is wanted.
            let _ = fs::remove_dir(&dir);
        }
        Ok(removed)
    }
}

fn last_of_branches<'a>(newest_first: &[&'a RunSummary]) -> BTreeSet<&'a RunId> {
    let (mut seen, mut seen_complete) = (BTreeSet::new(), BTreeSet::new());
    let is_last = |run: &&&'a RunSummary| {
        let branch = (&run.branch, &run.machine);
        let last = seen.insert(branch);
        let last_complete = run.state == RunState::Complete && seen_complete.insert(branch);
        last || last_complete
    };
    newest_first.iter().filter(is_last).map(|run| &run.id).collect()
}

/// A run from the future has no age.
fn age(run: &RunSummary, now: SystemTime) -> Duration {
    now.duration_since(run.started.into()).unwrap_or_default()
}

/// Returns what another process removed first is removed.
fn gone(path: &Path, removal: io::Result<()>) -> Result<(), Error> {
    match removal {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(Error::Remove { path: path.to_path_buf(), source })
        }
        _ => Ok(()),
    }
}
