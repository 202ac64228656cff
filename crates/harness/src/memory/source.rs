//! Where the bytes of a case are counted.

use super::resident::resident_bytes;
use crate::allocator;
use crate::device::{Device, DeviceMemory};

/// Who is asked, the one that knows most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The pool of the case's device, and what that calls it.
    Pool(&'static str),
    /// The counting allocator.
    Allocator,
    /// The process's resident set. What an earlier case left in the C library's hands is in it and is used again, so it
    /// reports growth, and neither a peak nor a mean that is the case's own.
    Resident,
}

impl Source {
    /// The best that there is, for a case on this device.
    pub(super) fn of(device: &dyn Device) -> Option<Self> {
        if device.memory().is_some() {
            return Some(Self::Pool(device.memory_source()));
        }
        if device.allocates_in_rust() && allocator::in_use().is_some() {
            return Some(Self::Allocator);
        }
        resident_bytes().map(|_| Self::Resident)
    }

    /// As [`Metric::source`](crate::Metric::source) says it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pool(name) => name,
            Self::Allocator => "allocator",
            Self::Resident => "rss",
        }
    }

    /// Returns what is in use now; only a pool reserves more than that.
    pub(super) fn read(self, device: &dyn Device) -> Option<DeviceMemory> {
        let all_in_use = |in_use| DeviceMemory { in_use, reserved: in_use };
        match self {
            Self::Pool(_) => device.memory(),
            Self::Allocator => allocator::in_use().map(all_in_use),
            Self::Resident => resident_bytes().map(all_in_use),
        }
    }
}
