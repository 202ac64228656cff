//! The requirements of every backend: a quiet machine, git, room for results. Pure.

use accel_bench_record::units::Bytes;

use super::facts::{Facts, System, Turbo};
use super::finding::Finding;

/// A thousand quick runs take about 50 MB, builds kept by commit take far more.
const LOW_SPACE: u64 = 2 << 30;

/// A machine that is busy for a fifth of its CPUs will be so while we measure.
const BUSY: f64 = 0.2;

/// A hypervisor that takes more than this is interleaved with neighbours all the time.
const STOLEN: f64 = 0.01;

/// The level up to which the kernel lets user-space events be counted (perf_event_open(2)).
const PARANOID: i64 = 2;

/// Findings on the machine itself.
pub fn machine(facts: &Facts) -> Vec<Finding> {
    let checks = [git, cpus, governor, turbo, load, steal, perf, space];
    checks.into_iter().filter_map(|check| check(facts)).collect()
}

fn git(facts: &Facts) -> Option<Finding> {
    Some(match (&facts.git, facts.system) {
        (Some(version), _) => Finding::ok(version.clone()),
        (None, System::Linux) => no_git().fix("apt-get install git"),
        (None, System::Macos) => no_git().fix("xcode-select --install"),
        (None, System::Windows) => no_git().fix("winget install Git.Git"),
    })
}

fn no_git() -> Finding {
    Finding::warning("no git: hooks will not run, and other commits cannot be measured")
}

fn cpus(facts: &Facts) -> Option<Finding> {
    Some(match facts.cpus {
        0 | 1 => Finding::warning("1 CPU: whatever else runs is part of what is measured"),
        count => Finding::ok(format!("{count} CPUs")),
    })
}

fn governor(facts: &Facts) -> Option<Finding> {
    let governor = facts.governor.as_deref()?;
    Some(if governor == "performance" {
        Finding::ok("frequency governor `performance`")
    } else {
        Finding::warning(format!("frequency governor `{governor}`: the clock follows the load"))
            .fix("echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")
    })
}

fn turbo(facts: &Facts) -> Option<Finding> {
    Some(match facts.turbo? {
        Turbo::Off => Finding::ok("turbo is off"),
        Turbo::On => Finding::warning("turbo is on: the clock depends on how warm the chip is").fix(
            "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo \
             || echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost",
        ),
    })
}

fn load(facts: &Facts) -> Option<Finding> {
    let load = facts.load?;
    let cpus = if facts.cpus == 1 { "1 CPU".to_owned() } else { format!("{} CPUs", facts.cpus) };
    Some(if load > BUSY * facts.cpus.max(1) as f64 {
        Finding::warning(format!("a load of {load:.1} on {cpus}: something else is running")).fix("top")
    } else {
        Finding::ok(format!("a load of {load:.1}"))
    })
}

fn steal(facts: &Facts) -> Option<Finding> {
    let share = facts.steal.filter(|share| *share > STOLEN)?;
    let percent = share * 100.0;
    Some(Finding::warning(format!(
        "the hypervisor took {percent:.0} % of the CPU time since boot: noisy neighbours"
    )))
}

fn perf(facts: &Facts) -> Option<Finding> {
    let level = facts.perf_event_paranoid?;
    Some(if level > PARANOID {
        Finding::warning(format!("perf_event_paranoid is {level}: hardware counters are closed"))
            .fix(format!("sudo sysctl kernel.perf_event_paranoid={PARANOID}"))
    } else {
        Finding::ok("hardware counters are open to users")
    })
}

fn space(facts: &Facts) -> Option<Finding> {
    let free = Bytes::new(facts.free_bytes? as f64)?;
    let at = facts.given.store.display();
    Some(if facts.free_bytes? < LOW_SPACE {
        Finding::warning(format!("{free} free for `{at}`")).fix("cargo accel-bench gc")
    } else {
        Finding::ok(format!("{free} free for `{at}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    fn quiet() -> Facts {
        Facts { cpus: 4, git: Some("git version 2.39.5".into()), ..Facts::default() }
    }

    /// The lines that `change` to a quiet machine adds to its two.
    fn check(change: impl FnOnce(&mut Facts), expected: &[&str]) {
        let mut facts = quiet();
        change(&mut facts);
        assert_eq!(lines(&machine(&facts))[2..], *expected);
    }

    fn first(change: impl FnOnce(&mut Facts), expected: &[&str; 2]) {
        let mut facts = quiet();
        change(&mut facts);
        assert_eq!(lines(&machine(&facts)), expected);
    }

    #[test]
    fn git_and_cpus_are_always_told() {
        first(|_| {}, &["ok: git version 2.39.5", "ok: 4 CPUs"]);
        let no_git = "warning: no git: hooks will not run, and other commits cannot be measured";
        first(|it| it.git = None, &[&format!("{no_git} (apt-get install git)"), "ok: 4 CPUs"]);
        let on_macos = |it: &mut Facts| (it.git, it.system) = (None, System::Macos);
        first(on_macos, &[&format!("{no_git} (xcode-select --install)"), "ok: 4 CPUs"]);
        let one = "warning: 1 CPU: whatever else runs is part of what is measured";
        first(|it| it.cpus = 1, &["ok: git version 2.39.5", one]);
    }

    #[test]
    fn clocks() {
        check(|it| it.governor = Some("performance".into()), &["ok: frequency governor `performance`"]);
        check(
            |it| it.governor = Some("powersave".into()),
            &[
                "warning: frequency governor `powersave`: the clock follows the load (echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor)",
            ],
        );
        check(|it| it.turbo = Some(Turbo::Off), &["ok: turbo is off"]);
        check(
            |it| it.turbo = Some(Turbo::On),
            &[
                "warning: turbo is on: the clock depends on how warm the chip is (echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo || echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost)",
            ],
        );
    }

    #[test]
    fn neighbours() {
        check(|it| it.load = Some(0.8), &["ok: a load of 0.8"]);
        check(
            |it| it.load = Some(0.9),
            &["warning: a load of 0.9 on 4 CPUs: something else is running (top)"],
        );
        let one = |it: &mut Facts| (it.cpus, it.load) = (1, Some(0.9));
        check(one, &["warning: a load of 0.9 on 1 CPU: something else is running (top)"]);
        check(|it| it.steal = Some(0.01), &[]);
        check(
            |it| it.steal = Some(0.07),
            &["warning: the hypervisor took 7 % of the CPU time since boot: noisy neighbours"],
        );
    }

    #[test]
    fn counters() {
        check(|it| it.perf_event_paranoid = Some(-1), &["ok: hardware counters are open to users"]);
        check(|it| it.perf_event_paranoid = Some(2), &["ok: hardware counters are open to users"]);
        check(
            |it| it.perf_event_paranoid = Some(4),
            &[
                "warning: perf_event_paranoid is 4: hardware counters are closed (sudo sysctl kernel.perf_event_paranoid=2)",
            ],
        );
    }

    #[test]
    fn room() {
        let free = |bytes| {
            move |it: &mut Facts| {
                it.given.store = "/s".into();
                it.free_bytes = Some(bytes);
            }
        };
        check(free(2 << 30), &["ok: 2.000 GiB free for `/s`"]);
        check(free(5 << 20), &["warning: 5.000 MiB free for `/s` (cargo accel-bench gc)"]);
        check(free(0), &["warning: 0.000 B free for `/s` (cargo accel-bench gc)"]);
    }
}
