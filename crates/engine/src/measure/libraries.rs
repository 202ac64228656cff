//! Where the processes of a backend find its shared libraries.

use std::env;
use std::path::PathBuf;

use crate::Host;
use crate::manifest::Manifest;

/// The variable that the dynamic linker reads.
const VARIABLE: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// Lets backends know where their libraries are, unless bench.toml says it: a build knows where libtorch is, but what it
/// builds knows it by name only.
pub(super) fn add(host: &Host, manifest: &mut Manifest) {
    for (name, backend) in &mut manifest.backends {
        if let Some(folder) = host.hardware.library_folder(name, host)
            && let Some(paths) = with_folder(host, folder)
        {
            backend.env.entry(VARIABLE.to_owned()).or_insert(paths);
        }
    }
}

/// The user's path with this folder in front; absent where it is there already.
fn with_folder(host: &Host, folder: PathBuf) -> Option<String> {
    let known = host.paths(VARIABLE);
    if known.contains(&folder) {
        return None;
    }
    env::join_paths([folder].into_iter().chain(known)).ok()?.into_string().ok()
}
