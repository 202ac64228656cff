//! All runs of the store, and what could not be read among them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use accel_bench_record::RunState;

use super::cache::{Cache, Digest};
use super::error::{Error, Reason, Skipped};
use super::journal;
use super::live;
use super::root::Store;
use super::run_file::is_called;
use super::summary::{Head, RunSummary};

/// How a summary is come by: from the file, or from memory.
type Read<'a> = &'a mut dyn FnMut(&Path) -> Result<Head, Reason>;

/// The contents of the store.
#[derive(Debug, Default)]
pub struct Listing {
    /// Newest last.
    pub runs: Vec<RunSummary>,
    /// Named, and otherwise left alone.
    pub skipped: Vec<Skipped>,
}

impl Store {
    pub fn runs(&self) -> Result<Listing, Error> {
        let (mut listing, mut cache) = (Listing::default(), Cache::<Head>::load(self));
        for dir in entries(&self.runs_folder())? {
            if dir.is_dir() {
                self.list_folder(&dir, &mut |path| cache.get(path), &mut listing);
            } else {
                listing.skipped.push(Reason::NotAFolder.of(&dir));
            }
        }
        cache.save(self);
        listing.sort();
        Ok(listing)
    }

    /// The runs of one folder of `runs/`, which may not exist.
    pub(super) fn runs_in(&self, dir: &Path) -> Listing {
        let mut listing = Listing::default();
        self.list_folder(dir, &mut Head::read, &mut listing);
        listing.sort();
        listing
    }

    /// A folder that cannot be read is one more thing to skip.
    fn list_folder(&self, dir: &Path, read: Read<'_>, listing: &mut Listing) {
        match run_files(dir) {
            Ok(files) => files.into_iter().for_each(|path| self.list_file(path, read, listing)),
            Err(reason) => listing.skipped.push(reason.of(dir)),
        }
    }

    fn list_file(&self, path: PathBuf, read: Read<'_>, listing: &mut Listing) {
        match read(&path) {
            Ok(head) => {
                let mut run = head.at(path);
                if run.state == RunState::Running && live::is_dead(self.root(), &run.id) {
                    run.state = RunState::Interrupted;
                }
                listing.runs.push(run);
            }
            // Removed since the folder was read, by `gc` or, a journal, by the end of its run.
            Err(Reason::Unreadable(error))
                if is_gone(&error, &path) && is_called(&path, journal::EXTENSION) =>
            {
                let ended = path.with_extension("json");
                if ended.exists() {
                    self.list_file(ended, read, listing);
                }
            }
            Err(Reason::Unreadable(error)) if is_gone(&error, &path) => {}
            Err(reason) => listing.skipped.push(reason.of(&path)),
        }
    }
}

impl Listing {
    fn sort(&mut self) {
        self.runs.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    }
}

/// Returns what is in `dir` under a name that is not hidden, sorted; nothing where there is no such folder.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    read_folder(dir).map_err(|source| Error::List { path: dir.to_path_buf(), source })
}

/// Everything in `dir` that is called like a result file.
pub(super) fn result_files(dir: &Path) -> Result<Vec<PathBuf>, Reason> {
    let mut files = read_folder(dir).map_err(Reason::Unreadable)?;
    files.retain(|path| is_called(path, "json"));
    Ok(files)
}

/// The files of runs in `dir`, those that go on included.
pub(super) fn run_files(dir: &Path) -> Result<Vec<PathBuf>, Reason> {
    let mut files = read_folder(dir).map_err(Reason::Unreadable)?;
    let has_ended: BTreeSet<_> = files.iter().filter(|path| is_called(path, "json")).cloned().collect();
    files.retain(|path| {
        // A process that was killed between the two steps of its end leaves both.
        let goes_on =
            is_called(path, journal::EXTENSION) && !has_ended.contains(&path.with_extension("json"));
        has_ended.contains(path) || goes_on
    });
    Ok(files)
}

fn read_folder(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    // Dot files are ours while they are written, or somebody else's.
    paths.retain(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")));
    paths.sort();
    Ok(paths)
}

/// A link that leads nowhere is not gone, it is broken.
fn is_gone(error: &io::Error, path: &Path) -> bool {
    error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that `gc` removes while others are read is gone; whatever else fails is not.
    #[cfg(unix)]
    #[test]
    fn only_what_is_not_there_is_gone() {
        let dir = tempfile::tempdir().expect("a folder");
        let (missing, broken) = (dir.path().join("missing"), dir.path().join("broken"));
        std::os::unix::fs::symlink(dir.path().join("nowhere"), &broken).expect("a link");
        let error = |path: &Path| fs::read(path).expect_err("it cannot be read");
        assert!(is_gone(&error(&missing), &missing));
        assert!(!is_gone(&error(&broken), &broken), "a link that leads nowhere is broken");
        assert!(!is_gone(&error(dir.path()), dir.path()), "a folder is there");
    }
}
