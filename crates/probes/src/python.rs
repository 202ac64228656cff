//! Packages of Python that bring a runtime with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The interpreter that a user means: that of the virtual environment, where there is one.
pub(super) fn interpreter(virtual_env: bool) -> &'static str {
    if virtual_env { "python" } else { "python3" }
}

/// The folder of `package`, if `python` finds it. Starts Python; does not import the package.
pub(super) fn package_folder(python: &str, package: &str) -> Option<PathBuf> {
    let find = format!(
        "from importlib.util import find_spec; print(find_spec('{package}').submodule_search_locations[0])"
    );
    let mut command = Command::new(python);
    let output = command.args(["-c", &find]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(Path::new(text.trim()).to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages() {
        assert_eq!(package_folder("/no/such/python", "torch"), None);
        assert_eq!(package_folder(interpreter(false), "no_such_package_at_all"), None);
        // A package of every Python.
        if let Some(folder) = package_folder(interpreter(false), "json") {
            assert!(folder.ends_with("json"), "{folder:?}");
        }
        assert_eq!(interpreter(true), "python");
    }
}
