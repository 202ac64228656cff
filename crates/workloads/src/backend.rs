//! The backends of burn: one row of one table each.

use burn::tensor::Device;

use crate::nearest::nearest;

/// A backend of burn. It can be used where this package was built with its feature.
#[derive(Clone, Copy, Debug)]
pub struct Backend {
    /// As benchmarks and `bench.toml` name it.
    pub name: &'static str,
    /// The feature of this package that brings it.
    pub feature: &'static str,
    /// The largest difference from the reference that passes, relative to the largest value: GPUs add up in another order and
    /// approximate exp, tanh and erf.
    pub tolerance: f64,
    /// The memory that its tensors take.
    pub memory: Memory,
    /// Who does its work, and whether that is done when a call returns.
    pub work: Work,
    open: Option<fn() -> Device>,
}

/// The memory that the tensors of a backend take, and the way to find out how much of it is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// That of the host.
    Host,
    /// That of an NVIDIA GPU, as its driver reports it.
    Nvidia,
    /// That of whichever adapter is found. Only of a software adapter is it known: it takes the host's.
    Adapter,
}

/// How a backend does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// At once, in Rust code.
    Rust,
    /// At once, in a library with an allocator of its own.
    Library,
    /// Later, on a device, by kernels that a library brings.
    Queue,
    /// Later, on a device, by kernels that are compiled first.
    Compiler,
}

macro_rules! backends {
    ($($name:literal, feature = $feature:literal, $tolerance:literal, $memory:ident, $work:ident => $open:expr;)+) => {
        /// The names of all backends of burn, for benchmarks that run on each: `#[bench(backends = BURN)]`.
        pub const BURN: &[&str] = &[$($name),+];

        #[cfg_attr(
            any(feature = "ndarray", feature = "tch"),
            expect(deprecated, reason = "burn 0.22 phases ndarray and tch out; comparing with them is what they are for")
        )]
        static BACKENDS: &[Backend] = &[$(
            Backend {
                name: $name,
                feature: $feature,
                tolerance: $tolerance,
                memory: Memory::$memory,
                work: Work::$work,
                #[cfg(feature = $feature)]
                open: Some(|| $open),
                #[cfg(not(feature = $feature))]
                open: None,
            },
        )+];
    };
}

backends! {
    "ndarray", feature = "ndarray", 1e-4, Host, Rust => Device::ndarray();
    "flex", feature = "flex", 1e-4, Host, Rust => Device::flex();
    "tch", feature = "tch", 1e-4, Host, Library => Device::libtorch();
    "tch-cuda", feature = "tch", 1e-3, Nvidia, Queue => Device::libtorch_cuda(0);
    "wgpu", feature = "wgpu", 1e-3, Adapter, Compiler => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
    "vulkan", feature = "vulkan", 1e-3, Adapter, Compiler => Device::vulkan(burn::tensor::DeviceKind::DefaultDevice);
    "metal", feature = "metal", 1e-3, Adapter, Compiler => Device::metal(burn::tensor::DeviceKind::DefaultDevice);
    "webgpu", feature = "webgpu", 1e-3, Adapter, Compiler => Device::webgpu(burn::tensor::DeviceKind::DefaultDevice);
    "cuda", feature = "cuda", 1e-3, Nvidia, Compiler => Device::cuda(0);
    "rocm", feature = "rocm", 1e-3, Adapter, Compiler => Device::rocm(0);
}

/// Why a backend has no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    #[error("no backend is called `{name}`{}", suggestion.map_or_else(String::new, |s| format!(": did you mean `{s}`?")))]
    Unknown { name: String, suggestion: Option<&'static str> },
    #[error("built without the feature `{feature}` that brings the backend `{name}`")]
    NotBuilt { name: &'static str, feature: &'static str },
}

impl Backend {
    /// The backend called `name`, whether it was built or not.
    ///
    /// # Errors
    /// When no backend has this name.
    pub fn named(name: &str) -> Result<&'static Self, BackendError> {
        BACKENDS.iter().find(|backend| backend.name == name).ok_or_else(|| BackendError::Unknown {
            name: name.to_owned(),
            suggestion: nearest(name, BACKENDS.iter().map(|backend| backend.name)),
        })
    }

    /// Its device: the CPU, or the first GPU. What the machine lacks shows when the device is first used.
    ///
    /// # Errors
    /// When this package was built without the backend.
    pub fn open(&self) -> Result<Device, BackendError> {
        let missing = BackendError::NotBuilt { name: self.name, feature: self.feature };
        self.open.map(|open| open()).ok_or(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, message: &str) {
        let device = Backend::named(name).and_then(Backend::open);
        assert_eq!(device.expect_err("no such device").to_string(), message);
    }

    #[test]
    fn unknown_backend() {
        check("numpy", "no backend is called `numpy`");
    }

    #[test]
    fn misspelt_backend() {
        check("ndaray", "no backend is called `ndaray`: did you mean `ndarray`?");
    }

    #[test]
    #[cfg(not(feature = "rocm"))]
    fn backend_left_out() {
        check("rocm", "built without the feature `rocm` that brings the backend `rocm`");
    }

    #[test]
    fn each_name_finds_its_own_backend() {
        for name in BURN {
            assert_eq!(Backend::named(name).map(|backend| backend.name), Ok(*name));
        }
    }
}
