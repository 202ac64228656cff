//! The machine as a measuring instrument: what makes its numbers scatter or drift, what that costs, and the command that
//! improves it. Pure.

use accel_bench_record::units::Bytes;

use super::facts::{Counters, Facts, Instrument, Turbo};
use super::finding::Finding;

/// A machine that is busy for a fifth of its CPUs will be so while we measure.
const BUSY: f64 = 0.2;

/// A hypervisor that takes more than this is interleaved with neighbours all the time.
const STOLEN: f64 = 0.01;

/// The level up to which the kernel lets user-space events be counted (perf_event_open(2)).
const PARANOID: i64 = 2;

/// A sample lasts 300 µs at least: reading a slower clock twice is more than a thousandth of it, nanoseconds.
const SLOW_CLOCK: f64 = 150.0;

/// Below this share of free memory the kernel begins to write pages out.
const LOW_MEMORY: f64 = 0.1;

/// Findings on what the machine measures with.
pub fn instrument(facts: &Facts) -> Vec<Finding> {
    let checks = [
        clock,
        governor,
        turbo,
        siblings,
        addresses,
        virtualization,
        steal,
        load,
        memory,
        group_of_cpus,
        group_of_memory,
        isolation,
        counters,
    ];
    checks.into_iter().filter_map(|check| check(&facts.instrument, facts.cpus)).collect()
}

fn clock(it: &Instrument, _: usize) -> Option<Finding> {
    let nanos = it.clock_read_nanos?;
    let source = it.clock_source.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
    Some(if nanos > SLOW_CLOCK {
        let cost =
            format!("clock source{source}: reading it takes {nanos:.0} ns, which short samples contain");
        Finding::warning(cost)
            .fix("echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource")
    } else {
        Finding::ok(format!("clock source{source}: reading it takes {nanos:.0} ns"))
    })
}

fn governor(it: &Instrument, _: usize) -> Option<Finding> {
    let governor = it.governor.as_deref()?;
    Some(if governor == "performance" {
        Finding::ok("frequency governor `performance`")
    } else {
        Finding::warning(format!("frequency governor `{governor}`: the clock follows the load"))
            .fix("echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")
    })
}

fn turbo(it: &Instrument, _: usize) -> Option<Finding> {
    Some(match it.turbo? {
        Turbo::Off => Finding::ok("turbo is off"),
        Turbo::On => Finding::warning("turbo is on: the clock depends on how warm the chip is").fix(
            "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo \
             || echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost",
        ),
    })
}

fn siblings(it: &Instrument, _: usize) -> Option<Finding> {
    Some(if it.has_siblings? {
        let cost = "two threads share each core (SMT): a busy sibling slows what is measured";
        Finding::warning(cost).fix("echo off | sudo tee /sys/devices/system/cpu/smt/control")
    } else {
        Finding::ok("no two threads share a core")
    })
}

fn addresses(it: &Instrument, _: usize) -> Option<Finding> {
    Some(Finding::ok(if it.is_randomised? {
        "addresses are randomised (ASLR): each process is another layout, and comparisons average over them"
    } else {
        "addresses are fixed (no ASLR): what one layout costs is in every process; suspected changes are measured in others"
    }))
}

fn virtualization(it: &Instrument, _: usize) -> Option<Finding> {
    let kind = it.virtualization.as_deref()?;
    Some(Finding::warning(format!(
        "`{kind}`: other guests share caches, memory and the chip's heat, unseen from here"
    )))
}

fn steal(it: &Instrument, _: usize) -> Option<Finding> {
    let share = it.steal.filter(|share| *share > STOLEN)?;
    let percent = share * 100.0;
    Some(Finding::warning(format!(
        "the hypervisor took {percent:.0} % of the CPU time since boot: noisy neighbours"
    )))
}

fn load(it: &Instrument, cpus: usize) -> Option<Finding> {
    let load = it.load?;
    let all = if cpus == 1 { "1 CPU".to_owned() } else { format!("{cpus} CPUs") };
    Some(if load > BUSY * cpus.max(1) as f64 {
        Finding::warning(format!("a load of {load:.1} on {all}: something else is running")).fix("top")
    } else {
        Finding::ok(format!("a load of {load:.1}"))
    })
}

