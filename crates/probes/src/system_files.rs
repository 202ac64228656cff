//! The files under `/proc`, `/sys` and `/etc` that a Linux kernel reports about itself in.

use std::fs;
use std::path::{Path, PathBuf};

/// The root that those paths start from; elsewhere than on Linux nothing is found.
#[derive(Clone, Debug)]
pub(super) struct SystemFiles {
    root: PathBuf,
}

impl SystemFiles {
    pub(super) fn of_this_machine() -> Self {
        Self::below("/")
    }

    pub(super) fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The text at `path` without white space around it; `None` where there is none.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let bytes = fs::read(self.at(path)).ok()?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The whole number at `path`.
    pub(super) fn number(&self, path: &str) -> Option<u64> {
        self.text(path)?.parse().ok()
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    /// The names in a folder, sorted.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(path)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(Path::new(path).strip_prefix("/").unwrap_or(Path::new(path)))
    }
}

#[cfg(test)]
pub(super) mod fake {
    use super::*;

    /// System files of a machine that has exactly these.
    pub(crate) fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, SystemFiles) {
        let dir = tempfile::tempdir().unwrap();
        let system = SystemFiles::below(dir.path());
        files.iter().for_each(|(path, text)| write(&system, path, text));
        (dir, system)
    }

    /// Sets one of them.
    pub(crate) fn write(system: &SystemFiles, path: &str, text: &str) {
        let path = system.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn paths_stay_below_the_root() {
        let (_guard, files) = machine(&[("/proc/a", " text\n"), ("/proc/b", "\n")]);
        assert_eq!(files.text("/proc/a").as_deref(), Some("text"));
        assert_eq!(files.text("/proc/b"), None);
        assert_eq!(files.text("/proc/version"), None, "this machine's own is not seen");
        assert_eq!(files.names("/proc"), ["a", "b"]);
        let (_other, numbers) = machine(&[("/sys/n", "12\n"), ("/sys/m", "many")]);
        assert_eq!((numbers.number("/sys/n"), numbers.number("/sys/m")), (Some(12), None));
        assert!(files.exists("/proc/b") && !files.exists("/sys") && files.names("/sys").is_empty());
    }
}
