//! `--counts`: instructions next to the times.

use serde_json::Value;

use crate::support::{Project, Ran, run};

const COUNTED: &str = r#"
#[inline(never)]
fn work(values: &[u64], times: u64) -> u64 {
    (0..times).fold(0, |sum, time| values.iter().fold(sum, |sum, value| sum.rotate_left(5) ^ value ^ time))
}

#[bench(backends = ["host"])]
fn changed(b: &mut Bencher) {
    let values: Vec<u64> = (0..1_000).collect();
    b.iter(|| work(std::hint::black_box(&values), it::NANOS / 50_000));
}

#[bench(backends = ["host"])]
fn steady(b: &mut Bencher) {
    let values: Vec<u64> = (0..1_000).collect();
    b.iter(|| work(std::hint::black_box(&values), 2));
}
"#;

fn project(name: &str, more: &str) -> Project {
    let toml = format!("[[bench]]\ntarget = \"counted\"\n{more}");
    Project::new(name).bench("counted", COUNTED).toml(&toml)
}

/// A count of a case, and what a comparison makes of it.
fn count(ran: &Ran, case: &str, name: &str) -> Value {
    let rows = ran.at("/rows");
    let mut rows = rows.as_array().expect("rows").iter();
    let row = rows.find(|row| row["benchmark"] == case).expect("it was measured");
    let mut metrics = row["metrics"].as_array().expect("metrics").iter();
    metrics.find(|metric| metric["name"] == name).cloned().unwrap_or(Value::Null)
}

#[test]
fn instructions_are_compared_beside_the_times() {
    let project = project("counts", "").under_git();
    project.takes(150_000);
    let ran = project.accel_bench("compare main --counts --format json").exits_with_one_of(&[1, 7]);
    let changed = count(&ran, "changed", "instructions");
    assert_eq!((&changed["verdict"], &changed["unit"]), (&"regressed".into(), &"/iter".into()), "{ran:#}");
    let [before, after] = ["baseline", "candidate"].map(|side| changed[side].as_f64().expect("a count"));
    // About half as much again, and as good as nothing of the harness.
    assert!(before > 3_000.0 && (1.4..1.7).contains(&(after / before)), "{changed}");
    let steady = count(&ran, "steady", "instructions");
    assert_eq!(steady["verdict"], "same", "{steady}");
    // The compiler may lay two instructions otherwise, and no clock adds anything.
    assert!(steady["effect_share"].as_f64().is_some_and(|share| share.abs() < 0.001), "{steady}");
    assert_eq!(count(&ran, "steady", "l1-misses")["verdict"], "same");
    // The answer comes from the store, with its counts.
    let table = project.accel_bench("compare main --counts").exits_with_one_of(&[1, 7]);
    table.says("Compared before").shows("instructions").shows("/iter");
}

#[test]
fn a_bench_can_ask_for_counts_and_a_machine_may_have_none() {
    let project = project("counted-alone", "counts = \"callgrind\"\n");
    project.accel_bench("changed").exits(0).shows("instructions");
    // A valgrind that cannot start is none.
    project.write("none/valgrind", "#!/bin/sh\nexit 127\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(project.path("none/valgrind"), mode).expect("it may be run");
    let without = |line: &str| {
        let mut command = project.command(&line.split(' ').collect::<Vec<_>>());
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", project.path("none").display()));
        run(command)
    };
    let ran = without("changed --format json").exits(0);
    let reason = ran.at("/cases/0/uncounted");
    let reason = reason.as_str().expect("a reason");
    assert!(reason.starts_with("valgrind is not installed; `apt install valgrind`"), "{reason}");
    without("changed").exits(0).shows("not counted: valgrind is not installed");
}
