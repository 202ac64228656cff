//! Timing of one sample.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use crate::Error;
use crate::device::Device;
use crate::memory::Watch;
use crate::slowdown::Slowdown;

/// Wall time of work on a device, and what else is looked at on the way.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'a> {
    pub(crate) device: &'a dyn Device,
    pub(crate) slowdown: Slowdown,
    pub(crate) probe: Probe<'a>,
}

/// The purpose of an iteration that is not a sample.
#[derive(Clone, Copy)]
pub(crate) enum Probe<'a> {
    /// It is a sample, or warms up for one.
    None,
    /// Nanoseconds by the device's own clock, if it has one.
    DeviceTime(&'a Cell<Option<u64>>),
    /// The peak of memory; the second is what the harness has in use.
    Peak(&'a RefCell<Watch>, u64),
}

impl Clock<'_> {
    /// Nanoseconds of `work`, this many iterations, and of the synchronisation after it.
    #[inline]
    pub(crate) fn time(self, iterations: u64, work: impl FnOnce()) -> Result<u64, Error> {
        if let Probe::DeviceTime(told) = self.probe {
            return self.time_on_device(told, work);
        }
        let start = Instant::now();
        work();
        // A launch returns before the kernel has run: without this the clock measures the queue.
        let synced = self.device.sync();
        // After the synchronisation: before it a device would work meanwhile, and nothing would take longer.
        self.slowdown.suffer(iterations);
        let elapsed = nanos_since(start);
        if let Probe::Peak(watch, own) = self.probe {
            watch.borrow_mut().peak(self.device, own);
        }
        synced.map(|()| elapsed).map_err(|error| Error::device(&error))
    }

    /// Reports the device's time, and returns the wall time.
    fn time_on_device(self, told: &Cell<Option<u64>>, work: impl FnOnce()) -> Result<u64, Error> {
        let start = Instant::now();
        let mut work = Some(work);
        let took = self.device.profile(&mut || {
            if let Some(work) = work.take() {
                work();
            }
        });
        // Where the device has no clock it has perhaps not run the work either: then there is nothing to wait for.
        let synced = self.device.sync();
        told.set(took.map(|took| u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)));
        synced.map(|()| nanos_since(start)).map_err(|error| Error::device(&error))
    }
}

pub(crate) fn nanos_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