fn memory(it: &Instrument, _: usize) -> Option<Finding> {
    let memory = it.memory?;
    let [available, total] = [memory.available, memory.total].map(bytes);
    let is_low = (memory.available as f64) < LOW_MEMORY * memory.total as f64;
    Some(if is_low {
        Finding::warning(format!(
            "{available} of {total} memory free: what is measured may be written to disk"
        ))
        .fix("top -o %MEM")
    } else if memory.swapped > 0 {
        let swapped = bytes(memory.swapped);
        Finding::warning(format!(
            "{swapped} are written out to the swap: the first touch reads them from disk"
        ))
        .fix("sudo swapoff -a && sudo swapon -a")
    } else {
        Finding::ok(format!("{available} of {total} memory free"))
    })
}

fn group_of_cpus(it: &Instrument, cpus: usize) -> Option<Finding> {
    let limit = it.group.cpus.filter(|limit| *limit < cpus as f64)?;
    let stopped = match it.group.stopped {
        Some(share) => format!("; so far in {:.0} % of periods", share * 100.0),
        None => String::new(),
    };
    let cost = format!(
        "limited to {limit:.1} of {cpus} CPUs: who uses more is stopped for the rest of each period{stopped}"
    );
    // Where it is lifted depends on what set it: a container, a job, a service.
    Some(Finding::warning(cost))
}

fn group_of_memory(it: &Instrument, _: usize) -> Option<Finding> {
    let limit = it.group.memory?;
    let is_all = it.memory.is_some_and(|memory| limit >= memory.total);
    (!is_all).then(|| {
        Finding::warning(format!("limited to {} of memory: what needs more is killed", bytes(limit)))
    })
}

fn isolation(it: &Instrument, cpus: usize) -> Option<Finding> {
    let isolated = it.isolated.as_deref()?;
    Some(if isolated.is_empty() {
        let way = match cpus {
            0..=2 => String::new(),
            many => {
                format!("; the kernel parameters `isolcpus={0} nohz_full={0}` keep CPU {0} free", many - 1)
            }
        };
        Finding::warning(format!(
            "no CPU is isolated: the scheduler runs other processes next to what is measured{way}"
        ))
    } else {
        Finding::ok(format!(
            "CPUs {isolated} are isolated: `taskset -c {isolated} cargo accel-bench` measures there"
        ))
    })
}

fn counters(it: &Instrument, _: usize) -> Option<Finding> {
    Some(match it.counters.as_ref()? {
        Counters::Counted { instructions } => {
            Finding::ok(format!("hardware counters work: {instructions} instructions of a loop counted"))
        }
        Counters::Closed => {
            let level = it.perf_event_paranoid.map(|level| format!(" (perf_event_paranoid is {level})"));
            let what = format!("hardware counters are closed to this user{}", level.unwrap_or_default());
            Finding::warning(what).fix(format!("sudo sysctl kernel.perf_event_paranoid={PARANOID}"))
        }
        Counters::None { reason } => {
            Finding::warning(format!("no hardware counters ({reason}): instructions are counted by valgrind"))
                .fix("cargo accel-bench --counts")
        }
    })
}

