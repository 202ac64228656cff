//! The device that a benchmark runs on, as far as measuring needs to know it.

use std::fmt;
use std::time::Duration;

/// A device whose work may be asynchronous. Benchmarks on the CPU need none.
pub trait Device {
    /// Returns what it is, for the record: `NVIDIA H200`, `llvmpipe`, …
    fn name(&self) -> String;

    /// Returns when all work submitted so far has been done.
    ///
    /// # Errors
    /// When the device failed; a poisoned device makes the case fail and ends the process.
    fn sync(&self) -> Result<(), DeviceError>;

    /// Returns whether calls return before their work is done, so that only what [`sync`](Self::sync) ends is timed.
    fn is_asynchronous(&self) -> bool {
        true
    }

    /// Returns whether the memory of its work is what Rust code allocates, so that counting there says what a case takes.
    fn allocates_in_rust(&self) -> bool {
        !self.is_asynchronous()
    }

    /// Returns whether it compiles kernels while it runs, so that the warm-up shows how long that takes.
    fn compiles(&self) -> bool {
        self.is_asynchronous()
    }

    /// Memory that the device's allocator holds now, where it reports.
    fn memory(&self) -> Option<DeviceMemory> {
        None
    }

    /// What [`memory`](Self::memory) counts, in a word, for the record.
    fn memory_source(&self) -> &'static str {
        "pool"
    }

    /// Gives back what its allocator reserves and no one uses, so that what an earlier case left is not counted as the
    /// next one's. Called before a case uses the device and after its samples, never between them.
    fn release_unused(&self) {}

    /// Runs `work`, once, and returns how long the device worked on all that was submitted in it, by the device's own
    /// clock. `None`, with or without having run it, where the device has no clock of its own: wall time is measured
    /// in any case.
    fn profile(&self, work: &mut dyn FnMut()) -> Option<Duration> {
        let _ = work;
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

/// The CPU: work is done when the call returns, and Rust code allocates the memory. What a benchmark on `host` runs on;
/// one of a CPU backend that is written in Rust says `b.device(Host)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;

impl Device for Host {
    fn name(&self) -> String {
        "host".to_owned()
    }

    fn sync(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn is_asynchronous(&self) -> bool {
        false
    }
}
