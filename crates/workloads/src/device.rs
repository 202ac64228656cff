//! The device of a case, and burn's devices as the harness sees them.

use std::time::Duration;

use accel_bench::{Bencher, DeviceError, DeviceMemory};
use burn::tensor::{Device, ExecutionError};

use crate::backend::{Backend, BackendError, Work};

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
    let opened = Backend::named(b.backend()).and_then(|backend| Ok((backend, backend.open()?)));
    match opened {
        Ok((backend, device)) => {
            b.device(BurnDevice::new(device.clone(), backend));
            device
        }
        Err(error) => b.unsupported(error.to_string()),
    }
}

/// A device of burn as the harness sees it.
#[derive(Clone, Debug)]
pub struct BurnDevice {
    device: Device,
    work: Work,
}

impl BurnDevice {
    /// A device of that backend.
    #[must_use]
    pub fn new(device: Device, backend: &Backend) -> Self {
        Self { device, work: backend.work }
    }
}

impl accel_bench::Device for BurnDevice {
    fn name(&self) -> String {
        adapter(&self.device).unwrap_or_else(|| "cpu".to_owned())
    }

    fn sync(&self) -> Result<(), DeviceError> {
        self.device.sync().map_err(|error| classify(&error))
    }

    fn is_asynchronous(&self) -> bool {
        matches!(self.work, Work::Queue | Work::Compiler)
    }

    fn allocates_in_rust(&self) -> bool {
        self.work == Work::Rust
    }

    fn compiles(&self) -> bool {
        self.work == Work::Compiler
    }

    fn memory(&self) -> Option<DeviceMemory> {
        let usage = self.device.memory_pool_usage()?;
        Some(DeviceMemory { in_use: usage.bytes_in_use, reserved: usage.bytes_reserved })
    }

    fn release_unused(&self) {
        self.device.memory_cleanup();
    }

    fn profile(&self, work: &mut dyn FnMut()) -> Option<Duration> {
        // Only adapters have clocks; elsewhere the work would be done for a wall time that is not used.
        adapter(&self.device)?;
        crate::device_time::profile(&self.device, work)
    }
}

/// The adapter's own name, on the backends that have one.
#[cfg(feature = "cubecl")]
fn adapter(device: &Device) -> Option<String> {
    device.identity().map(|identity| identity.name)
}

#[cfg(not(feature = "cubecl"))]
fn adapter(_: &Device) -> Option<String> {
    None
}

/// burn reports a poisoned device by its type; a failed allocation only by cubecl's words.
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
    fn check_error(reason: &str, is_expected: impl Fn(&DeviceError) -> bool) {
        let error = classify(&ExecutionError::WithContext { reason: reason.to_owned() });
        assert!(is_expected(&error), "{error:?}");
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
        let backend = Backend::named("ndarray").expect("a backend");
        let device = BurnDevice::new(backend.open().expect("the backend is built in"), backend);
        assert!(!device.is_asynchronous() && device.allocates_in_rust() && !device.compiles());
        assert_eq!((device.name().as_str(), device.sync(), device.memory()), ("cpu", Ok(()), None));
        device.release_unused();
        assert_eq!(device.profile(&mut || panic!("it has no clock to time this with")), None);
    }
}
