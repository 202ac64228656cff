//! Finding one run: by the beginning of its id, or by the path of a file.

use std::path::{Path, PathBuf};

use accel_bench_record::{RunRecord, RunState};
use serde::Deserialize;
use serde::de::IgnoredAny;

use accel_bench_record::RunId;

use super::baseline::Baseline;
use super::error::{Error, Reason};
use super::file;
use super::journal;
use super::listing::{entries, run_files};
use super::live;
use super::root::Store;
use super::run_file::{is_called, read_run};
use super::summary::RunSummary;

impl Store {
    /// The full id of the run that `prefix` begins.
    pub fn resolve(&self, prefix: &str) -> Result<RunId, Error> {
        self.find(prefix).map(|(id, _)| id)
    }

    /// The run that `prefix` begins. A run that was killed is an interrupted one.
    pub fn load(&self, prefix: &RunId) -> Result<RunRecord, Error> {
        let (id, path) = self.find(prefix.as_str())?;
        self.load_at(&id, &path)
    }

    /// The run of a summary, without looking for it.
    pub fn load_summarised(&self, run: &RunSummary) -> Result<RunRecord, Error> {
        self.load_at(&run.id, &run.path)
    }

    pub(super) fn load_at(&self, id: &RunId, path: &Path) -> Result<RunRecord, Error> {
        let mut record = read_run(path).map_err(|reason| Error::Unusable(reason.of(path)))?;
        if record.id != id.as_str() {
            return Err(Error::Unusable(Reason::Misnamed { id: record.id }.of(path)));
        }
        if record.state == RunState::Running && live::is_dead(self.root(), id) {
            record.state = RunState::Interrupted;
        }
        Ok(record)
    }

    /// Looks at names only, so that a broken file is found by its id and the error then says what is wrong.
    fn find(&self, prefix: &str) -> Result<(RunId, PathBuf), Error> {
        let mut found = self.ids()?;
        found.retain(|(id, _)| id.as_str().starts_with(prefix) && !prefix.is_empty());
        if let Some(exact) = found.iter().position(|(id, _)| id.as_str() == prefix) {
            return Ok(found.swap_remove(exact));
        }
        if found.len() > 1 {
            let mut candidates: Vec<_> = found.into_iter().map(|(id, _)| id.to_string()).collect();
            candidates.sort();
            return Err(Error::Ambiguous { prefix: prefix.to_owned(), candidates });
        }
        found.pop().ok_or_else(|| Error::NoSuchRun { prefix: prefix.to_owned() })
    }

    /// The ids of all files of runs, readable or not.
    pub fn ids(&self) -> Result<Vec<(RunId, PathBuf)>, Error> {
        let mut ids = Vec::new();
        for dir in entries(&self.runs_folder())? {
            let files = run_files(&dir).unwrap_or_default();
            let named = |path: PathBuf| Some((RunId::new(path.file_stem()?.to_str()?), path));
            ids.extend(files.into_iter().filter_map(named));
        }
        Ok(ids)
    }
}

/// A file that the user names: of a run, or of a baseline, which holds one.
pub fn read_file(path: &Path) -> Result<RunRecord, Error> {
    read_either(path).map_err(|reason| Error::Unusable(reason.of(path)))
}

fn read_either(path: &Path) -> Result<RunRecord, Reason> {
    // A run that goes on, or was killed, has no other file.
    let journal = path.with_extension(journal::EXTENSION);
    if is_called(path, journal::EXTENSION) || (!path.exists() && journal.is_file()) {
        return read_run(&journal);
    }
    let text = file::text(path)?;
    if serde_json::from_str::<BaselineMark>(&text).is_ok() {
        return file::parse::<Baseline>(&text).map(|baseline| baseline.run);
    }
    file::parse(&text)
}

/// A field that baselines have and runs do not.
#[derive(Deserialize)]
struct BaselineMark {
    #[serde(rename = "approval")]
    _approval: IgnoredAny,
}
