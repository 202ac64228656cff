//! The library of ONNX Runtime: found and loaded once in a process.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ort::environment::Environment;

/// The library's environment, or why there is none.
pub(crate) fn environment() -> Result<&'static Environment, String> {
    static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();
    let made = ENVIRONMENT.get_or_init(|| {
        let library = env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
        let folders = env::var_os("LD_LIBRARY_PATH").map(|list| env::split_paths(&list).collect::<Vec<_>>());
        let library = library.or_else(|| find(&folders.unwrap_or_default())).or_else(in_python);
        let library = library.ok_or(
            "no library of ONNX Runtime: `pip install onnxruntime` brings one, or ORT_DYLIB_PATH names it",
        )?;
        let faulty = |error: String| format!("`{}` cannot be used: {error}", library.display());
        let builder = ort::init_from(&library).map_err(|error| faulty(error.to_string()))?;
        builder.with_name("accel-bench").build().map_err(|error| faulty(error.to_string()))
    });
    made.as_ref().map_err(Clone::clone)
}

/// The library in the package that Python finds; the package is not imported.
fn in_python() -> Option<PathBuf> {
    const FOLDER: &str =
        "from importlib.util import find_spec; print(find_spec('onnxruntime').submodule_search_locations[0])";
    let python = if env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" };
    let mut command = Command::new(python);
    let output = command.args(["-c", FOLDER]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    find(&[Path::new(text.trim()).join("capi")])
}

/// The library in the first of these folders that has one, whatever version its name ends in.
fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    const NAMES: [&str; 3] = ["libonnxruntime.so", "libonnxruntime.dylib", "onnxruntime.dll"];
    let is_it = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| NAMES.iter().any(|known| name.starts_with(known)))
    };
    let in_folder = |folder: &Path| {
        let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        files.filter(is_it).min()
    };
    folders.iter().find_map(|folder| in_folder(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_has_a_version_in_the_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let folders = [dir.path().join("a"), dir.path().join("b")];
        assert_eq!(find(&folders), None);
        folders.iter().for_each(|folder| fs::create_dir(folder).expect("a folder"));
        for name in ["libonnxruntime_providers_shared.so", "libonnxruntime.so.1.32.0"] {
            fs::write(folders[1].join(name), "").expect("a file");
        }
        assert_eq!(find(&folders), Some(folders[1].join("libonnxruntime.so.1.32.0")));
    }
}
