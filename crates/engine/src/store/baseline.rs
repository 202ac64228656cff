//! Approved baselines: committed to git, one file for each name and machine class, changed only by approval.

use std::io;
use std::path::{Path, PathBuf};

use accel_bench_record::{FORMAT, RunRecord};
use serde::{Deserialize, Serialize};

use accel_bench_record::{MachineId, RunId};

use super::atomic::{self, Existing};
use super::checksum;
use super::error::{Error, Reason, Skipped};
use super::file::{self, Versioned};
use super::finite::check_numbers;
use super::json;
use super::listing::{entries, result_files};
use super::name::Name;
use super::root::create_folder;

/// Who answers for a baseline, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub who: String,
    /// RFC 3339, UTC.
    pub when: String,
    pub why: String,
    /// The commit that was measured; absent outside git.
    pub commit: Option<String>,
    /// The release that this commit belongs to, as `git describe` names it.
    pub tag: Option<String>,
}

/// One file of `baselines/`: an approval and the run that it is given to. It has the format of its run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub(super) format: u32,
    pub approval: Approval,
    pub run: RunRecord,
}

impl Versioned for Baseline {
    const NEWEST: u32 = FORMAT;

    fn format(&self) -> u32 {
        self.format.max(self.run.format)
    }
}

/// The folder `baselines/`.
#[derive(Clone, Debug)]
pub struct Baselines {
    dir: PathBuf,
}

/// One baseline in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineSummary {
    pub name: Name,
    pub machine: MachineId,
    pub path: PathBuf,
    pub approval: Approval,
    pub run: RunId,
    pub cases: usize,
}

/// The contents of `baselines/`.
#[derive(Debug, Default)]
pub struct BaselineListing {
    /// By name, then by machine class.
    pub baselines: Vec<BaselineSummary>,
    pub skipped: Vec<Skipped>,
}

impl Baselines {
    /// Nothing is created until the first approval.
    pub fn open(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    pub fn list(&self) -> Result<BaselineListing, Error> {
        let mut listing = BaselineListing::default();
        // A README or the like next to the folders is not an one's fault.
        for dir in entries(&self.dir)?.into_iter().filter(|dir| dir.is_dir()) {
            match result_files(&dir) {
                Ok(files) => files.iter().for_each(|path| match summary(&dir, path) {
                    Ok(baseline) => listing.baselines.push(baseline),
                    Err(reason) => listing.skipped.push(reason.of(path)),
                }),
                Err(reason) => listing.skipped.push(reason.of(&dir)),
            }
        }
        Ok(listing)
    }

    /// `None` where none was approved for that machine class.
    pub fn load(&self, name: &Name, machine: &MachineId) -> Result<Option<Baseline>, Error> {
        read_optional(&self.path(name, machine)?)
    }

    /// Writes or replaces the baseline of the run's machine class. The caller has shown the difference and
    /// asked; a file of a newer format is not replaced.
    pub fn approve(&self, name: &Name, approval: Approval, run: RunRecord) -> Result<PathBuf, Error> {
        let path = self.path(name, &MachineId::new(&run.machine))?;
        if let Err(Error::Unusable(skipped @ Skipped { reason: Reason::Newer { .. }, .. })) =
            read_optional::<Baseline>(&path)
        {
            return Err(Error::Unusable(skipped));
        }
        run.cases.iter().try_for_each(check_numbers)?;
        create_folder(&self.dir.join(name.as_str()))?;
        let sealed = json::readable(&Baseline { format: FORMAT, approval, run }).map(checksum::seal);
        let bytes = sealed.map_err(io::Error::from);
        let written = bytes.and_then(|bytes| atomic::write(&path, &bytes, Existing::Replace));
        written.map(|()| path.clone()).map_err(|source| Error::write(&path, source))
    }

    /// Removes the baseline of one machine class.
    pub fn remove(&self, name: &Name, machine: &MachineId) -> Result<PathBuf, Error> {
        let path = self.path(name, machine)?;
        remove_named(&path, name)?;
        Ok(path)
    }

    fn path(&self, name: &Name, machine: &MachineId) -> Result<PathBuf, Error> {
        path_in(&self.dir, name, machine)
    }
}

/// `<dir>/<name>/<machine>.json`
pub(super) fn path_in(dir: &Path, name: &Name, machine: &MachineId) -> Result<PathBuf, Error> {
    Ok(dir.join(name.as_str()).join(Name::new(machine.as_str())?.json()))
}

pub(super) fn read_optional<T: Versioned>(path: &Path) -> Result<Option<T>, Error> {
    match file::read(path) {
        Ok(value) => Ok(Some(value)),
        Err(Reason::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(Error::Unusable(reason.of(path))),
    }
}

/// Removes a file and, where it was the last one, its folder.
pub(super) fn remove_named(path: &Path, name: &Name) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::NoSuchName { name: name.to_string() });
        }
        removed => removed.map_err(|source| Error::Remove { path: path.to_path_buf(), source })?,
    }
    // Fails unless the folder is empty, which is what is wanted.
    let _ = path.parent().map(std::fs::remove_dir);
    Ok(())
}

fn summary(dir: &Path, path: &Path) -> Result<BaselineSummary, Reason> {
    let name = |part: Option<&std::ffi::OsStr>| {
        let text = part.and_then(|part| part.to_str()).unwrap_or_default();
        Name::new(text).map_err(|error| Reason::Broken(error.to_string()))
    };
    let baseline: Baseline = file::read(path)?;
    if name(path.file_stem())?.as_str() != baseline.run.machine {
        return Err(Reason::Broken(format!(
            "it was measured on `{}`, which its name does not say",
            baseline.run.machine
        )));
    }
    Ok(BaselineSummary {
        name: name(dir.file_name())?,
        machine: MachineId::new(baseline.run.machine),
        path: path.to_path_buf(),
        approval: baseline.approval,
        run: RunId::new(baseline.run.id),
        cases: baseline.run.cases.len(),
    })
}

#[cfg(test)]
mod tests {
    use accel_bench_record::RunRecord;

    use super::*;

    #[test]
    fn a_file_that_is_there_and_cannot_be_read_is_an_error() {
        let dir = tempfile::tempdir().expect("a folder");
        let missing = read_optional::<RunRecord>(&dir.path().join("none.json"));
        assert!(matches!(missing, Ok(None)), "{missing:?}");
        // A folder in the file's place.
        let folder = read_optional::<RunRecord>(dir.path());
        assert!(matches!(folder, Err(Error::Unusable(_))), "{folder:?}");
        // A file in the folder's place: not found, and not what "not there yet" means.
        let file = dir.path().join("file");
        std::fs::write(&file, "").expect("a file");
        let below = read_optional::<RunRecord>(&file.join("none.json"));
        assert!(matches!(below, Err(Error::Unusable(_))), "{below:?}");
    }
}
