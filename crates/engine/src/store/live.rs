//! Detects whether the process that writes a run still lives.
//!
//! It holds an advisory lock for as long as it writes, and the system releases that however the process ends.
//! Process ids would not do: they are used again, and mean nothing on a store that machines share.

use std::fs::File;
use std::io;
use std::path::Path;

use accel_bench_record::RunId;

use super::root::logs_folder;

/// Held by a writer until it is dropped.
#[derive(Debug)]
pub(super) struct Life {
    _lock: Option<File>,
}

/// Takes the lock of a run whose folder was just created.
///
/// On a file system without locks the run is taken for a live one until it says that it ended.
pub(super) fn hold(root: &Path, run: &RunId) -> io::Result<Life> {
    let file = File::create(root.join(logs_folder(run)).join("lock"))?;
    let locked = file.try_lock().is_ok();
    Ok(Life { _lock: locked.then_some(file) })
}

/// True when no one can be writing the run any more.
pub(super) fn is_dead(root: &Path, run: &RunId) -> bool {
    match File::open(root.join(logs_folder(run)).join("lock")) {
        // Shared, so that two readers at once do not take each other for the writer. A lock that cannot be had
        // for another reason proves nothing.
        Ok(file) => file.try_lock_shared().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_run_lives_as_long_as_its_writer() {
        let root = tempfile::tempdir().unwrap();
        let run = RunId::new("r");
        assert!(is_dead(root.path(), &run), "no one ever held it");
        fs::create_dir_all(root.path().join(logs_folder(&run))).unwrap();
        let life = hold(root.path(), &run).unwrap();
        assert!(!is_dead(root.path(), &run));
        assert!(!is_dead(root.path(), &run), "asking does not change the answer");
        drop(life);
        assert!(is_dead(root.path(), &run));
    }
}
