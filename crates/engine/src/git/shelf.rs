//! The folder that holds the checkouts: its locks, and how it is kept from growing.
//!
//! Two locks, so that neither a look nor a repair meets another process half-way, and no one waits for a run
//! to end: the shelf's is held while checkouts are looked at, repaired or removed, which is short; that of a
//! checkout is shared by all who use it, and taken alone, while the shelf's is held, to change or remove it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{Error, io};

/// A checkout that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub path: PathBuf,
    pub bytes: u64,
}

/// Removes the checkouts under `under`, but for the `keep` that were used last and those that are in use.
pub fn remove_old_checkouts(under: &Path, keep: usize) -> Result<Vec<Removed>, Error> {
    each_old(under, keep, remove)
}

/// The checkouts that [`remove_old_checkouts`] would remove now.
pub fn old_checkouts(under: &Path, keep: usize) -> Result<Vec<Removed>, Error> {
    each_old(under, keep, Ok)
}

/// Hands those over that no one uses, and that no one can begin to use meanwhile.
fn each_old(
    under: &Path,
    keep: usize,
    act: impl Fn(Removed) -> Result<Removed, Error>,
) -> Result<Vec<Removed>, Error> {
    if !under.exists() {
        return Ok(Vec::new());
    }
    let _shelf = lock(under)?;
    let mut found = checkouts(under)?;
    found.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
    let mut old = Vec::new();
    for (_, path) in found.into_iter().skip(keep) {
        let lock = open_lock(&path)?;
        if lock.try_lock().is_ok() {
            let bytes = size(&path);
            old.push(act(Removed { path, bytes })?);
        }
    }
    Ok(old)
}

/// Each checkout with the time of its last use.
fn checkouts(under: &Path) -> Result<Vec<(SystemTime, PathBuf)>, Error> {
    let mut found = Vec::new();
    for entry in io(under.read_dir(), "list the checkouts in", under)? {
        let path = io(entry, "list the checkouts in", under)?.path();
        if path.is_dir() {
            found.push((last_use(&path), path));
        }
    }
    Ok(found)
}

/// One without a lock was never finished.
fn last_use(checkout: &Path) -> SystemTime {
    lock_path(checkout).metadata().and_then(|found| found.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn remove(old: Removed) -> Result<Removed, Error> {
    io(std::fs::remove_dir_all(&old.path), "remove the checkout", &old.path)?;
    // No one waits for this lock: it is opened only by who has locked the shelf.
    io(std::fs::remove_file(lock_path(&old.path)), "remove the lock of", &old.path)?;
    Ok(old)
}

/// Locks the folder, which is made if it is not there, until the file is dropped.
pub(super) fn lock(under: &Path) -> Result<File, Error> {
    io(std::fs::create_dir_all(under), "create the folder", under)?;
    let file = open(&under.join("shelf.lock"))?;
    io(file.lock(), "lock the folder", under)?;
    Ok(file)
}

/// Opens the lock of a checkout; the shelf must be locked.
pub(super) fn open_lock(checkout: &Path) -> Result<File, Error> {
    open(&lock_path(checkout))
}

fn lock_path(checkout: &Path) -> PathBuf {
    checkout.with_extension("lock")
}

fn open(path: &Path) -> Result<File, Error> {
    io(File::options().create(true).truncate(false).write(true).open(path), "open the lock", path)
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
