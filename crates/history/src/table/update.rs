//! The table is brought up to date with the runs that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use accel_bench_record::{CaseKey, RunId, RunRecord};
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::FileReader;

use super::Table;
use super::columns::{text, texts};
use super::file::{self, File};
use super::lock::Lock;
use super::merge::merge;
use crate::error::Error;
use crate::facts::RunFacts;
use crate::gaps::{self, Before};
use crate::rows::rows;

/// Fewer rows make a small file.
const SMALL: usize = 100_000;

/// More small files than this are merged.
const MOST_SMALL: usize = 16;

/// A run that is added, and what its repository knows of its commit.
#[derive(Debug)]
pub struct Input {
    pub record: RunRecord,
    /// See [`RunFacts::generation`].
    pub generation: Option<u64>,
    pub tag: Option<String>,
}

/// The outcome of an update.
#[derive(Debug, Default)]
pub struct Update {
    pub added: usize,
    /// Runs that have left the store.
    pub removed: usize,
    /// All runs in the table now.
    pub runs: usize,
    /// Files in the folder that are called like ours and cannot be read; they are left alone.
    pub broken: Vec<Error>,
}

/// Runs that should have the same cases: the same selection on one machine class.
type Group = (String, String);

/// The cases of the last run of each group, and the generation of its commit.
struct Known<'t> {
    files: &'t [File],
    added: BTreeMap<Group, (Option<u64>, Before)>,
}

impl Table {
    /// Adds the runs that are not in the table yet and removes those that are not in `runs`. `load` is asked for each new one; one that
    /// it does not have is left out.
    pub fn update(
        &self,
        runs: &BTreeSet<RunId>,
        load: &mut dyn FnMut(&RunId) -> Option<Input>,
    ) -> Result<Update, Error> {
        let _lock = Lock::take(&self.folder)?;
        file::sweep(&self.folder);
        let (files, broken) = self.files()?;
        let broken = without_older(broken)?;
        let files = without_doubles(files)?;
        let (files, removed) = self.without_gone(files, runs)?;
        let stored: BTreeSet<&str> =
            files.iter().flat_map(|file| &file.runs).map(|run| run.id.as_str()).collect();
        // Ids begin with the time of start.
        let missing: Vec<_> = runs.iter().filter(|run| !stored.contains(run.as_str())).collect();
        let added = self.add(&files, &missing, load)?;
        let files = if added > 0 { self.files()?.0 } else { files };
        let runs = files.iter().map(|file| file.runs.len()).sum();
        self.merge_small(files)?;
        Ok(Update { added, removed, runs, broken })
    }

    /// The same from nothing: all files that are called like ours go first, broken ones too.
    pub fn rebuild(
        &self,
        runs: &BTreeSet<RunId>,
        load: &mut dyn FnMut(&RunId) -> Option<Input>,
    ) -> Result<Update, Error> {
        let lock = Lock::take(&self.folder)?;
        file::paths(&self.folder)?.iter().try_for_each(|path| remove(path))?;
        drop(lock);
        self.update(runs, load)
    }

    fn add(
        &self,
        files: &[File],
        missing: &[&RunId],
        load: &mut dyn FnMut(&RunId) -> Option<Input>,
    ) -> Result<usize, Error> {
        let mut known = Known { files, added: BTreeMap::new() };
        let (mut pending, mut facts, mut added) = (Vec::new(), Vec::new(), 0);
        for id in missing {
            let Some(Input { record, generation, tag }) = load(id) else { continue };
            let own = RunFacts::of(&record, generation, tag);
            let gaps = known.before(&own)?.map(|before| gaps::gaps(&record, &before)).unwrap_or_default();
            pending.extend(rows(&record, &own, &gaps));
            known.remember(&own, &record);
            facts.push(own);
            added += 1;
            if pending.len() >= SMALL {
                file::write(&self.folder, &mut pending, &facts)?;
                pending.clear();
                facts.clear();
            }
        }
        if !facts.is_empty() {
            file::write(&self.folder, &mut pending, &facts)?;
        }
        Ok(added)
    }

    /// Files with runs that are gone are written again without them.
    fn without_gone(&self, files: Vec<File>, runs: &BTreeSet<RunId>) -> Result<(Vec<File>, usize), Error> {
        let ids: BTreeSet<&str> = runs.iter().map(RunId::as_str).collect();
        let (mut left, mut removed) = (Vec::new(), 0);
        for file in files {
            let (kept, gone): (Vec<_>, Vec<_>) =
                file.runs.iter().cloned().partition(|run| ids.contains(run.id.as_str()));
            removed += gone.len();
            match (gone.is_empty(), kept.is_empty()) {
                (true, _) => left.push(file),
                (false, true) => remove(&file.path)?,
                (false, false) => left.push(replace(&self.folder, &[&file], &kept)?),
            }
        }
        Ok((left, removed))
    }

