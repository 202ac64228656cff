//! Looks at the machine as a measuring instrument: its clock, its CPUs, and who else is on it.

use std::time::Instant;

use super::super::system_files::SystemFiles;
use super::super::virtualization::virtualization;
use super::super::{cpu, load};
use super::counters::counters;
use super::facts::{Group, Instrument, Memory, Turbo};

/// Readings of the clock, of which the median is taken.
const READINGS: usize = 1_001;

/// Everything that the system says about it.
pub(super) fn instrument(files: &SystemFiles) -> Instrument {
    let load = load::load(files);
    Instrument {
        clock_read_nanos: clock_read_nanos(),
        load: load.one_minute,
        steal: load.steal,
        counters: counters(),
        ..settings(files)
    }
}

/// The settings that are in files.
fn settings(files: &SystemFiles) -> Instrument {
    Instrument {
        clock_source: files.text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        governor: cpu::governor(files),
        turbo: turbo(files),
        has_siblings: number(files, "/sys/devices/system/cpu/smt/active").map(|active| active != 0),
        is_randomised: number(files, "/proc/sys/kernel/randomize_va_space").map(|level| level != 0),
        virtualization: virtualization(files),
        memory: files.text("/proc/meminfo").as_deref().and_then(memory),
        group: group(files),
        isolated: files
            .exists("/sys/devices/system/cpu/isolated")
            .then(|| files.text("/sys/devices/system/cpu/isolated").unwrap_or_default()),
        perf_event_paranoid: number(files, "/proc/sys/kernel/perf_event_paranoid"),
        ..Instrument::default()
    }
}

/// How long reading the clock takes: pairs of readings, one right after the other.
fn clock_read_nanos() -> Option<f64> {
    let reading = |_| {
        let start = Instant::now();
        (Instant::now() - start).as_nanos() as f64
    };
    let readings: Vec<f64> = (0..READINGS).map(reading).collect();
    accel_bench_record::stats::median(&readings)
}

/// Intel's driver says whether it is off, the others whether it is on.
fn turbo(files: &SystemFiles) -> Option<Turbo> {
    let off = number(files, "/sys/devices/system/cpu/intel_pstate/no_turbo").map(|off| off != 0);
    let on = number(files, "/sys/devices/system/cpu/cpufreq/boost").map(|on| on != 0);
    let on = off.map(|off| !off).or(on)?;
    Some(if on { Turbo::On } else { Turbo::Off })
}

fn number(files: &SystemFiles, path: &str) -> Option<i64> {
    files.text(path)?.parse().ok()
}

/// From `/proc/meminfo`, which counts in kibibytes (proc_meminfo(5)).
fn memory(text: &str) -> Option<Memory> {
    let of = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
    };
    let swapped = of("SwapTotal").zip(of("SwapFree")).map_or(0, |(all, free)| all.saturating_sub(free));
    Some(Memory { total: of("MemTotal")?, available: of("MemAvailable")?, swapped })
}

/// The limits of this process's control group and of all above it (cgroups(7), version 2): the narrowest counts.
fn group(files: &SystemFiles) -> Group {
    let own = files.text("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").to_owned();
    let folders = std::path::Path::new(&own)
        .ancestors()
        .map(|path| format!("/sys/fs/cgroup{}", path.display()).trim_end_matches('/').to_owned());
    let mut narrowest = Group::default();
    for folder in folders {
        let text = |name: &str| files.text(&format!("{folder}/{name}"));
        let cpus = text("cpu.max").as_deref().and_then(quota);
        if let Some(cpus) = cpus.filter(|cpus| narrowest.cpus.is_none_or(|least| *cpus < least)) {
            narrowest.cpus = Some(cpus);
            narrowest.stopped = text("cpu.stat").as_deref().and_then(stopped);
        }
        let memory = text("memory.max").and_then(|text| text.parse::<u64>().ok());
        narrowest.memory = narrowest.memory.into_iter().chain(memory).min();
    }
    narrowest
}

/// `150000 100000`: one and a half CPUs; `max 100000`: no limit.
fn quota(text: &str) -> Option<f64> {
    let (time, period) = text.split_once(' ')?;
    let (time, period) = (time.parse::<f64>().ok()?, period.trim().parse::<f64>().ok()?);
    (period > 0.0).then(|| time / period)
}

