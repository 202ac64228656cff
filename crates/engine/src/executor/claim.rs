//! Which CPUs to measure on: free of other measurements, and held for as long as we measure.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::event::Warning;

/// CPUs that were chosen; dropping it gives them back.
#[derive(Debug)]
pub struct Claim {
    /// In rising order.
    pub cpus: Vec<usize>,
    contention: Contention,
    _guards: Vec<File>,
}

impl Claim {
    /// CPUs that no one else can take, such as those of a machine that was lent.
    pub fn of(cpus: Vec<usize>) -> Self {
        Self { cpus, contention: Contention::Free, _guards: Vec::new() }
    }

    /// Returns what the numbers may suffer from.
    pub fn warning(&self) -> Option<Warning> {
        match self.contention {
            Contention::Free => None,
            Contention::Shared => Some(Warning::CpuShared),
            Contention::Unknown => Some(Warning::CpuUnknown),
        }
    }
}

/// Contention on the CPUs by other runs of this tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contention {
    /// No other run measures on them.
    Free,
    /// Too few were free: another run measures on some of them, and both will see it.
    Shared,
    /// The folder of locks cannot be used, so no one knows.
    Unknown,
}

/// Claims `count` of the CPUs that this process may use, `allowed` in rising order, through lock files in `dir`, which
/// all runs on the machine should share. The last CPUs come first: the first one serves most interrupts.
pub(super) fn claim(allowed: &[usize], count: usize, dir: &Path) -> Claim {
    let count = count.min(allowed.len());
    let mut claim = Claim { cpus: Vec::new(), contention: Contention::Free, _guards: Vec::new() };
    let (mut taken, mut unknown) = (Vec::new(), Vec::new());
    for &cpu in allowed.iter().rev() {
        if claim.cpus.len() == count {
            break;
        }
        match lock(cpu, dir) {
            Ok(Some(guard)) => {
                claim.cpus.push(cpu);
                claim._guards.push(guard);
            }
            Ok(None) => taken.push(cpu),
            Err(_) => unknown.push(cpu),
        }
    }
    // A CPU that no one knows about is better than one that is surely taken.
    for (spare, contention) in [(unknown, Contention::Unknown), (taken, Contention::Shared)] {
        let missing = count - claim.cpus.len();
        if missing > 0 && !spare.is_empty() {
            claim.cpus.extend(spare.into_iter().take(missing));
            claim.contention = contention;
        }
    }
    claim.cpus.sort_unstable();
    claim
}

/// `None`: another run holds it. The system gives the lock back however a run ends.
fn lock(cpu: usize, dir: &Path) -> io::Result<Option<File>> {
    let file = open(cpu, dir)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// Another user's lock file cannot be written, but reading is enough to lock it.
fn open(cpu: usize, dir: &Path) -> io::Result<File> {
    let path = dir.join(format!("cpu-{cpu}.lock"));
    fs::create_dir_all(dir)?;
    match OpenOptions::new().append(true).create(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(&path),
        opened => opened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_spoil_numbers_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let warning = |dir: &Path| claim(&[0], 1, dir).warning();
        let held = claim(&[0], 1, dir.path());
        assert_eq!(held.warning(), None);
        assert_eq!(warning(dir.path()), Some(Warning::CpuShared));
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(warning(&file), Some(Warning::CpuUnknown));
    }

    fn check(claim: &Claim, cpus: &[usize], contention: Contention) {
        assert_eq!((claim.cpus.as_slice(), claim.contention), (cpus, contention));
    }

    #[test]
    fn the_last_cpus_are_taken_first() {
        let dir = tempfile::tempdir().unwrap();
        check(&claim(&[0, 1, 2, 3], 1, dir.path()), &[3], Contention::Free);
        check(&claim(&[0, 1, 2, 3], 2, dir.path()), &[2, 3], Contention::Free);
        check(&claim(&[4, 9], 1, dir.path()), &[9], Contention::Free);
    }

    #[test]
    fn two_runs_take_different_cpus_until_there_are_none() {
        let dir = tempfile::tempdir().unwrap();
        let allowed = [0, 1, 2];
        let first = claim(&allowed, 1, dir.path());
        let second = claim(&allowed, 1, dir.path());
        check(&first, &[2], Contention::Free);
        check(&second, &[1], Contention::Free);
        check(&claim(&allowed, 2, dir.path()), &[0, 2], Contention::Shared);
        let third = claim(&allowed, 1, dir.path());
        check(&third, &[0], Contention::Free);
        check(&claim(&allowed, 1, dir.path()), &[2], Contention::Shared);
        drop(first);
        check(&claim(&allowed, 1, dir.path()), &[2], Contention::Free);
    }

    #[test]
    fn no_more_than_there_are() {
        let dir = tempfile::tempdir().unwrap();
        check(&claim(&[0, 1], 8, dir.path()), &[0, 1], Contention::Free);
        check(&claim(&[0, 1], 0, dir.path()), &[], Contention::Free);
        check(&claim(&[], 1, dir.path()), &[], Contention::Free);
    }

    #[test]
    fn without_locks_cpus_are_chosen_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        check(&claim(&[0, 1, 2], 2, &file), &[1, 2], Contention::Unknown);
    }
}
