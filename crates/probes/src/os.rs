//! The operating system and the memory that it gives us.

use accel_bench_record::Os;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::system_files::SystemFiles;
use super::virtualization;

pub(super) fn os(files: &SystemFiles) -> Os {
    Os {
        name: System::name().ok(),
        version: System::os_version().ok(),
        kernel: System::kernel_version().ok(),
        virtualization: virtualization::virtualization(files),
    }
}

/// Total memory, or a container's part of it.
pub(super) fn memory_bytes() -> Option<u64> {
    let kind = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(kind).ok()?;
    let total = system.total_memory();
    let limit = system.cgroup_limits().map_or(total, |limits| limits.total_memory);
    Some(if limit > 0 { total.min(limit) } else { total }).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_system() {
        let os = os(&SystemFiles::of_this_machine());
        assert!(os.name.is_some() && os.kernel.is_some(), "{os:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_at_most_what_the_kernel_tells() {
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
        let kib: u64 = meminfo.lines().next().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(memory_bytes().is_some_and(|bytes| bytes <= kib * 1024));
    }
}
