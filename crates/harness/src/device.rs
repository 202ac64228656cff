//! What a benchmark runs on, as far as measuring needs to know it.

use std::fmt;

/// A device whose work may be asynchronous. Benchmarks on the CPU need none.
pub trait Device {
    /// What it is, for the record: `NVIDIA H200`, `llvmpipe`, …
    fn name(&self) -> String;

    /// Returns when all work submitted so far has been done.
    ///
    /// # Errors
    /// When the device failed; a poisoned device makes the case fail and ends the process.
    fn sync(&self) -> Result<(), DeviceError>;

    /// Memory that the device's allocator holds now, where it tells.
    fn memory(&self) -> Option<DeviceMemory> {
        None
    }
}

/// Bytes of one device's memory pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMemory {
    pub in_use: u64,
    pub reserved: u64,
}

/// Why a device did not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceError {
    /// An allocation failed.
    OutOfMemory(String),
    /// Unusable until a new process starts.
    Poisoned(String),
    Other(String),
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::OutOfMemory(what) | Self::Poisoned(what) | Self::Other(what)) = self;
        f.write_str(what)
    }
}

impl std::error::Error for DeviceError {}

/// Work on the CPU is done when the call returns.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Host;

impl Device for Host {
    fn name(&self) -> String {
        "host".to_owned()
    }

    fn sync(&self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// Backends whose calls return before the work is done. Timing one without a way to synchronise is refused.
const ASYNCHRONOUS: [&str; 7] = ["wgpu", "cuda", "tch-cuda", "rocm", "metal", "vulkan", "webgpu"];

/// Whether calls of the backend return before their work is done.
#[must_use]
pub fn is_asynchronous(backend: &str) -> bool {
    ASYNCHRONOUS.contains(&backend)
}
