//! Every device that benchmarks could run on, and whether a kernel on it gave the right result.

mod ask;
mod browser;
mod cpu;
mod device;
mod offload;
mod openvino;
mod qnn;
#[cfg(not(target_os = "macos"))]
mod vulkan;

pub(crate) use browser::browser;
pub use device::{Device, State};

use std::path::{Path, PathBuf};
use std::thread;

use crate::python::{interpreter, package_folder};

/// The ways to reach a device, in the order in which they are listed.
pub const APIS: [&str; 9] = ["cpu", "cuda", "rocm", "metal", "vulkan", "openvino", "qnn", "webgpu", "webnn"];

/// The probe that answers for `api`: a browser answers for both of its own at once.
fn probe_of(api: &str) -> &str {
    if api == "webnn" { "webgpu" } else { api }
}

/// Probes `apis`, each in a process of `tool`, this executable; all at once, which takes seconds. The devices come in the
/// order of [`APIS`], and each API has at least one, be it absent.
pub fn list(tool: &Path, apis: &[&str]) -> Vec<Device> {
    let mut probes: Vec<&str> = apis.iter().map(|api| probe_of(api)).collect();
    probes.dedup();
    let found: Vec<Device> = thread::scope(|scope| {
        let running: Vec<_> = probes.iter().map(|probe| scope.spawn(|| ask::devices(tool, probe))).collect();
        running.into_iter().filter_map(|probe| probe.join().ok()).flatten().collect()
    });
    let of = |api: &&str| {
        let devices: Vec<_> = found.iter().filter(|device| device.api == *api).cloned().collect();
        if devices.is_empty() { vec![Device::absent(api, "no device", None)] } else { devices }
    };
    APIS.iter().filter(|api| apis.contains(api)).flat_map(of).collect()
}

/// The user's environment, as far as probes look at it.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `CHROME_PATH`
    pub browser: Option<PathBuf>,
    /// `PATH`, split.
    pub path: Vec<PathBuf>,
    /// Whether `VIRTUAL_ENV` is set.
    pub virtual_env: bool,
    /// `LD_LIBRARY_PATH`, split: libraries whose names end in an unknown version are looked for here.
    pub library_path: Vec<PathBuf>,
}

/// Probes the devices of one API in this process, which a driver may crash; reports each when it was found and again when its
/// kernel ended.
pub fn probe(api: &str, wishes: &Wishes, report: &mut dyn FnMut(&Device)) {
    let missing = |api: &str, what: &str, fix: &str| Device::absent(api, what, Some(fix));
    match api {
        "cpu" => report(&cpu::probe()),
        "cuda" => {
            if let Err(reason) = offload::probe(&offload::CUDA, report) {
                report(&Device::absent(api, reason, None));
            }
        }
        "rocm" => {
            if let Err(reason) = offload::probe(&offload::ROCM, report) {
                report(&Device::absent(api, reason, None));
            }
        }
        "metal" => metal(report),
        #[cfg(not(target_os = "macos"))]
        "vulkan" => vulkan::probe(report),
        "openvino" => {
            let package = || package_folder(interpreter(wishes.virtual_env), "openvino");
            if let Err(reason) = openvino::probe(&wishes.library_path, &package, report) {
                report(&missing(api, &reason, "pip install openvino"));
            }
        }
        "qnn" => {
            if let Err(reason) = qnn::probe(report) {
                report(&Device::absent(api, reason, None));
            }
        }
        "webgpu" => {
            if let Err(reason) = browser::probe(wishes.browser.as_deref(), &wishes.path, report) {
                for api in ["webgpu", "webnn"] {
                    report(&missing(api, &reason, "apt-get install chromium"));
                }
            }
        }
        _ => {}
    }
}

/// Metal's devices are named; a kernel is not tried on them.
fn metal(report: &mut dyn FnMut(&Device)) {
    let adapters = crate::graphics::adapters();
    for adapter in adapters.into_iter().filter(|adapter| adapter.api == "metal") {
        let state = State::Unproven { reason: "trying a kernel with Metal is not implemented".to_owned() };
        report(&Device { kind: Some(adapter.kind), state, ..Device::found("metal", adapter.name) });
    }
}
