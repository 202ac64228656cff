//! Keeps the artifacts of two trees of one workspace apart, within one target folder.
//!
//! Cargo names what it makes of a workspace's own packages by their path *within* the workspace. So two checkouts
//! that share a target folder overwrite each other's libraries and benches and, worse, take them for fresh by
//! their times: both sides of a comparison would be the same executable. A compiler wrapper for workspace members
//! is part of those names, and of no dependency's: with one for each tree the dependencies stay shared.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::Error;

/// The variable that names the wrapper for cargo.
pub const WRAPPER_VARIABLE: &str = "RUSTC_WORKSPACE_WRAPPER";

/// The wrapper of the tree at `root` in `target_dir`; it calls the user's own, if there is one, and changes nothing.
pub fn wrapper(root: &Path, target_dir: &Path, users: Option<&str>) -> Result<PathBuf, Error> {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let tree: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = folder(target_dir).join(tree).join("rustc");
    let text = script(users);
    if fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(path);
    }
    write(&path, &text).map_err(|source| Error::Write { path: path.clone(), source })?;
    Ok(path)
}

/// Where the wrappers of all trees are.
pub(super) fn folder(target_dir: &Path) -> PathBuf {
    target_dir.join("accel-bench")
}

fn script(users: Option<&str>) -> String {
    let users = users.map(|path| format!("'{}' ", path.replace('\'', r"'\''"))).unwrap_or_default();
    format!("#!/bin/sh\nexec {users}\"$@\"\n")
}

/// In one step: another run may be building with it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().expect("the wrapper lies in a folder");
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o755))?;
    // Closed before it has its name: a script that is open for writing cannot be started.
    file.into_temp_path().persist(path).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn check(users: Option<&str>, expected: &str) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = wrapper(Path::new("/a"), dir.path(), users).expect("it is written");
        let output =
            Command::new(&path).args(["echo", "a b", "--cfg", "x=\"y\""]).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }

    #[test]
    fn it_calls_the_compiler_or_the_users_wrapper_with_it() {
        check(None, "a b --cfg x=\"y\"\n");
        check(Some("echo"), "echo a b --cfg x=\"y\"\n");
    }

    #[test]
    fn each_tree_has_its_own_and_keeps_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let of = |root: &str| wrapper(Path::new(root), dir.path(), None).expect("it is written");
        assert_ne!(of("/a"), of("/b"));
        let written = |path: PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).expect("a time");
        let before = written(of("/a"));
        assert_eq!(written(of("/a")), before, "cargo sees no change");
    }

    #[test]
    fn a_path_with_a_quote_is_quoted() {
        assert_eq!(script(Some("/it's/w")), "#!/bin/sh\nexec '/it'\\''s/w' \"$@\"\n");
    }
}
