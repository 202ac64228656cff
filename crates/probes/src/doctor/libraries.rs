//! Finding a shared library as the dynamic linker would, without loading it: loading runs its code.

use std::fs;
use std::path::{Path, PathBuf};

/// Where libraries are that the linker's cache may not know: WSL's, the CUDA toolkit's, ROCm's.
const FOLDERS: [&str; 8] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/cuda/lib64",
    "/opt/cuda/lib64",
    "/usr/lib/wsl/lib",
    "/opt/rocm/lib",
];

/// The libraries of this machine.
#[derive(Clone, Debug)]
pub(super) struct Libraries<'a> {
    /// `LD_LIBRARY_PATH` and whatever else comes first.
    pub(super) first: &'a [PathBuf],
    /// The answer of `ldconfig -p`.
    pub(super) cache: &'a str,
}

impl Libraries<'_> {
    /// The first file called `name`, or `name` and a version: `libcuda.so` finds `libcuda.so.1`.
    pub(super) fn find(&self, name: &str) -> Option<PathBuf> {
        let in_first = self.first.iter().find_map(|folder| in_folder(folder, name));
        let in_cache = || in_cache(self.cache, name);
        let in_known = || FOLDERS.iter().find_map(|folder| in_folder(Path::new(folder), name));
        in_first.or_else(in_cache).or_else(in_known)
    }
}

/// A line is `libcuda.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcuda.so.1`.
fn in_cache(cache: &str, name: &str) -> Option<PathBuf> {
    cache.lines().find_map(|line| {
        let (library, path) = line.trim().split_once(" => ")?;
        is_called(library.split(' ').next()?, name).then(|| PathBuf::from(path))
    })
}

fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let fits = |file: &fs::DirEntry| file.file_name().to_str().is_some_and(|file| is_called(file, name));
    entries.filter(fits).map(|file| file.path()).min()
}

fn is_called(file: &str, name: &str) -> bool {
    file.strip_prefix(name).is_some_and(|version| version.is_empty() || version.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CACHE: &str = "2 libs found in cache `/etc/ld.so.cache'\n\
        \tlibcudart.so.12 (libc6,x86-64) => /usr/lib/libcudart.so.12\n\
        \tlibcuda.so.1 (libc6,x86-64) => /usr/lib/x/libcuda.so.1\n\
        \tlibcuda.so (libc6) => /usr/lib/y/libcuda.so\n";

    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(in_cache(CACHE, name), expected.map(PathBuf::from), "{name}");
    }

    #[test]
    fn the_linkers_cache() {
        check("libcuda.so", Some("/usr/lib/x/libcuda.so.1"));
        check("libcuda.so.1", Some("/usr/lib/x/libcuda.so.1"));
        check("libcudart.so", Some("/usr/lib/libcudart.so.12"));
        check("libcud", None);
        check("libnvrtc.so", None);
    }

    #[test]
    fn folders_come_first_in_their_order() {
        let [one, two] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        fs::write(two.path().join("libcuda.so.1"), "").unwrap();
        fs::write(two.path().join("libcuda.so.1.2"), "").unwrap();
        fs::write(one.path().join("libcudart.so"), "").unwrap();
        let first = [one.path().join("none"), one.path().to_path_buf(), two.path().to_path_buf()];
        let libraries = Libraries { first: &first, cache: CACHE };
        assert_eq!(libraries.find("libcuda.so"), Some(two.path().join("libcuda.so.1")));
        assert_eq!(libraries.find("libcudart.so"), Some(one.path().join("libcudart.so")));
        assert_eq!(libraries.find("libno-such-thing.so"), None);
    }
}
