//! Looks at the machine: the doctor's only part that touches it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::super::libtorch::LibtorchWish;
use super::super::python::{interpreter, package_folder};
use super::super::system_files::SystemFiles;
use super::super::{adapters, cpu, devices, nvidia};
use super::facts::{Facts, Given, System, Torch};
use super::inspect;
use super::libraries::Libraries;

/// Everything that the checks ask for. Starts `git`, `python3` and `ldconfig`, and loads graphics drivers.
pub fn gather(given: Given) -> Facts {
    let adapters = adapters::adapters_later(&given.tool);
    let (tool, apis) = (given.tool.clone(), given.apis.clone());
    let devices = thread::spawn(move || devices::list(&tool, &apis));
    let files = SystemFiles::of_this_machine();
    let cache = answer("/sbin/ldconfig", &["-p"]).unwrap_or_default();
    let cuda_toolkit = cuda_toolkit(given.cuda_path.as_deref());
    let mut first = given.library_path.clone();
    first.extend(cuda_toolkit.iter().flat_map(|path| [path.join("lib64"), path.join("lib")]));
    let libraries = Libraries { first: &first, cache: &cache };
    Facts {
        system: system(),
        cpus: cpu::logical_cores(),
        instrument: inspect::instrument(&files),
        git: answer("git", &["--version"]),
        free_bytes: free_bytes(&given.store),
        vulkan_loader: libraries.find("libvulkan.so.1"),
        nvidia_driver: nvidia::driver_version(&files),
        libcuda: libraries.find("libcuda.so.1"),
        nvrtc: libraries.find("libnvrtc.so"),
        cuda_toolkit,
        kfd: files.exists("/dev/kfd"),
        libamdhip: libraries.find("libamdhip64.so"),
        torch: torch(&given),
        onnxruntime: onnxruntime(&given),
        ort_web: ort_web(&given),
        browser: devices::browser(given.browser.as_deref(), &given.path),
        adapters: adapters.join(),
        devices: devices.join().unwrap_or_default(),
        given,
    }
}

fn system() -> System {
    match std::env::consts::OS {
        "macos" => System::Macos,
        "windows" => System::Windows,
        _ => System::Linux,
    }
}

/// Where cubecl looks for the headers that its kernels include.
fn cuda_toolkit(cuda_path: Option<&Path>) -> Option<PathBuf> {
    let usual = ["/usr/local/cuda", "/opt/cuda", "/usr"].map(PathBuf::from);
    let candidates = cuda_path.map_or_else(|| usual.to_vec(), |path| vec![path.to_path_buf()]);
    candidates.into_iter().find(|path| path.join("include/cuda_runtime.h").exists())
}

fn torch(given: &Given) -> Torch {
    const VERSION: &str = "from importlib.metadata import version; print(version('torch'))";
    let libtorch = given.libtorch.as_deref();
    let (use_pytorch, virtual_env) = (given.use_pytorch, given.virtual_env.is_some());
    let wish = LibtorchWish { folder: libtorch, use_pytorch, virtual_env };
    let libraries = wish.libraries();
    let library =
        |folder: &Path| ["so", "dylib"].iter().any(|end| folder.join(format!("lib/libtorch.{end}")).exists());
    let version = |folder: &Path| fs::read_to_string(folder.join("build-version")).ok();
    Torch {
        library_there: libtorch.is_some_and(library),
        library_version: libtorch.and_then(version).map(|text| text.trim().to_owned()),
        python_version: answer(wish.python(), &["-c", VERSION]),
        cuda: libraries.as_deref().is_some_and(|folder| folder.join("libtorch_cuda.so").exists()),
        libraries,
        system_wide: Path::new("/usr/lib/libtorch.so").exists(),
    }
}

fn onnxruntime(given: &Given) -> Option<PathBuf> {
    let named = given.onnxruntime.clone().filter(|path| path.exists());
    named.or_else(|| package_folder(interpreter(given.virtual_env.is_some()), "onnxruntime"))
}

/// As `npm install` leaves it, here or in a folder above.
fn ort_web(given: &Given) -> Option<PathBuf> {
    let above = given.store.ancestors().map(|folder| folder.join("node_modules/onnxruntime-web"));
    given.ort_web.clone().into_iter().chain(above).find(|folder| folder.exists())
}

/// Returns the free bytes of the folder that exists nearest to `path`.
#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_path: &Path) -> Option<u64> {
    None
}

/// Returns what a program prints when it succeeds.
fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onnxruntime_web_is_in_a_folder_above_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let given = Given { store: dir.path().join("project/.accel-bench"), ..Given::default() };
        assert_eq!(ort_web(&given), None);
        let installed = dir.path().join("node_modules/onnxruntime-web");
        fs::create_dir_all(&installed).unwrap();
        assert_eq!(ort_web(&given), Some(installed));
        let named = Given { ort_web: Some(dir.path().to_owned()), ..given };
        assert_eq!(ort_web(&named), Some(dir.path().to_owned()));
    }

    #[test]
    fn a_libtorch_folder_is_looked_into() {
        let dir = tempfile::tempdir().unwrap();
        let given = Given { libtorch: Some(dir.path().into()), ..Given::default() };
        assert!(!torch(&given).library_there);
        fs::create_dir(dir.path().join("lib")).unwrap();
        fs::write(dir.path().join("lib/libtorch.so"), "").unwrap();
        fs::write(dir.path().join("build-version"), "2.9.0+cpu\n").unwrap();
        let found = torch(&given);
        assert_eq!((found.library_there, found.library_version.as_deref()), (true, Some("2.9.0+cpu")));
        assert!(!found.cuda);
        fs::write(dir.path().join("lib/libtorch_cuda.so"), "").unwrap();
        assert!(torch(&given).cuda);
    }

    #[test]
    fn a_toolkit_has_headers() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(cuda_toolkit(Some(dir.path())), None);
        fs::create_dir(dir.path().join("include")).unwrap();
        fs::write(dir.path().join("include/cuda_runtime.h"), "").unwrap();
        assert_eq!(cuda_toolkit(Some(dir.path())).as_deref(), Some(dir.path()));
    }

    #[test]
    fn programs_that_fail_or_are_not_there_have_no_answer() {
        assert_eq!(answer("git", &["--version"]).map(|text| text.starts_with("git version")), Some(true));
        assert_eq!(answer("git", &["no-such-command"]), None);
        assert_eq!(answer("/no/such/program", &[]), None);
    }

    #[cfg(unix)]
    #[test]
    fn space_is_told_for_a_folder_that_is_not_there_yet() {
        assert!(free_bytes(Path::new("/tmp/none/such")).is_some_and(|bytes| bytes > 0));
    }

    #[test]
    fn this_machine_can_be_examined() {
        let facts = gather(Given { store: "/tmp/none".into(), ..Given::default() });
        assert!(facts.cpus > 0 && facts.git.is_some() && facts.free_bytes.is_some());
        assert_eq!(facts.given.store, Path::new("/tmp/none"));
    }
}
