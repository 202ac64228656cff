//! A browser as the device of a benchmark.

use accel_bench::{Device, DeviceError, DeviceMemory};

use super::memory;

/// A call is over when its work is; the memory is what the browser's processes hold.
#[derive(Clone, Debug)]
pub struct BrowserDevice {
    pub(super) name: String,
    pub(super) process: Option<u32>,
}

impl Device for BrowserDevice {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn sync(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn is_asynchronous(&self) -> bool {
        false
    }

    fn allocates_in_rust(&self) -> bool {
        false
    }

    fn memory(&self) -> Option<DeviceMemory> {
        memory::resident(self.process?).map(|in_use| DeviceMemory { in_use, reserved: in_use })
    }

    fn memory_source(&self) -> &'static str {
        "processes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_gone_holds_nothing_that_is_known() {
        let of = |process: Option<u32>| BrowserDevice { name: "b".to_owned(), process };
        assert_eq!((of(None).memory(), of(Some(u32::MAX)).memory()), (None, None));
        assert!(of(None).sync().is_ok() && !of(None).compiles() && of(None).memory_source() == "processes");
        #[cfg(target_os = "linux")]
        assert!(of(Some(std::process::id())).memory().is_some_and(|memory| memory.in_use > 0));
    }
}
