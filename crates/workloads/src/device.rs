//! The backends, and what the harness needs to know of their devices: the only file that knows both.

use std::time::Duration;

use accel_bench::{Bencher, DeviceError, DeviceMemory};
use burn::tensor::{Device, ExecutionError};

use crate::nearest::nearest;

/// A backend of burn. Whether it can be used depends on the features that this package was built with.
#[derive(Clone, Copy, Debug)]
pub struct Backend {
    /// As benchmarks and `bench.toml` name it.
    pub name: &'static str,
    /// The feature of this package that brings it.
    pub feature: &'static str,
    /// How far outputs may be from the reference, relative to the largest value: GPUs add up in another order and
    /// approximate exp, tanh and erf.
    pub tolerance: f64,
    open: Option<fn() -> Device>,
}

macro_rules! backends {
    ($($name:literal, feature = $feature:literal, $tolerance:literal => $open:expr;)+) => {
        /// Every backend that a benchmark can name.
        #[cfg_attr(
            any(feature = "ndarray", feature = "tch"),
            expect(deprecated, reason = "burn 0.22 phases ndarray and tch out; comparing with them is what they are for")
        )]
        pub static BACKENDS: &[Backend] = &[$(
            Backend {
                name: $name,
                feature: $feature,
                tolerance: $tolerance,
                #[cfg(feature = $feature)]
                open: Some(|| $open),
                #[cfg(not(feature = $feature))]
                open: None,
            },
        )+];
    };
}

backends! {
    "ndarray", feature = "ndarray", 1e-4 => Device::ndarray();
    "flex", feature = "flex", 1e-4 => Device::flex();
    "tch", feature = "tch", 1e-4 => Device::libtorch();
    "tch-cuda", feature = "tch", 1e-3 => Device::libtorch_cuda(0);
    "wgpu", feature = "wgpu", 1e-3 => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
    "vulkan", feature = "vulkan", 1e-3 => Device::vulkan(burn::tensor::DeviceKind::DefaultDevice);
    "metal", feature = "metal", 1e-3 => Device::metal(burn::tensor::DeviceKind::DefaultDevice);
    "webgpu", feature = "webgpu", 1e-3 => Device::webgpu(burn::tensor::DeviceKind::DefaultDevice);
    "cuda", feature = "cuda", 1e-3 => Device::cuda(0);
    "rocm", feature = "rocm", 1e-3 => Device::rocm(0);
}

/// Why there is no device of a backend.
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
    /// When none is called so.
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

/// The device of the backend called `name`.
///
/// # Errors
/// When none is called so, or this package was built without it.
pub fn device_named(name: &str) -> Result<Device, BackendError> {
    Backend::named(name)?.open()
}

/// The device that a case runs on, made known to the harness. Ends the case as unsupported where the backend is
/// not built in.
#[must_use]
pub fn device(b: &mut Bencher) -> Device {
    match device_named(b.backend()) {
        Ok(device) => {
            b.device(BurnDevice(device.clone()));
            device
        }
        Err(error) => b.unsupported(error.to_string()),
    }
}

/// A device of burn as the harness sees it.
#[derive(Clone, Debug)]
pub struct BurnDevice(pub Device);

impl accel_bench::Device for BurnDevice {
    fn name(&self) -> String {
        adapter(&self.0).unwrap_or_else(|| "cpu".to_owned())
    }

    fn sync(&self) -> Result<(), DeviceError> {
        self.0.sync().map_err(|error| classify(&error))
    }

    fn memory(&self) -> Option<DeviceMemory> {
        let usage = self.0.memory_pool_usage()?;
        Some(DeviceMemory { in_use: usage.bytes_in_use, reserved: usage.bytes_reserved })
    }

    fn release_unused(&self) {
        self.0.memory_cleanup();
    }

    fn profile(&self, work: &mut dyn FnMut()) -> Option<Duration> {
        // Only adapters have clocks; elsewhere the work would be done for a wall time that nobody asked for.
        adapter(&self.0)?;
        crate::device_time::profile(&self.0, work)
    }
}

/// What the adapter calls itself, on the backends that have one.
#[cfg(feature = "cubecl")]
fn adapter(device: &Device) -> Option<String> {
    device.identity().map(|identity| identity.name)
}

#[cfg(not(feature = "cubecl"))]
fn adapter(_: &Device) -> Option<String> {
    None
}

/// burn tells a poisoned device by its type; a failed allocation only by cubecl's words.
fn classify(error: &ExecutionError) -> DeviceError {
    const OUT_OF_MEMORY: [&str; 4] =
        ["out of memory", "out-of-memory", "out of device memory", "can't allocate buffer"];
    let text = error.to_string();
    match error {
        ExecutionError::DevicePoisoned { .. } => DeviceError::Poisoned(text),
        _ if OUT_OF_MEMORY.iter().any(|words| text.to_lowercase().contains(words)) => {
            DeviceError::OutOfMemory(text)
        }
        _ => DeviceError::Other(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, message: &str) {
        assert_eq!(device_named(name).expect_err("no such device").to_string(), message);
    }

    #[track_caller]
    fn check_error(reason: &str, is_expected: impl Fn(&DeviceError) -> bool) {
        let error = classify(&ExecutionError::WithContext { reason: reason.to_owned() });
        assert!(is_expected(&error), "{error:?}");
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
    fn backends_have_names_of_their_own() {
        let mut names: Vec<_> = BACKENDS.iter().map(|backend| backend.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BACKENDS.len());
    }

    #[test]
    fn out_of_memory() {
        check_error("out of device memory allocating 8 bytes", |e| matches!(e, DeviceError::OutOfMemory(_)));
    }

    #[test]
    fn buffer_too_big() {
        check_error("can't allocate buffer of size: 8", |e| matches!(e, DeviceError::OutOfMemory(_)));
    }

    #[test]
    fn another_failure() {
        check_error("validation", |e| matches!(e, DeviceError::Other(_)));
    }

    #[test]
    fn poisoned() {
        let error = classify(&ExecutionError::DevicePoisoned { reason: "out of memory".to_owned() });
        assert!(matches!(error, DeviceError::Poisoned(_)), "{error:?}");
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn ndarray_device_answers_the_harness() {
        use accel_bench::Device as _;
        let device = BurnDevice(device_named("ndarray").expect("the backend is built in"));
        assert_eq!((device.name().as_str(), device.sync(), device.memory()), ("cpu", Ok(()), None));
        device.release_unused();
        assert_eq!(device.profile(&mut || panic!("it has no clock to time this with")), None);
    }
}
