//! The conditions of a CPU while it is measured on: time stolen by the hypervisor, heat, its clock.

use accel_bench_record::Conditions;

use super::system_files::SystemFiles;

/// The kernel counts in hundredths of a second on every architecture that Rust has a Linux target for (`USER_HZ`,
/// proc_stat(5)).
const NANOS_PER_TICK: u64 = 10_000_000;

/// Returns what has been counted so far, summed over these CPUs; over all for none.
pub fn conditions(cpus: &[usize]) -> Conditions {
    read(&SystemFiles::of_this_machine(), cpus)
}

fn read(files: &SystemFiles, cpus: &[usize]) -> Conditions {
    let names: Vec<_> = if cpus.is_empty() {
        vec!["cpu".to_owned()]
    } else {
        cpus.iter().map(|cpu| format!("cpu{cpu}")).collect()
    };
    let stat = files.text("/proc/stat");
    let stolen =
        stat.and_then(|stat| names.iter().map(|name| stolen_ticks(&stat, name)).sum::<Option<u64>>());
    let numbers = |path: &str| -> Vec<u64> {
        let of = |cpu: &usize| files.text(&format!("/sys/devices/system/cpu/cpu{cpu}/{path}"))?.parse().ok();
        cpus.iter().filter_map(of).collect()
    };
    let throttled = numbers("thermal_throttle/core_throttle_count");
    let clocks = numbers("cpufreq/scaling_cur_freq");
    Conditions {
        stolen_nanos: stolen.map(|ticks| ticks * NANOS_PER_TICK),
        throttled: (!throttled.is_empty()).then(|| throttled.iter().sum()),
        clock_mhz: clocks.iter().min().map(|&kilohertz| kilohertz as f64 / 1e3),
        ..Conditions::default()
    }
}

/// The eighth number of the CPU's line: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
fn stolen_ticks(stat: &str, name: &str) -> Option<u64> {
    let line = stat.lines().find(|line| line.split_ascii_whitespace().next() == Some(name))?;
    line.split_ascii_whitespace().nth(8)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const STAT: &str =
        "cpu  10 0 10 900 0 0 0 7 0 0\ncpu0 5 0 5 450 0 0 0 3 0 0\ncpu1 5 0 5 450 0 0 0 4 0 0\nctxt 1\n";

    /// A machine with these files.
    fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, SystemFiles) {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let files = SystemFiles::below(root.path());
        (root, files)
    }

    #[test]
    fn counters_of_the_cpus_that_are_measured_on() {
        let cpu1 = "sys/devices/system/cpu/cpu1";
        let (throttle, clock) = (
            format!("{cpu1}/thermal_throttle/core_throttle_count"),
            format!("{cpu1}/cpufreq/scaling_cur_freq"),
        );
        let (_root, files) = machine(&[("proc/stat", STAT), (&throttle, "12"), (&clock, "2450000")]);
        let one = read(&files, &[1]);
        assert_eq!(one.stolen_nanos, Some(40_000_000));
        assert_eq!((one.throttled, one.clock_mhz), (Some(12), Some(2450.0)));
        assert_eq!(read(&files, &[0, 1]).stolen_nanos, Some(70_000_000));
        assert_eq!(read(&files, &[]).stolen_nanos, Some(70_000_000));
        assert_eq!(read(&files, &[2]).stolen_nanos, None);
    }

    #[test]
    fn a_machine_that_tells_nothing() {
        let (_root, files) = machine(&[("proc/stat", "cpu0 1 2 3\n")]);
        assert_eq!(read(&files, &[0]), Conditions::default());
    }

    #[test]
    fn counters_are_told_as_what_they_rose_by() {
        let at = |stolen, throttled| Conditions { stolen_nanos: stolen, throttled, ..Conditions::default() };
        assert_eq!(at(Some(9), Some(5)).since(at(Some(4), Some(5))), at(Some(5), Some(0)));
        assert_eq!(at(Some(9), None).since(at(None, Some(5))), at(None, None));
    }
}
