//! The peak of this process's resident set, where the kernel keeps it.

use crate::record::{Direction, Metric};

/// Forgets the peak so far, so that the next reading belongs to the case at hand. A kernel that cannot
/// (or a system without /proc) leaves [`peak`] absent rather than wrong.
#[derive(Debug)]
pub(crate) struct PeakMemory {
    reset: bool,
}

impl PeakMemory {
    pub(crate) fn reset() -> Self {
        // 5 resets VmHWM: Linux, Documentation/filesystems/proc.rst, "clear_refs".
        Self { reset: std::fs::write("/proc/self/clear_refs", "5").is_ok() }
    }

    /// `host-rss-peak-bytes` since the reset.
    pub(crate) fn metric(&self) -> Option<Metric> {
        if !self.reset {
            return None;
        }
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let bytes = high_water_mark(&status)?;
        Some(Metric::new("host-rss-peak-bytes", "bytes", Direction::Lower, bytes as f64).source("rss"))
    }
}

/// `VmHWM` of a /proc/PID/status, in bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: &str, expected: Option<u64>) {
        assert_eq!(high_water_mark(status), expected);
    }

    #[test]
    fn reads_the_kernels_words() {
        check("Name:\tx\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n", Some(5120 * 1024));
        check("VmRSS:\t 1 kB\n", None);
        check("VmHWM:\t lots\n", None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_follows_an_allocation() {
        let before = PeakMemory::reset();
        let block = vec![1_u8; 64 << 20];
        assert_eq!(block.iter().map(|&byte| u64::from(byte)).sum::<u64>(), 64 << 20);
        if let Some(peak) = before.metric() {
            assert!(peak.value >= f64::from(64 << 20), "{peak:?}");
        }
    }
}
