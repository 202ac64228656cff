//! Execution providers, each a backend of its own.

use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};

/// The backends that a benchmark of an ONNX model runs on.
pub const ONNX: &[&str] =
    &["ort-cpu", "ort-openvino", "ort-cuda", "ort-tensorrt", "ort-rocm", "ort-coreml", "ort-qnn"];

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

impl Provider {
    /// The provider of a backend; `None` for a backend of another runtime.
    #[must_use]
    pub fn of_backend(name: &str) -> Option<Self> {
        let all =
            [Self::Cpu, Self::OpenVino, Self::Cuda, Self::TensorRt, Self::Rocm, Self::CoreMl, Self::Qnn];
        ONNX.iter().position(|known| *known == name).map(|at| all[at])
    }

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
    fn each_backend_has_a_provider() {
        let providers: Vec<_> = ONNX.iter().filter_map(|name| Provider::of_backend(name)).collect();
        assert_eq!(providers.len(), ONNX.len());
        assert_eq!((providers[0], providers[1]), (Provider::Cpu, Provider::OpenVino));
        assert_eq!(Provider::of_backend("ort-tensorrt"), Some(Provider::TensorRt));
        assert_eq!(Provider::of_backend("cuda"), None);
        assert_eq!(providers.iter().filter(|provider| provider.dispatch().is_none()).count(), 1);
        assert!(providers.iter().all(|provider| provider.wheel().starts_with("onnxruntime")));
    }
}
