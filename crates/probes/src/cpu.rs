//! The processor.

use std::thread::available_parallelism;

use accel_bench_record::Cpu;
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::system_files::SystemFiles;
use super::{caches, features};

pub(super) fn cpu(files: &SystemFiles) -> Cpu {
    Cpu {
        model: model(),
        architecture: std::env::consts::ARCH.to_owned(),
        physical_cores: System::physical_core_count().ok().filter(|count| *count > 0),
        logical_cores: logical_cores(),
        governor: governor(files),
        caches: caches::caches(files),
        features: features::features(),
    }
}

/// Returns what the process may use: a container's share of a large machine is a small machine.
pub(super) fn logical_cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

pub(super) fn governor(files: &SystemFiles) -> Option<String> {
    files.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

fn model() -> Option<String> {
    let system =
        System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing())).ok()?;
    let brand = system.cpus().first()?.brand().trim().to_owned();
    (!brand.is_empty()).then_some(brand)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    #[test]
    fn the_governor_is_read_where_there_is_one() {
        let path = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
        assert_eq!(governor(&fake::machine(&[(path, "powersave\n")]).1).as_deref(), Some("powersave"));
        assert_eq!(governor(&fake::machine(&[]).1), None);
    }

    #[test]
    fn this_machine_has_a_processor() {
        let cpu = cpu(&SystemFiles::of_this_machine());
        assert_eq!(cpu.architecture, std::env::consts::ARCH);
        assert!(cpu.logical_cores >= 1);
        #[cfg(target_arch = "x86_64")]
        assert!(cpu.model.is_some());
    }
}
