//! Digests of files that have been read before. Nothing is lost with it.
//!
//! A large store takes seconds to parse and milliseconds to look at, and runs that have ended do not change.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::atomic::{self, Existing};
use super::error::Reason;
use super::root::Store;

/// The part of a run's file that is kept.
pub(super) trait Digest: Clone + Serialize + DeserializeOwned {
    /// The name of the cache's file.
    const FILE: &'static str;
    /// Rises with every change of the type or of what it means.
    const FORMAT: u32;
    /// Fewer new files than this are read again faster than a cache is written.
    const WORTH_WRITING: usize;

    fn read(path: &Path) -> Result<Self, Reason>;

    /// False of a file that still grows.
    fn is_final(&self) -> bool;
}

/// A file changed within the grain of the clock after it was read would look unchanged (git's "racily clean"),
/// so the cache only vouches for files that were this much older than itself.
const GRAIN: Duration = Duration::from_secs(2);

/// The file on disk.
#[derive(Serialize, Deserialize)]
struct Stored<T> {
    format: u32,
    files: BTreeMap<PathBuf, Entry<T>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry<T> {
    bytes: u64,
    /// Since 1970.
    modified: Duration,
    #[serde(rename = "head")]
    digest: T,
}

/// The former contents, and what has been seen since.
pub(super) struct Cache<T> {
    path: PathBuf,
    written: Duration,
    known: BTreeMap<PathBuf, Entry<T>>,
    seen: BTreeMap<PathBuf, Entry<T>>,
    read: usize,
}

impl<T: Digest> Cache<T> {
    /// Empty where there is none, or none that this version can use.
    pub(super) fn load(store: &Store) -> Self {
        let path = store.cache_folder().join(T::FILE);
        let text = fs::read(&path).unwrap_or_default();
        let stored = serde_json::from_slice::<Stored<T>>(&text).ok();
        let usable = stored.filter(|stored| stored.format == T::FORMAT);
        let known = usable.map(|stored| stored.files).unwrap_or_default();
        let written = fs::metadata(&path).ok().and_then(|file| modified(&file)).unwrap_or_default();
        Self { path, written, known, seen: BTreeMap::new(), read: 0 }
    }

    /// The digest of the file at `path`, which is read only if it may have changed.
    pub(super) fn get(&mut self, path: &Path) -> Result<T, Reason> {
        let stamp = fs::metadata(path).ok().and_then(|file| Some((file.len(), modified(&file)?)));
        let known = self.known.get(path).filter(|known| {
            Some((known.bytes, known.modified)) == stamp && known.modified + GRAIN < self.written
        });
        if let Some(known) = known {
            self.seen.insert(path.to_path_buf(), known.clone());
            return Ok(known.digest.clone());
        }
        let digest = T::read(path)?;
        if let (Some((bytes, modified)), true) = (stamp, digest.is_final()) {
            self.read += 1;
            self.seen.insert(path.to_path_buf(), Entry { bytes, modified, digest: digest.clone() });
        }
        Ok(digest)
    }

    /// Remembers what was seen. A store that cannot be written is as good to read as any.
    pub(super) fn save(self, store: &Store) {
        if self.read < T::WORTH_WRITING {
            return;
        }
        let stored = Stored { format: T::FORMAT, files: self.seen };
        if let (Ok(_), Ok(bytes)) = (store.create_cache(), serde_json::to_vec(&stored)) {
            let _ = atomic::write(&self.path, &bytes, Existing::Replace);
        }
    }
}

fn modified(file: &Metadata) -> Option<Duration> {
    file.modified().ok().and_then(|time: SystemTime| time.duration_since(UNIX_EPOCH).ok())
}
