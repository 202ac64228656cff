//! Where the processes of a backend find its shared libraries.

use std::env;
use std::path::Path;

use crate::context::Context;
use crate::hardware::LibtorchWish;
use crate::manifest::Manifest;

/// The variable that the dynamic linker reads.
const VARIABLE: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// Backends on libtorch.
const TORCH: [&str; 2] = ["tch", "tch-cuda"];

/// Lets backends know where their libraries are, unless bench.toml says it: the build of `tch` knows where libtorch is,
/// but what it builds knows it by name only.
pub(super) fn add(cx: &Context, manifest: &mut Manifest) {
    let Some(paths) = library_path(cx) else { return };
    for name in TORCH {
        if let Some(backend) = manifest.backends.get_mut(name) {
            backend.env.entry(VARIABLE.to_owned()).or_insert_with(|| paths.clone());
        }
    }
}

/// The user's path with libtorch in front; absent where it is there already.
fn library_path(cx: &Context) -> Option<String> {
    let wish = LibtorchWish {
        folder: cx.var("LIBTORCH").map(Path::new),
        use_pytorch: cx.var("LIBTORCH_USE_PYTORCH").is_some(),
        virtual_env: cx.var("VIRTUAL_ENV").is_some(),
    };
    let known = cx.paths(VARIABLE);
    let folder = wish.libraries().filter(|folder| !known.contains(folder))?;
    env::join_paths([folder].into_iter().chain(known)).ok()?.into_string().ok()
}
