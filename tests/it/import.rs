//! `import`: results of other programs are runs like all others.

use std::fs;

use crate::support::Project;

const HYPERFINE: &str = r#"{"results": [{"command": "make test", "median": 0.5, "times": [0.5, 0.4, 0.6], "exit_codes": [0, 0, 0]}]}"#;
const LIST: &str = r#"{"timestamp": "2026-11-28T02:04:05Z", "environment": "CI 7",
    "benchmarks": [{"name": "bert", "duration_ms": 12.5, "throughput": 80.0, "memory_mb": 640.0}]}"#;

#[test]
fn what_other_programs_measured_is_shown_and_kept_once() {
    let project = Project::new("import").toml("").under_git();
    project.write("times.json", HYPERFINE);
    project.write("list.json", LIST);
    project
        .accel_bench("import hyperfine times.json")
        .exits(0)
        .says("1 case as run")
        .says("`trend` leaves it out");
    project
        .accel_bench("import list list.json --commit HEAD --machine ci")
        .exits(0)
        .says("of commit")
        .says("on ci");
    project.accel_bench("import list list.json").exits(0).says("was imported before");
    let runs = project.accel_bench("log --format json").exits(0);
    let mut machines = runs.column("/rows", "machine");
    machines.sort();
    assert_eq!(machines, ["ci", "hyperfine-unknown"]);
    let shown = project.accel_bench("show HEAD --format json").exits(0);
    assert_eq!(shown.at("/cases/0/case"), "list/bert@host");
    assert_eq!(shown.at("/cases/0/latency_ns"), 12_500_000.0);
}

#[test]
fn criterions_own_folder_is_read() {
    let project = Project::new("import-criterion").toml("").under_git();
    project.write("target/criterion/sort/10/new/benchmark.json", r#"{"full_id": "sort/10"}"#);
    project.write(
        "target/criterion/sort/10/new/sample.json",
        r#"{"iters": [1.0, 2.0], "times": [50.0, 100.0]}"#,
    );
    project.accel_bench("import criterion target/criterion").exits(0).says("1 case as run");
    let shown = project.accel_bench("show --format json").exits(0);
    assert_eq!(
        (shown.at("/cases/0/case"), shown.at("/cases/0/latency_ns")),
        ("criterion/sort/10@host".into(), 50.0.into())
    );
}

#[test]
fn what_cannot_be_imported_is_said_and_nothing_is_stored() {
    let project = Project::new("import-errors").toml("").under_git();
    project.write("list.json", LIST);
    project.write("empty.json", r#"{"results": []}"#);
    project.write("cut.json", &HYPERFINE[..40]);
    project.write("binary.json", "\u{0}\u{1}");
    project
        .accel_bench("import hyperfine list.json")
        .exits(2)
        .says("is not a result of hyperfine")
        .says("import --help");
    project.accel_bench("import hyperfine cut.json").exits(2).says("EOF while parsing");
    project.accel_bench("import hyperfine binary.json").exits(2).says("is not a result of hyperfine");
    project.accel_bench("import hyperfine empty.json").exits(4).says("has no results");
    project.accel_bench("import hyperfine nowhere.json").exits(8).says("nowhere.json");
    project.accel_bench("import list /dev/zero").exits(8).says("it is not a file");
    project.accel_bench("import criterion src").exits(2).says("target/criterion");
    project.accel_bench("import list list.json --commit nowhere").exits(2).says("nowhere");
    project.accel_bench("import jmh list.json").exits(2).says("possible values: criterion, hyperfine");
    project.accel_bench("import list").exits(2);
    assert!(!project.path(".accel-bench/runs").exists());
    fs::write(project.path(".accel-bench"), "in the way").expect("a file");
    project.accel_bench("import list list.json").exits(8);
}

#[test]
#[cfg(feature = "history")]
fn imported_results_are_part_of_the_history() {
    let project = Project::new("import-trend").toml("").under_git();
    let commits = crate::support::synthetic::commits(project.root(), 20);
    for (at, commit) in commits.iter().enumerate() {
        let seconds = if at < 10 { 0.010 } else { 0.012 };
        let text = format!(
            r#"{{"commit_info": {{"id": "{commit}", "time": "2026-11-21T09:00:{at:02}", "dirty": false, "branch": "main"}},
              "machine_info": {{"node": "ci"}}, "datetime": "2026-11-28T02:04:{at:02}",
              "benchmarks": [{{"fullname": "test_a.py::test_sort", "stats": {{"median": {seconds}}}}}]}}"#
        );
        project.write(&format!("{at}.json"), &text);
    }
    let files = (0..20).map(|at| format!("{at}.json")).collect::<Vec<_>>().join(" ");
    project.accel_bench(&format!("import pytest-benchmark {files}")).exits(0);
    let found = project.accel_bench("trend --format json").exits(0).json();
    let series = &found["series"][0];
    assert_eq!(series["case"], "pytest-benchmark/test_a.py/test_sort@host");
    assert_eq!((&series["machine"], &series["commits"]), (&"pytest-benchmark-ci".into(), &20.into()));
    assert_eq!(series["changes"][0]["commit"], commits[10].as_str(), "{found}");
}