fn bytes(count: u64) -> String {
    Bytes::new(count as f64).map(|bytes| bytes.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Group, Memory};
    use super::super::finding::lines;
    use super::*;

    /// The lines on a machine of four CPUs that says only this.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Instrument), expected: &[&str]) {
        let mut facts = Facts { cpus: 4, ..Facts::default() };
        change(&mut facts.instrument);
        assert_eq!(lines(&instrument(&facts)), *expected);
    }

    #[test]
    fn a_machine_that_says_nothing_is_not_judged() {
        check(|_| {}, &[]);
    }

    #[test]
    fn clock_sources() {
        let with = |source: &str, nanos: f64| {
            let source = source.to_owned();
            move |it: &mut Instrument| (it.clock_source, it.clock_read_nanos) = (Some(source), Some(nanos))
        };
        check(with("tsc", 21.4), &["ok: clock source `tsc`: reading it takes 21 ns"]);
        check(
            with("hpet", 900.0),
            &[
                "warning: clock source `hpet`: reading it takes 900 ns, which short samples contain (echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource)",
            ],
        );
        check(|it| it.clock_read_nanos = Some(41.0), &["ok: clock source: reading it takes 41 ns"]);
    }

    #[test]
    fn clocks_of_the_cpus() {
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
    fn siblings_and_addresses() {
        check(|it| it.has_siblings = Some(false), &["ok: no two threads share a core"]);
        check(
            |it| it.has_siblings = Some(true),
            &[
                "warning: two threads share each core (SMT): a busy sibling slows what is measured (echo off | sudo tee /sys/devices/system/cpu/smt/control)",
            ],
        );
        check(
            |it| it.is_randomised = Some(true),
            &[
                "ok: addresses are randomised (ASLR): each process is another layout, and comparisons average over them",
            ],
        );
        check(
            |it| it.is_randomised = Some(false),
            &[
                "ok: addresses are fixed (no ASLR): what one layout costs is in every process; suspected changes are measured in others",
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
        check(|it| it.steal = Some(0.01), &[]);
        check(
            |it| it.steal = Some(0.07),
            &["warning: the hypervisor took 7 % of the CPU time since boot: noisy neighbours"],
        );
        check(
            |it| it.virtualization = Some("kvm".into()),
            &["warning: `kvm`: other guests share caches, memory and the chip's heat, unseen from here"],
        );
    }

    #[test]
    fn memory_and_swap() {
        let with = |available: u64, swapped: u64| {
            move |it: &mut Instrument| it.memory = Some(Memory { total: 100 << 30, available, swapped })
        };
        check(with(40 << 30, 0), &["ok: 40.00 GiB of 100.0 GiB memory free"]);
        check(
            with(4 << 30, 1),
            &[
                "warning: 4.000 GiB of 100.0 GiB memory free: what is measured may be written to disk (top -o %MEM)",
            ],
        );
        check(
            with(40 << 30, 1 << 20),
            &[
                "warning: 1.000 MiB are written out to the swap: the first touch reads them from disk (sudo swapoff -a && sudo swapon -a)",
            ],
        );
    }

    #[test]
    fn control_groups() {
        let cpus = |cpus: f64, stopped: Option<f64>| {
            move |it: &mut Instrument| it.group = Group { cpus: Some(cpus), stopped, ..Group::default() }
        };
        check(cpus(4.0, None), &[]);
        let limited =
            "warning: limited to 1.5 of 4 CPUs: who uses more is stopped for the rest of each period";
        check(cpus(1.5, None), &[limited]);
        check(cpus(1.5, Some(0.25)), &[&format!("{limited}; so far in 25 % of periods")]);
        check(
            |it| it.group.memory = Some(1 << 30),
            &["warning: limited to 1.000 GiB of memory: what needs more is killed"],
        );
    }

    #[test]
    fn isolated_cpus() {
        check(
            |it| it.isolated = Some("2-3".into()),
            &["ok: CPUs 2-3 are isolated: `taskset -c 2-3 cargo accel-bench` measures there"],
        );
        let none = "warning: no CPU is isolated: the scheduler runs other processes next to what is measured";
        let way = "; the kernel parameters `isolcpus=3 nohz_full=3` keep CPU 3 free";
        check(|it| it.isolated = Some(String::new()), &[&format!("{none}{way}")]);
        let mut two = Facts { cpus: 2, ..Facts::default() };
        two.instrument.isolated = Some(String::new());
        assert_eq!(lines(&instrument(&two)), [none], "of two, none can be spared");
    }

    #[test]
    fn hardware_counters() {
        let counted = Counters::Counted { instructions: 400_123 };
        check(
            |it| it.counters = Some(counted),
            &["ok: hardware counters work: 400123 instructions of a loop counted"],
        );
        let closed = |level: Option<i64>| {
            move |it: &mut Instrument| (it.counters, it.perf_event_paranoid) = (Some(Counters::Closed), level)
        };
        let fix = " (sudo sysctl kernel.perf_event_paranoid=2)";
        check(
            closed(Some(4)),
            &[&format!("warning: hardware counters are closed to this user (perf_event_paranoid is 4){fix}")],
        );
        check(closed(None), &[&format!("warning: hardware counters are closed to this user{fix}")]);
        let none = Counters::None { reason: "No such device".into() };
        check(
            |it| it.counters = Some(none),
            &[
                "warning: no hardware counters (No such device): instructions are counted by valgrind (cargo accel-bench --counts)",
            ],
        );
    }
}