    fn merge_small(&self, files: Vec<File>) -> Result<(), Error> {
        let small: Vec<_> = files.iter().filter(|file| file.rows < SMALL).collect();
        if small.len() <= MOST_SMALL {
            return Ok(());
        }
        // No more at once than a file should hold by about two.
        let mut rows = 0;
        let fit = |file: &&&File| {
            rows += file.rows;
            rows <= 2 * SMALL
        };
        let together: Vec<&File> = small.iter().take_while(fit).copied().collect();
        let runs: Vec<_> = together.iter().flat_map(|file| file.runs.clone()).collect();
        replace(&self.folder, &together, &runs)?;
        Ok(())
    }
}

/// Puts one file with the rows of these runs in the place of several.
fn replace(folder: &Path, files: &[&File], runs: &[RunFacts]) -> Result<File, Error> {
    let path = file::path(folder, runs);
    file::put(&path, &merge(files, runs)?)?;
    files.iter().filter(|file| file.path != path).try_for_each(|file| remove(&file.path))?;
    File::read(&path)
}

/// Removes files of an earlier format, whose runs are added again from the store; returns the other faults.
fn without_older(broken: Vec<Error>) -> Result<Vec<Error>, Error> {
    let mut others = Vec::new();
    for error in broken {
        match error {
            Error::Older { path, .. } => remove(&path)?,
            other => others.push(other),
        }
    }
    Ok(others)
}

/// Removes files whose runs are all in another one: their writer was killed between merging them and removing them.
fn without_doubles(mut files: Vec<File>) -> Result<Vec<File>, Error> {
    files.sort_by_key(|file| std::cmp::Reverse(file.runs.len()));
    let mut kept: Vec<File> = Vec::new();
    for file in files {
        if file.runs.iter().all(|run| kept.iter().any(|other| other.has(&run.id))) {
            remove(&file.path)?;
        } else {
            kept.push(file);
        }
    }
    Ok(kept)
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

impl Known<'_> {
    /// The run of the same group that started before this one and is of the newest commit up to its own: an old commit that is
    /// measured once more need not have what came after it.
    fn before(&self, run: &RunFacts) -> Result<Option<Before>, Error> {
        let group = group(run);
        if let Some((generation, before)) = self.added.get(&group) {
            return Ok(is_older(*generation, run.generation).then(|| before.clone()));
        }
        let all = self.files.iter().flat_map(|file| file.runs.iter().map(move |own| (file, own)));
        let is_earlier = |own: &RunFacts| own.id < run.id && is_older(own.generation, run.generation);
        let earlier = all.filter(|(_, own)| self::group(own) == group && is_earlier(own));
        let Some((file, last)) = earlier.max_by_key(|(_, own)| (own.generation, own.id.clone())) else {
            return Ok(None);
        };
        let cases = cases_of(file, &last.id)?;
        Ok(Some(Before { run: last.id.clone(), cases }))
    }

    fn remember(&mut self, run: &RunFacts, record: &RunRecord) {
        let group = group(run);
        let is_behind = self.added.get(&group).is_some_and(|(known, _)| !is_older(*known, run.generation));
        if !is_behind {
            let before = Before { run: run.id.clone(), cases: gaps::cases(record) };
            self.added.insert(group, (run.generation, before));
        }
    }
}

/// Returns whether a commit may be older than another, or the same. Where a generation is not known, the start of the runs decides.
fn is_older(one: Option<u64>, other: Option<u64>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one <= other)
}

fn group(run: &RunFacts) -> Group {
    (run.machine.clone(), run.selection.clone())
}

/// The cases that a run in this file has, but for those that it should have had.
fn cases_of(file: &File, run: &str) -> Result<BTreeSet<CaseKey>, Error> {
    let reader = file::open(&file.path)?;
    let mut cases = BTreeSet::new();
    for at in 0..reader.num_row_groups() {
        cases.extend(cases_in(&reader, at, run).map_err(Error::unreadable(&file.path))?);
    }
    Ok(cases.iter().filter_map(|key| serde_json::from_str(key).ok()).collect())
}

fn cases_in(reader: &dyn FileReader, at: usize, run: &str) -> ParquetResult<BTreeSet<String>> {
    let group = reader.get_row_group(at)?;
    let (runs, keys, statuses) =
        (texts(&*group, "run", None)?, texts(&*group, "case_key", None)?, texts(&*group, "status", None)?);
    let mut cases = BTreeSet::new();
    for ((own, key), status) in runs.iter().zip(&keys).zip(&statuses) {
        if text(own)? == run && text(status)? != "missing" {
            cases.insert(text(key)?.to_owned());
        }
    }
    Ok(cases)
}
