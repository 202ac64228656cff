//! Summaries of files that have been read before. Nothing is lost with it.
//!
//! A large store takes seconds to parse and milliseconds to look at, and runs that have ended do not change.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use accel_bench_record::RunState;
use serde::{Deserialize, Serialize};

use super::atomic::{self, Existing};
use super::error::Reason;
use super::root::Store;
use super::summary::Head;

/// Rises with every change of [`Stored`] or of what a summary means.
const FORMAT: u32 = 1;

/// Fewer new files than this are read again faster than a cache is written.
const WORTH_WRITING: usize = 50;

/// A file changed within the grain of the clock after it was read would look unchanged (git's "racily clean"),
/// so the cache only vouches for files that were this much older than itself.
const GRAIN: Duration = Duration::from_secs(2);

/// The file on disk.
#[derive(Default, Serialize, Deserialize)]
struct Stored {
    format: u32,
    files: BTreeMap<PathBuf, Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    bytes: u64,
    /// Since 1970.
    modified: Duration,
    head: Head,
}

/// The former contents, and what has been seen since.
pub(super) struct Cache {
    path: PathBuf,
    written: Duration,
    known: BTreeMap<PathBuf, Entry>,
    seen: BTreeMap<PathBuf, Entry>,
    read: usize,
}

impl Cache {
    /// Empty where there is none, or none that this version can use.
    pub(super) fn load(store: &Store) -> Self {
        let path = store.cache_folder().join("summaries.json");
        let text = fs::read(&path).unwrap_or_default();
        let stored: Stored = serde_json::from_slice(&text).unwrap_or_default();
        let known = if stored.format == FORMAT { stored.files } else { BTreeMap::new() };
        let written = fs::metadata(&path).ok().and_then(|file| modified(&file)).unwrap_or_default();
        Self { path, written, known, seen: BTreeMap::new(), read: 0 }
    }

    /// The summary of the file at `path`, read only if it may have changed.
    pub(super) fn head(&mut self, path: &Path) -> Result<Head, Reason> {
        let stamp = fs::metadata(path).ok().and_then(|file| Some((file.len(), modified(&file)?)));
        let known = self.known.get(path).filter(|known| {
            Some((known.bytes, known.modified)) == stamp && known.modified + GRAIN < self.written
        });
        if let Some(known) = known {
            self.seen.insert(path.to_path_buf(), known.clone());
            return Ok(known.head.clone());
        }
        let head = Head::read(path)?;
        // A file that still grows is not worth remembering.
        if let (Some((bytes, modified)), true) = (stamp, head.state != RunState::Running) {
            self.read += 1;
            self.seen.insert(path.to_path_buf(), Entry { bytes, modified, head: head.clone() });
        }
        Ok(head)
    }

    /// Remembers what was seen. A store that cannot be written is as good to read as any.
    pub(super) fn save(self, store: &Store) {
        if self.read < WORTH_WRITING {
            return;
        }
        let stored = Stored { format: FORMAT, files: self.seen };
        if let (Ok(_), Ok(bytes)) = (store.create_cache(), serde_json::to_vec(&stored)) {
            let _ = atomic::write(&self.path, &bytes, Existing::Replace);
        }
    }
}

fn modified(file: &Metadata) -> Option<Duration> {
    file.modified().ok().and_then(|time: SystemTime| time.duration_since(UNIX_EPOCH).ok())
}
