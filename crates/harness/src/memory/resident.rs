//! This process's resident set, as the kernel reports it.

use std::sync::OnceLock;

use accel_bench_record::Metric;
use accel_bench_record::catalogue::HOST_RSS_PEAK;

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

    /// The peak since the reset.
    pub(crate) fn metric(&self) -> Option<Metric> {
        if !self.reset {
            return None;
        }
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let bytes = high_water_mark(&status)?;
        Some(HOST_RSS_PEAK.of(bytes as f64))
    }
}

/// Bytes of the resident set now: some microseconds. `None` on a system without /proc.
pub(super) fn resident_bytes() -> Option<u64> {
    static PAGE: OnceLock<Option<u64>> = OnceLock::new();
    let page = (*PAGE.get_or_init(|| page_size(&std::fs::read("/proc/self/auxv").ok()?)))?;
    Some(resident_pages(&std::fs::read_to_string("/proc/self/statm").ok()?)? * page)
}

/// The second number of a /proc/PID/statm: Linux, Documentation/filesystems/proc.rst.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The page size that the kernel hands to every program: `AT_PAGESZ` (6) of the auxiliary vector, getauxval(3).
fn page_size(auxv: &[u8]) -> Option<u64> {
    const WORD: usize = size_of::<usize>();
    let word = |bytes: &[u8]| bytes.try_into().map(usize::from_ne_bytes).ok();
    let mut entries =
        auxv.chunks_exact(2 * WORD).filter_map(|entry| Some((word(&entry[..WORD])?, word(&entry[WORD..])?)));
    entries.find(|(key, _)| *key == 6).map(|(_, size)| size as u64)
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

    #[test]
    fn pages_and_their_size() {
        assert_eq!(resident_pages("1182 402 330 11 0 118 0\n"), Some(402));
        assert_eq!((resident_pages(""), resident_pages("1 x")), (None, None));
        let auxv = [33_usize, 7, 6, 4096, 0, 0].map(usize::to_ne_bytes).concat();
        assert_eq!((page_size(&auxv), page_size(&auxv[..16]), page_size(b"x")), (Some(4096), None, None));
    }

    #[test]
    fn what_is_touched_is_resident() {
        let Some(before) = resident_bytes() else { return };
        let touched = std::hint::black_box(vec![1_u8; 64 << 20]);
        let now = resident_bytes().expect("it was there before");
        // The kernel counts in batches for each CPU.
        assert!(now > before + (60 << 20), "{before} {now} {}", touched.len());
    }
}
