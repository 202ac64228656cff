//! Other load on the machine.

use accel_bench_record::Load;
use sysinfo::System;

use super::system_files::SystemFiles;

pub(super) fn load(files: &SystemFiles) -> Load {
    Load {
        one_minute: System::load_average().ok().map(|load| load.one),
        steal: files.text("/proc/stat").and_then(|stat| steal(&stat)),
    }
}

/// The share of `steal` in the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq,
/// steal; the two after it are counted in user and nice already (proc_stat(5)).
fn steal(stat: &str) -> Option<f64> {
    let mut fields = stat.lines().next()?.split_whitespace();
    if fields.next() != Some("cpu") {
        return None;
    }
    let ticks = fields.take(8).map(|field| field.parse().ok()).collect::<Option<Vec<u64>>>()?;
    let total: u64 = ticks.iter().sum();
    let stolen = *ticks.get(7)?;
    (total > 0).then(|| stolen as f64 / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stat: &str, expected: Option<f64>) {
        assert_eq!(steal(stat), expected, "{stat}");
    }

    #[test]
    fn stolen_time() {
        check("cpu  50 0 20 20 0 0 0 10 90 90\ncpu0 1 2 3\n", Some(0.1));
        check("cpu 1 1 1 1 1 1 1 0", Some(0.0));
        check("cpu 1 1 1 1", None);
        check("cpu 0 0 0 0 0 0 0 0", None);
        check("cpu 1 x 1 1 1 1 1 1", None);
        check("intr 1 2 3", None);
        check("", None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_a_load() {
        let load = load(&SystemFiles::of_this_machine());
        assert!(load.one_minute.is_some_and(|load| load >= 0.0));
        assert!(load.steal.is_none_or(|share| (0.0..=1.0).contains(&share)));
    }
}
