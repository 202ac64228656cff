//! The backends that need no declaration in `bench.toml`, one entry each.
//!
//! How burn opens each is defined in the package of the models, the only one that depends on burn.

use crate::HOST;

/// Requirements of a backend next to the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// libtorch, at run time too: its folder goes onto the path of shared libraries.
    Libtorch,
    LibtorchWithCuda,
    /// An adapter that wgpu finds, of any graphics API.
    Graphics,
    Vulkan,
    Metal,
    Cuda,
    Rocm,
    /// ONNX Runtime's library, at run time: the benchmark finds and loads it by itself.
    OnnxRuntime,
    /// A browser, and onnxruntime-web.
    Browser,
}

/// The sensors that a backend's work shows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensors {
    Cpu,
    Nvidia,
    Amd,
    /// Those of the GPU that there is.
    Gpu,
    Apple,
    /// None that anyone reads.
    None,
}

/// A backend whose name has a meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend {
    pub name: &'static str,
    /// Cargo features that turn it on, the first that a package has.
    pub features: &'static [&'static str],
    /// It computes on the CPU: one CPU makes the steadiest numbers.
    pub is_on_cpu: bool,
    pub needs: Needs,
    pub sensors: Sensors,
    /// Another name, used by projects that declare the backend themselves.
    pub alias: Option<&'static str>,
}

const fn on_cpu(name: &'static str, features: &'static [&'static str], needs: Needs) -> Backend {
    Backend { name, features, is_on_cpu: true, needs, sensors: Sensors::Cpu, alias: None }
}

const fn on_device(
    name: &'static str,
    features: &'static [&'static str],
    needs: Needs,
    sensors: Sensors,
) -> Backend {
    Backend { name, features, is_on_cpu: false, needs, sensors, alias: None }
}

/// All of them, the host first.
pub const BACKENDS: [Backend; 22] = [
    on_cpu(HOST, &[], Needs::Nothing),
    on_cpu("ndarray", &["ndarray"], Needs::Nothing),
    on_cpu("flex", &["flex"], Needs::Nothing),
    on_cpu("cpu", &["cpu"], Needs::Nothing),
    Backend { alias: Some("libtorch"), ..on_cpu("tch", &["tch"], Needs::Libtorch) },
    // One build of libtorch works on both.
    on_device("tch-cuda", &["tch-cuda", "tch"], Needs::LibtorchWithCuda, Sensors::Nvidia),
    on_device("wgpu", &["wgpu"], Needs::Graphics, Sensors::Gpu),
    on_device("vulkan", &["vulkan"], Needs::Vulkan, Sensors::Gpu),
    on_device("metal", &["metal"], Needs::Metal, Sensors::Apple),
    on_device("webgpu", &["webgpu"], Needs::Graphics, Sensors::Gpu),
    on_device("cuda", &["cuda"], Needs::Cuda, Sensors::Nvidia),
    Backend { alias: Some("hip"), ..on_device("rocm", &["rocm"], Needs::Rocm, Sensors::Amd) },
    // The execution providers of ONNX Runtime.
    on_cpu("ort-cpu", &[], Needs::OnnxRuntime),
    on_cpu("ort-openvino", &[], Needs::OnnxRuntime),
    on_device("ort-cuda", &[], Needs::OnnxRuntime, Sensors::Nvidia),
    on_device("ort-tensorrt", &[], Needs::OnnxRuntime, Sensors::Nvidia),
    on_device("ort-rocm", &[], Needs::OnnxRuntime, Sensors::Amd),
    on_device("ort-coreml", &[], Needs::OnnxRuntime, Sensors::Apple),
    on_device("ort-qnn", &[], Needs::OnnxRuntime, Sensors::None),
    // Those of onnxruntime-web.
    on_cpu("web-wasm", &["browser"], Needs::Browser),
    on_device("web-webgpu", &["browser"], Needs::Browser, Sensors::Gpu),
    on_device("web-webnn", &["browser"], Needs::Browser, Sensors::None),
];

/// The backend of this name; `None` for one of a project's own.
#[must_use]
pub fn find(name: &str) -> Option<&'static Backend> {
    BACKENDS.iter().find(|backend| backend.name == name)
}

/// The backend that a project means by a name of its own, or the one of this name.
#[must_use]
pub fn meant_by(name: &str) -> Option<&'static Backend> {
    BACKENDS.iter().find(|backend| backend.name == name || backend.alias == Some(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = BACKENDS.iter().map(|backend| backend.name).collect();
        assert_eq!(names.len(), BACKENDS.len());
        assert_eq!(find("cuda").map(|backend| backend.needs), Some(Needs::Cuda));
        assert_eq!((find("mine"), find("hip")), (None, None));
        assert_eq!(meant_by("hip"), find("rocm"));
    }
}
