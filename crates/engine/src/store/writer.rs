//! Writing a run: into a journal while it goes on, into its own file, in one step, when it has ended.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use accel_bench_record::{RunId, RunRecord, RunState};

use super::atomic::{self, Existing};
use super::checksum;
use super::error::Error;
use super::file::MAX_BYTES;
use super::finite::check_numbers;
use super::journal::{self, Journal};
use super::live::{self, Life};
use super::name::Name;
use super::root::{Store, create_folder};
use super::run_id;

/// Enough for any number of runs that begin within one second.
const DRAWS: usize = 64;

/// The one writer of one run's file. Once it is dropped, a run that did not end counts as interrupted.
#[derive(Debug)]
pub struct RunWriter {
    id: RunId,
    path: PathBuf,
    /// Absent once the run's own file is there.
    journal: Option<Journal>,
    _life: Life,
}

impl Store {
    /// Reserves the run's id, giving `record` another one where its own is taken, and writes its first version.
    pub fn begin(&self, record: &mut RunRecord) -> Result<RunWriter, Error> {
        let dir = self.commit_folder(record.commit.as_ref())?;
        self.create(&dir)?;
        let id = self.reserve(RunId::new(Name::new(&record.id)?.as_str()))?;
        id.as_str().clone_into(&mut record.id);
        sweep(&dir, &self.logs(&id));
        let begun = self.begin_at(dir.join(format!("{id}.json")), &id, record);
        if begun.is_err() {
            // A run that never was leaves nothing behind; on a full disk that may fail too.
            let _ = fs::remove_dir_all(self.logs(&id));
        }
        begun
    }

    fn begin_at(&self, path: PathBuf, id: &RunId, record: &RunRecord) -> Result<RunWriter, Error> {
        let life = live::hold(self.root(), id).map_err(|source| Error::write(&self.logs(id), source))?;
        let mut writer = RunWriter { id: id.clone(), path, journal: None, _life: life };
        match record.state {
            RunState::Running => {
                let journal = writer.path.with_extension(journal::EXTENSION);
                writer.journal = Some(Journal::create(journal, record)?);
            }
            _ => write(&writer.path, record, Existing::Keep)?,
        }
        Ok(writer)
    }

    /// The folder of logs is what reserves an id: making a folder fails when it exists, in every commit alike.
    fn reserve(&self, wanted: RunId) -> Result<RunId, Error> {
        let mut id = wanted;
        create_folder(&self.root().join("logs"))?;
        for _ in 0..DRAWS {
            match fs::create_dir(self.logs(&id)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => id = run_id::redraw(&id),
                Err(error) => return Err(Error::write(&self.logs(&id), error)),
                Ok(()) => return Ok(id),
            }
        }
        Err(Error::write(&self.logs(&id), io::ErrorKind::AlreadyExists.into()))
    }
}

impl RunWriter {
    pub fn id(&self) -> &RunId {
        &self.id
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps what is new in `record`; once it has ended, all of it in its own file. On an error what was kept before stays whole.
    pub fn save(&mut self, record: &RunRecord) -> Result<(), Error> {
        debug_assert_eq!(record.id, self.id.as_str(), "a writer writes its own run");
        if let Some(journal) = &mut self.journal {
            journal.append(record)?;
            if record.state == RunState::Running {
                return Ok(());
            }
        }
        // Somebody may have cleared the store while the run went on.
        self.path.parent().map_or(Ok(()), create_folder)?;
        write(&self.path, record, Existing::Replace)?;
        if let Some(journal) = self.journal.take() {
            journal.remove();
        }
        Ok(())
    }
}

/// Writes a run into a folder of the user's choice, as `<id>.json`, and returns the path.
pub fn export(record: &RunRecord, dir: &Path) -> Result<PathBuf, Error> {
    create_folder(dir)?;
    let path = dir.join(Name::new(&record.id)?.json());
    write(&path, record, Existing::Replace)?;
    Ok(path)
}

/// Writes a file that is not a run, such as a report: whole or not at all. Its folder is made where it does not exist.
///
/// # Errors
///
/// The file or its folder cannot be written; what stood there before is untouched.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    create_folder(path.parent().unwrap_or(Path::new(".")))?;
    atomic::write(path, bytes, Existing::Replace).map_err(|source| Error::write(path, source))
}

/// Clears leftovers by the clock of the file system, which need not be ours: `fresh` was made just now.
fn sweep(dir: &Path, fresh: &Path) {
    if let Ok(now) = fs::metadata(fresh).and_then(|metadata| metadata.modified()) {
        atomic::sweep(dir, now);
    }
}

fn write(path: &Path, record: &RunRecord, existing: Existing) -> Result<(), Error> {
    record.cases.iter().try_for_each(check_numbers)?;
    // No newline at the end: of a run's file every part that is not the whole fails to parse.
    let sealed = serde_json::to_vec(record).map(checksum::seal).map_err(io::Error::from);
    let written = sealed.and_then(|bytes| {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        atomic::write(path, &bytes, existing)
    });
    written.map_err(|source| Error::write(path, source))
}
