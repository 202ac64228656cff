//! Benchmarks that do everything but measure: each gives its own case a status, and the others their results.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::support::{Project, Ran, survivors};

const BENCHES: &str = include_str!("hostile/benches.rs");

const TOML: &str = r#"
[[bench]]
target = "hostile"
timeout = "1500ms"
processes = 1
"#;

/// All of them in one run, in the order of the source.
fn hostile() -> &'static (Project, Ran) {
    static HOSTILE: OnceLock<(Project, Ran)> = OnceLock::new();
    HOSTILE.get_or_init(|| {
        let project = Project::new("hostile").bench("hostile", BENCHES).toml(TOML);
        project.accel_bench("--no-run").exits(0);
        let ran = project.accel_bench("--format json").exits(3);
        (project, ran)
    })
}

/// `status: reason` of a benchmark's case.
fn ended(name: &str) -> String {
    let (_, ran) = hostile();
    let columns = ["benchmark", "status", "reason"].map(|field| ran.column("/cases", field));
    let cases: BTreeMap<_, _> = columns[0].iter().zip(columns[1].iter().zip(&columns[2])).collect();
    let (status, reason) = cases.get(&name.to_owned()).unwrap_or_else(|| panic!("no case {name}: {ran:#}"));
    format!("{status}: {reason}")
}

#[track_caller]
fn check(name: &str, status: &str, reason: &str) {
    let ended = ended(name);
    assert!(ended.starts_with(&format!("{status}: ")) && ended.contains(reason), "{name}: {ended}");
}

#[test]
fn a_panic() {
    check("panics", "panic", "out of luck at benches/hostile.rs:");
}

#[test]
fn ends_of_the_process() {
    check("exits", "crash", "exited with code 3");
    check("exits_well", "crash", "exited with code 0");
    check("aborts", "crash", "SIGABRT");
    check("overflows_its_stack", "crash", "SIGABRT");
    check("reads_nowhere", "crash", "SIGSEGV");
    check("kills_itself", "crash", "SIGKILL");
}

#[test]
fn memory_that_is_not_there() {
    check("allocates_too_much", "oom", "memory allocation of");
    check("runs_out_of_device_memory", "oom", "Out of Memory in a pool");
    check("fails_to_allocate_on_its_device", "oom", "no buffer of 8 GiB");
}

#[test]
fn a_device_that_is_lost() {
    check("loses_its_device", "poisoned", "device lost");
}

#[test]
fn hangs() {
    check("hangs", "timeout", "no result within 1.5 s");
    check("sleeps_in_setup", "timeout", "timeout");
    check("ignores_being_asked_to_end", "timeout", "no result within");
}

#[test]
fn what_a_benchmark_says_of_itself() {
    check("returns_an_error", "error", "no weights");
    check("is_unsupported", "unsupported", "no f16 here");
    check("is_wrong", "wrong-output", "differs by 0.5");
    check("lacks_a_parameter", "error", "no-such-parameter");
}

#[test]
fn what_is_no_measurement() {
    check("times_twice", "error", "timed twice");
    check("never_times", "error", "nothing was timed");
    check("lies_about_time", "protocol", "of wall time");
    check("takes_no_time_at_all", "protocol", "0 ns");
    check("has_a_metric_that_is_none", "error", "the metric `share` is NaN");
}

#[test]
fn output_of_every_kind_harms_nobody() {
    check("prints_garbage", "ok", "null");
    check("prints_a_lot", "ok", "null");
    check("closes_its_output", "ok", "null");
    check("leaves_a_grandchild", "ok", "null");
}

#[test]
fn those_between_have_their_results() {
    for name in ["well_1", "well_2", "well_3", "well_4"] {
        check(name, "ok", "null");
    }
    let (project, ran) = hostile();
    let again = project.accel_bench("show --format json").exits(0);
    assert_eq!(again.column("/cases", "status"), ran.column("/cases", "status"), "all of it is stored");
}

#[test]
fn cleanup_runs_after_an_error_and_after_a_panic() {
    check("cleans_up_after_error", "error", "execute failed");
    check("cleans_up_after_panic", "panic", "execute panicked");
    let cleaned = hostile().0.read("cleaned");
    assert!(cleaned.contains("after error") && cleaned.contains("after panic"), "{cleaned}");
}

#[test]
fn nobody_survives() {
    let (project, _) = hostile();
    assert_eq!(survivors(project.root()), [] as [String; 0]);
}
