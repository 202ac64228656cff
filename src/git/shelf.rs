//! The folder that holds the checkouts, and how it is kept from growing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::checkout::{lock_path, open_lock};
use super::error::{Error, io};

/// A checkout that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// Removes the checkouts under `under`, but for the `keep` that were used last and those that are in use.
pub(crate) fn remove_old_checkouts(under: &Path, keep: usize) -> Result<Vec<Removed>, Error> {
    let mut found = checkouts(under)?;
    found.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
    let mut removed = Vec::new();
    for (_, path) in found.into_iter().skip(keep) {
        removed.extend(remove(under, path)?);
    }
    Ok(removed)
}

/// Each checkout with the time of its last use.
fn checkouts(under: &Path) -> Result<Vec<(SystemTime, PathBuf)>, Error> {
    if !under.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in io(under.read_dir(), "list the checkouts in", under)? {
        let path = io(entry, "list the checkouts in", under)?.path();
        if path.is_dir() {
            found.push((last_use(under, &path), path));
        }
    }
    Ok(found)
}

/// One without a lock was never finished.
fn last_use(under: &Path, path: &Path) -> SystemTime {
    let lock = lock_path(under, &name(path));
    lock.metadata().and_then(|found| found.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// `None` when somebody uses it.
fn remove(under: &Path, path: PathBuf) -> Result<Option<Removed>, Error> {
    let lock: File = open_lock(&lock_path(under, &name(&path)))?;
    if lock.try_lock().is_err() {
        return Ok(None);
    }
    let bytes = size(&path);
    io(std::fs::remove_dir_all(&path), "remove the checkout", &path)?;
    Ok(Some(Removed { path, bytes }))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Bytes of all files below; what cannot be read counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
