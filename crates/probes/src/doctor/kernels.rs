//! Findings from the probes of devices, and reasons for the absence of others from the checks of backends. Pure.

use accel_bench_record::backends::{self, Backend, Needs};

use super::facts::Facts;
use super::finding::{Finding, Level};
use crate::devices::{Device, State};

/// The API whose devices the backend runs on; `None` for what runs on the CPU.
fn api(backend: &Backend) -> Option<&'static str> {
    match backend.needs {
        Needs::Nothing | Needs::Libtorch | Needs::OnnxRuntime => None,
        Needs::Browser => backend.name.strip_prefix("web-").filter(|_| !backend.is_on_cpu),
        Needs::LibtorchWithCuda | Needs::Cuda => Some("cuda"),
        Needs::Rocm => Some("rocm"),
        Needs::Metal => Some("metal"),
        Needs::Graphics if cfg!(target_os = "macos") => Some("metal"),
        Needs::Graphics | Needs::Vulkan => Some("vulkan"),
    }
}

/// The APIs that backends with these names run on.
pub fn apis<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<&'static str> {
    let mut apis: Vec<_> = names.into_iter().filter_map(|name| api(backends::meant_by(name)?)).collect();
    apis.sort_unstable();
    apis.dedup();
    apis
}

/// The outcome of the kernel on each device of a backend. A device that fails next to one that works is a catch.
pub(super) fn findings(backend: &Backend, facts: &Facts) -> Vec<Finding> {
    let Some(api) = api(backend) else { return Vec::new() };
    let devices: Vec<_> = facts.devices.iter().filter(|device| device.api == api).collect();
    let works = devices.iter().any(|device| device.is_usable());
    devices.into_iter().filter_map(|device| finding(device, works)).collect()
}

fn finding(device: &Device, works: bool) -> Option<Finding> {
    let name = if device.name.is_empty() { &device.api } else { &device.name };
    match &device.state {
        State::Usable { took_ms } => {
            Some(Finding::ok(format!("a kernel on `{name}` gave the right result in {took_ms:.1} ms")))
        }
        State::Unusable { reason } => {
            let what = format!("the kernel on `{name}` failed: {reason}");
            Some(if works { Finding::warning(what) } else { Finding::missing(what) })
        }
        State::Unproven { reason } => Some(Finding::warning(format!("`{name}` was not tried: {reason}"))),
        // The other checks say what is missing.
        State::Absent { .. } => None,
    }
}

/// The devices, those that are absent with what the backends' checks say is missing.
pub fn devices(facts: &Facts) -> Vec<Device> {
    facts.devices.iter().map(|device| explained(device, facts)).collect()
}

fn explained(device: &Device, facts: &Facts) -> Device {
    let missing = || {
        let State::Absent { .. } = device.state else { return None };
        let findings = super::backend(&device.api, facts).into_iter();
        findings.filter(|finding| finding.level == Level::Missing).min_by_key(|finding| finding.fix.is_none())
    };
    match missing().filter(|_| backends::meant_by(&device.api).is_some()) {
        Some(Finding { what, fix, .. }) => {
            Device { state: State::Absent { reason: what, fix }, ..device.clone() }
        }
        None => device.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    fn device(api: &str, name: &str, state: State) -> Device {
        Device { state, ..Device::found(api, name) }
    }

    fn with(devices: Vec<Device>) -> Facts {
        Facts { devices, ..Facts::default() }
    }

    fn known(name: &str) -> &'static Backend {
        backends::find(name).unwrap()
    }

    fn usable() -> State {
        State::Usable { took_ms: 2.0 }
    }

    fn broken() -> State {
        State::Unusable { reason: "wrong result".to_owned() }
    }

    #[test]
    fn a_backend_works_if_one_of_its_devices_does() {
        let check = |states: [State; 2], expected: [&str; 2]| {
            let [one, two] = states;
            let facts = with(vec![device("vulkan", "A", one), device("vulkan", "B", two)]);
            assert_eq!(lines(&findings(known("wgpu"), &facts)), expected);
        };
        let ok = "ok: a kernel on `A` gave the right result in 2.0 ms";
        check([usable(), broken()], [ok, "warning: the kernel on `B` failed: wrong result"]);
        check(
            [broken(), broken()],
            [
                "missing: the kernel on `A` failed: wrong result",
                "missing: the kernel on `B` failed: wrong result",
            ],
        );
        let untried = State::Unproven { reason: "not implemented".to_owned() };
        check([usable(), untried], [ok, "warning: `B` was not tried: not implemented"]);
        assert!(findings(known("cuda"), &with(vec![device("vulkan", "A", usable())])).is_empty());
        assert!(findings(known("tch"), &with(vec![device("cpu", "A", usable())])).is_empty());
    }

    #[test]
    fn each_backend_has_its_api() {
        assert_eq!(apis(["ndarray", "tch", "mine"]), Vec::<&str>::new());
        assert_eq!(apis(["tch-cuda", "cuda", "rocm", "vulkan"]), ["cuda", "rocm", "vulkan"]);
        assert_eq!(apis(["web-wasm", "web-webgpu", "web-webnn"]), ["webgpu", "webnn"]);
    }

    #[test]
    fn what_is_absent_has_the_reason_that_the_checks_give() {
        let absent = |api: &str| device(api, "", State::Absent { reason: "no device".to_owned(), fix: None });
        let facts = with(vec![absent("cuda"), absent("qnn"), device("cpu", "C", usable())]);
        let says: Vec<_> = devices(&facts).into_iter().map(|device| device.state).collect();
        let fix = Some("apt-get install nvidia-driver".to_owned());
        assert_eq!(says[0], State::Absent { reason: "no NVIDIA driver".to_owned(), fix });
        assert_eq!((&says[1], &says[2]), (&facts.devices[1].state, &usable()), "no backend has these");
    }
}
