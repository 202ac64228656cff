//! Runs copied from one store to another: what the other has stays as it is.

use std::fs;
use std::io;
use std::path::Path;

use accel_bench_record::{RunId, RunRecord};

use super::atomic::{self, Existing};
use super::error::{Error, Reason, Skipped};
use super::file;
use super::listing::{entries, result_files};
use super::root::Store;

/// The outcome of copying.
#[derive(Debug, Default)]
pub struct Exchanged {
    pub copied: usize,
    /// Runs that the other store has already.
    pub known: usize,
    /// Runs of one id with other contents on the two sides; neither was changed.
    pub different: Vec<RunId>,
    /// Files that were not copied because they cannot be read.
    pub skipped: Vec<Skipped>,
}

/// Where one file goes.
enum Copied {
    Now,
    Known,
    Different,
}

impl Store {
    /// Copies all runs that have ended and that `other` does not have. Runs that go on are left for later.
    pub fn copy_runs_to(&self, other: &Store) -> Result<Exchanged, Error> {
        let mut done = Exchanged::default();
        for dir in entries(&self.runs_folder())?.into_iter().filter(|dir| dir.is_dir()) {
            let Some(name) = dir.file_name() else { continue };
            let target = other.runs_folder().join(name);
            match result_files(&dir) {
                Ok(files) => files.iter().try_for_each(|file| done.take(file, &target, other))?,
                Err(reason) => done.skipped.push(reason.of(&dir)),
            }
        }
        Ok(done)
    }
}

impl Exchanged {
    fn take(&mut self, from: &Path, folder: &Path, other: &Store) -> Result<(), Error> {
        let to = folder.join(from.file_name().unwrap_or_default());
        let id = || RunId::new(from.file_stem().unwrap_or_default().to_string_lossy());
        match copy(from, &to, folder, other) {
            Ok(Ok(Copied::Now)) => self.copied += 1,
            Ok(Ok(Copied::Known)) => self.known += 1,
            Ok(Ok(Copied::Different)) => self.different.push(id()),
            Ok(Err(reason)) => self.skipped.push(reason.of(from)),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// A file that cannot be read is a reason, one that cannot be written an error.
fn copy(from: &Path, to: &Path, folder: &Path, other: &Store) -> Result<Result<Copied, Reason>, Error> {
    if to.exists() {
        return Ok(compared(from, to));
    }
    // Broken files do not spread.
    let record: RunRecord = match file::read(from) {
        Ok(record) => record,
        Err(reason) => return Ok(Err(reason)),
    };
    if from.file_stem() != Some(record.id.as_ref()) {
        return Ok(Err(Reason::Misnamed { id: record.id }));
    }
    let bytes = match fs::read(from) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(Reason::Unreadable(error))),
    };
    other.create(folder)?;
    match atomic::write(to, &bytes, Existing::Keep) {
        // Somebody else copied it meanwhile.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(compared(from, to)),
        Err(error) => Err(Error::write(to, error)),
        Ok(()) => Ok(Ok(Copied::Now)),
    }
}

/// Run files do not change once they are there.
fn compared(from: &Path, to: &Path) -> Result<Copied, Reason> {
    let length = |path: &Path| fs::metadata(path).map(|file| file.len());
    if length(from).map_err(Reason::Unreadable)? != length(to).map_err(Reason::Unreadable)? {
        return Ok(Copied::Different);
    }
    let bytes = |path: &Path| fs::read(path).map_err(Reason::Unreadable);
    Ok(if bytes(from)? == bytes(to)? { Copied::Known } else { Copied::Different })
}