/// The share of periods in which the group was throttled.
fn stopped(text: &str) -> Option<f64> {
    let of = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    let (all, throttled) = (of("nr_periods ")?, of("nr_throttled ")?);
    (all > 0.0).then(|| throttled / all)
}

#[cfg(test)]
mod tests {
    use super::super::super::system_files::fake;
    use super::*;

    fn check_turbo(files: &[(&str, &str)], expected: Option<Turbo>) {
        assert_eq!(turbo(&fake::machine(files).1), expected, "{files:?}");
    }

    #[test]
    fn turbo_is_told_in_two_ways() {
        const INTEL: &str = "/sys/devices/system/cpu/intel_pstate/no_turbo";
        const OTHERS: &str = "/sys/devices/system/cpu/cpufreq/boost";
        check_turbo(&[], None);
        check_turbo(&[(INTEL, "1\n")], Some(Turbo::Off));
        check_turbo(&[(INTEL, "0\n")], Some(Turbo::On));
        check_turbo(&[(OTHERS, "1\n")], Some(Turbo::On));
        check_turbo(&[(OTHERS, "0\n")], Some(Turbo::Off));
        check_turbo(&[(OTHERS, "?")], None);
    }

    #[test]
    fn memory_that_is_left() {
        let text = "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    400 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB";
        let expected = Memory { total: 1_000 << 10, available: 400 << 10, swapped: 30 << 10 };
        assert_eq!(memory(text), Some(expected));
        assert_eq!(memory("MemTotal: 1000 kB"), None);
        let without_swap = memory("MemTotal: 8 kB\nMemAvailable: 4 kB").expect("it says what there is");
        assert_eq!(without_swap.swapped, 0);
    }

    fn check_group(files: &[(&str, &str)], expected: Group) {
        assert_eq!(group(&fake::machine(files).1), expected, "{files:?}");
    }

    #[test]
    fn the_narrowest_group_counts() {
        check_group(&[], Group::default());
        check_group(&[("/sys/fs/cgroup/cpu.max", "max 100000")], Group::default());
        let files = [
            ("/proc/self/cgroup", "0::/user/job\n"),
            ("/sys/fs/cgroup/user/cpu.max", "400000 100000\n"),
            ("/sys/fs/cgroup/user/job/cpu.max", "150000 100000\n"),
            ("/sys/fs/cgroup/user/job/cpu.stat", "usage_usec 9\nnr_periods 200\nnr_throttled 50\n"),
            ("/sys/fs/cgroup/user/memory.max", "1048576\n"),
            ("/sys/fs/cgroup/user/job/memory.max", "max\n"),
        ];
        check_group(&files, Group { cpus: Some(1.5), memory: Some(1 << 20), stopped: Some(0.25) });
        check_group(&files[..2], Group { cpus: Some(4.0), ..Group::default() });
    }

    #[test]
    fn limits_as_the_kernel_writes_them() {
        assert_eq!(quota("150000 100000"), Some(1.5));
        assert_eq!(quota("max 100000"), None);
        assert_eq!(quota("150000 0"), None);
        assert_eq!(stopped("nr_periods 0\nnr_throttled 0"), None);
        assert_eq!(stopped("nr_periods 8\nnr_throttled 2"), Some(0.25));
        assert_eq!(stopped("usage_usec 8"), None);
    }

    #[test]
    fn settings_are_read_from_their_files() {
        let (_root, files) = fake::machine(&[
            ("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"),
            ("/sys/devices/system/cpu/smt/active", "1\n"),
            ("/proc/sys/kernel/randomize_va_space", "2\n"),
            ("/sys/devices/system/cpu/isolated", "\n"),
            ("/proc/sys/kernel/perf_event_paranoid", "4\n"),
        ]);
        let found = settings(&files);
        assert_eq!(found.clock_source.as_deref(), Some("tsc"));
        assert_eq!((found.has_siblings, found.is_randomised), (Some(true), Some(true)));
        assert_eq!((found.isolated.as_deref(), found.perf_event_paranoid), (Some(""), Some(4)));
        assert_eq!(settings(&fake::machine(&[]).1), Instrument::default());
    }

    #[test]
    fn the_clock_of_this_machine_can_be_read() {
        let nanos = clock_read_nanos().expect("a median");
        assert!((0.0..1e6).contains(&nanos), "{nanos}");
    }
}
