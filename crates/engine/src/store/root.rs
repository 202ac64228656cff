//! The store's folder: where things are in it, and its creation by the first write.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use accel_bench_record::CommitInfo;

use accel_bench_record::RunId;

use super::error::Error;
use super::name::Name;

/// The results of one project, at `.accel-bench/`.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Nothing is created until the first write, and reading what does not exist finds nothing.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// A folder in `cache/` for what is not to be kept; it goes with the value.
    pub fn scratch(&self) -> Result<tempfile::TempDir, Error> {
        let cache = self.create_cache()?;
        let folder = tempfile::Builder::new().prefix("scratch-").tempdir_in(&cache);
        folder.map_err(|source| Error::write(&cache, source))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the output of a run's children goes.
    pub fn logs(&self, run: &RunId) -> PathBuf {
        self.root.join(logs_folder(run))
    }

    pub(super) fn runs_folder(&self) -> PathBuf {
        self.root.join("runs")
    }

    pub(super) fn saved_folder(&self) -> PathBuf {
        self.root.join("saved")
    }

    /// Holds only what can be made again, and says so to backup programs.
    pub(super) fn cache_folder(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// The folder of the runs of one commit.
    pub(super) fn commit_folder(&self, commit: Option<&CommitInfo>) -> Result<PathBuf, Error> {
        let name = commit.map_or(Ok("no-commit".to_owned()), |commit| {
            Name::new(&commit.id).map(|name| name.as_str().to_owned())
        })?;
        Ok(self.runs_folder().join(name))
    }

    /// Makes `dir` below the root, and the root git-ignored. The root itself is not a cache: what was measured
    /// once cannot be made again, so only `cache/` carries the tag that excludes it from backups.
    pub(super) fn create(&self, dir: &Path) -> Result<(), Error> {
        create_folder(dir)?;
        let ignore = self.root.join(".gitignore");
        // A full disk leaves an empty file, and `git add .` would commit the results.
        if fs::metadata(&ignore).is_ok_and(|file| file.len() == 0) {
            return fs::write(&ignore, "*\n").map_err(|error| Error::write(&ignore, error));
        }
        create_file(&ignore, "*\n")
    }

    /// Makes `cache/` with the tag of <https://bford.info/cachedir/>.
    pub(super) fn create_cache(&self) -> Result<PathBuf, Error> {
        let dir = self.cache_folder();
        self.create(&dir)?;
        create_file(&dir.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n")?;
        Ok(dir)
    }
}

pub(super) fn create_folder(dir: &Path) -> Result<(), Error> {
    fs::create_dir_all(dir).map_err(|source| Error::write(dir, source))
}

/// Creates a file that the user may have changed since: then it stays as it is.
fn create_file(path: &Path, text: &str) -> Result<(), Error> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(Error::write(path, error)),
        _ => Ok(()),
    }
}

/// Everything that is kept for a run next to its file, relative to the store.
pub(super) fn logs_folder(run: &RunId) -> PathBuf {
    Path::new("logs").join(run.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_creates_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("store"));
        assert!(store.runs().unwrap().runs.is_empty());
        assert!(!store.root().exists());
    }

    #[test]
    fn creating_ignores_the_store_and_keeps_the_users_own_file() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("store"));
        store.create(&store.runs_folder()).unwrap();
        let ignore = store.root().join(".gitignore");
        assert_eq!(fs::read_to_string(&ignore).unwrap(), "*\n");
        fs::write(&ignore, "*\n!keep\n").unwrap();
        store.create(&store.runs_folder()).unwrap();
        assert_eq!(fs::read_to_string(&ignore).unwrap(), "*\n!keep\n");
        fs::write(&ignore, "").unwrap();
        store.create(&store.runs_folder()).unwrap();
        assert_eq!(fs::read_to_string(&ignore).unwrap(), "*\n");
    }

    #[test]
    fn only_the_cache_is_tagged_as_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        let cache = store.create_cache().unwrap();
        let tag = fs::read_to_string(cache.join("CACHEDIR.TAG")).unwrap();
        assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
        assert!(!store.root().join("CACHEDIR.TAG").exists());
    }
}
