//! Paths as git stores them: bytes, `/` between the parts, relative to the top of the tree.

use std::path::{Path, PathBuf};

/// A path of git's as a path of this machine.
pub(super) fn from_git(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// A relative path as git stores it.
pub(super) fn to_git(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str().as_bytes().to_owned()
    }
    #[cfg(not(unix))]
    {
        path.to_string_lossy().replace('\\', "/").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8]) {
        assert_eq!(to_git(&from_git(bytes)), bytes);
    }

    #[test]
    fn every_path_of_git_survives_the_way_there_and_back() {
        check(b"src/lib.rs");
        check("größe/ü.rs".as_bytes());
        #[cfg(unix)]
        check(b"latin-1/gr\xf6\xdfe");
    }
}
