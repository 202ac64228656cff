//! Writing a file whole or not at all, and clearing up after processes that were killed while they did.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

/// Temporary files begin with a dot, which every reader passes over, and end like this.
const SUFFIX: &str = ".tmp";

/// No write takes this long: an older temporary file has lost its process.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

/// The treatment of a file that is at the path already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    /// Fail with [`io::ErrorKind::AlreadyExists`].
    Keep,
    Replace,
}

/// Writes `bytes` to `path`, whose folder exists. On an error what stood there before is untouched.
pub(super) fn write(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut temporary = temporary_in(dir)?;
    temporary.write_all(bytes)?;
    // Without this a crash of the machine may leave the new name with none of the bytes.
    temporary.as_file().sync_all()?;
    let persisted = match existing {
        Existing::Keep => temporary.persist_noclobber(path),
        Existing::Replace => temporary.persist(path),
    };
    persisted.map_err(|error| error.error)?;
    sync_folder(dir);
    Ok(())
}

/// Removes temporary files in `dir` whose process must have died; says how many.
pub(super) fn sweep(dir: &Path, now: SystemTime) -> usize {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let old = entries.flatten().filter(|entry| is_leftover(entry, now));
    old.filter(|entry| fs::remove_file(entry.path()).is_ok()).count()
}

fn temporary_in(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".").suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; results are as readable as the umask lets them be.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

/// Makes the rename itself durable. Some file systems cannot, and then nothing is lost but that.
fn sync_folder(dir: &Path) {
    if let Ok(folder) = File::open(dir) {
        let _ = folder.sync_all();
    }
}

fn is_leftover(entry: &fs::DirEntry, now: SystemTime) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let Ok(metadata) = entry.metadata() else { return false };
    let age = metadata.modified().ok().and_then(|modified| now.duration_since(modified).ok());
    metadata.is_file()
        && name.starts_with('.')
        && name.ends_with(SUFFIX)
        && age.is_some_and(|age| age > LEFTOVER_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_or_keeps_as_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write(&path, b"one", Existing::Keep).unwrap();
        let refused = write(&path, b"two", Existing::Keep).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"three", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(names(dir.path()), ["a.json"], "no temporary file stays");
    }

    #[test]
    fn a_rename_that_fails_leaves_no_temporary_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a.json")).unwrap();
        assert!(write(&dir.path().join("a.json"), b"x", Existing::Replace).is_err());
        assert_eq!(names(dir.path()), ["a.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_results() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (ours, plain) = (dir.path().join("ours"), dir.path().join("plain"));
        write(&ours, b"x", Existing::Keep).unwrap();
        fs::write(&plain, b"x").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[test]
    fn only_old_temporary_files_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".abc.tmp", "run.json", ".hidden", "x.tmp"] {
            fs::write(dir.path().join(name), "left").unwrap();
        }
        let now = SystemTime::now();
        assert_eq!(sweep(dir.path(), now), 0, "it may be in use");
        assert_eq!(sweep(dir.path(), now + Duration::from_hours(25)), 1);
        assert_eq!(names(dir.path()), [".hidden", "run.json", "x.tmp"]);
        assert_eq!(sweep(&dir.path().join("none"), now), 0);
    }
}
