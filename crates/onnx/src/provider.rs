//! Execution providers, each a backend of its own.

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};

/// The backends that a benchmark of an ONNX model runs on.
pub const ONNX: &[&str] = &[
    "ort-cpu",
    "ort-openvino",
    "ort-cuda",
    "ort-tensorrt",
    "ort-rocm",
    "ort-coreml",
    "ort-qnn",
    "web-wasm",
    "web-webgpu",
    "web-webnn",
];

/// An execution provider: the part of ONNX Runtime that computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Cpu,
    OpenVino,
    Cuda,
    TensorRt,
    Rocm,
    CoreMl,
    Qnn,
}

/// An execution provider of onnxruntime-web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebProvider {
    Wasm,
    WebGpu,
    WebNn,
}

/// Where a backend computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// In this process, by ONNX Runtime's library.
    Library(Provider),
    /// In a browser.
    Browser(WebProvider),
}

impl Runtime {
    /// The runtime of a backend; `None` for one that runs no ONNX files.
    #[must_use]
    pub fn of_backend(name: &str) -> Option<Self> {
        Some(match name {
            "ort-cpu" => Self::Library(Provider::Cpu),
            "ort-openvino" => Self::Library(Provider::OpenVino),
            "ort-cuda" => Self::Library(Provider::Cuda),
            "ort-tensorrt" => Self::Library(Provider::TensorRt),
            "ort-rocm" => Self::Library(Provider::Rocm),
            "ort-coreml" => Self::Library(Provider::CoreMl),
            "ort-qnn" => Self::Library(Provider::Qnn),
            "web-wasm" => Self::Browser(WebProvider::Wasm),
            "web-webgpu" => Self::Browser(WebProvider::WebGpu),
            "web-webnn" => Self::Browser(WebProvider::WebNn),
            _ => return None,
        })
    }
}

impl WebProvider {
    /// As onnxruntime-web calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasm => "wasm",
            Self::WebGpu => "webgpu",
            Self::WebNn => "webnn",
        }
    }
}

impl Provider {
    /// Returns whether the library was built with it.
    pub(crate) fn is_available(self) -> ort::Result<bool> {
        match self {
            Self::Cpu => Ok(true),
            Self::OpenVino => ep::OpenVINO::is_available(),
            Self::Cuda => ep::CUDA::is_available(),
            Self::TensorRt => ep::TensorRT::is_available(),
            Self::Rocm => ep::ROCm::is_available(),
            Self::CoreMl => ep::CoreML::is_available(),
            Self::Qnn => ep::QNN::is_available(),
        }
    }

    /// `None`: the CPU's, which is always there. Another one that cannot be used is an error, not the CPU in its place.
    pub(crate) fn dispatch(self) -> Option<ExecutionProviderDispatch> {
        let dispatch = match self {
            Self::Cpu => return None,
            Self::OpenVino => ep::OpenVINO::default().build(),
            Self::Cuda => ep::CUDA::default().build(),
            Self::TensorRt => ep::TensorRT::default().build(),
            Self::Rocm => ep::ROCm::default().build(),
            Self::CoreMl => ep::CoreML::default().build(),
            Self::Qnn => ep::QNN::default().build(),
        };
        Some(dispatch.error_on_failure())
    }

    /// The wheel of PyPI whose library has it.
    pub(crate) fn wheel(self) -> &'static str {
        match self {
            Self::Cpu | Self::CoreMl => "onnxruntime",
            Self::OpenVino => "onnxruntime-openvino",
            Self::Cuda | Self::TensorRt => "onnxruntime-gpu",
            Self::Rocm => "onnxruntime-rocm",
            Self::Qnn => "onnxruntime-qnn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_backend_has_a_runtime() {
        let runtimes: Vec<_> = ONNX.iter().filter_map(|name| Runtime::of_backend(name)).collect();
        assert_eq!(runtimes.len(), ONNX.len());
        assert_eq!(Runtime::of_backend("ort-tensorrt"), Some(Runtime::Library(Provider::TensorRt)));
        assert_eq!(Runtime::of_backend("cuda"), None);
        let providers = runtimes.iter().filter_map(|runtime| match runtime {
            Runtime::Library(provider) => Some(provider),
            Runtime::Browser(_) => None,
        });
        let providers: Vec<_> = providers.collect();
        assert_eq!(providers.iter().filter(|provider| provider.dispatch().is_none()).count(), 1);
        assert!(providers.iter().all(|provider| provider.wheel().starts_with("onnxruntime")));
        for runtime in runtimes {
            let Runtime::Browser(web) = runtime else { continue };
            assert_eq!(Runtime::of_backend(&format!("web-{}", web.name())), Some(runtime));
        }
    }
}
