//! `isolate`: which cases share a process.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Project;

/// Each case says which process it was in.
const PIDS: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2, 3]))]
fn pid(b: &mut Bencher) {
    use accel_bench::{Direction, Metric};
    b.metric(Metric::new("pid", "", Direction::Neither, f64::from(std::process::id())));
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}

#[bench(backends = ["host"])]
fn leaves_when_asked(b: &mut Bencher) {
    if std::env::var_os("LEAVE").is_some() {
        std::process::exit(3);
    }
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str, more: &str) -> Project {
    let toml = format!("[[bench]]\ntarget = \"pids\"\nprocesses = 2\n{more}");
    Project::new(name).bench("pids", PIDS).toml(&toml)
}

/// The processes of each case in the last run.
fn pids(project: &Project) -> Vec<Vec<u64>> {
    project.accel_bench("/pid/").exits(0);
    let file = project.runs().pop().expect("a run");
    let run: Value = serde_json::from_str(&project.read(file)).expect("JSON");
    let pid = |process: &Value| {
        let metrics = process["metrics"].as_array().expect("metrics");
        let pid = metrics.iter().find(|metric| metric["name"] == "pid").expect("the metric");
        pid["value"].as_f64().expect("a number") as u64
    };
    let cases = run["cases"].as_array().expect("cases");
    cases
        .iter()
        .map(|case| case["processes"].as_array().expect("processes").iter().map(pid).collect())
        .collect()
}

fn distinct(pids: &[Vec<u64>]) -> usize {
    pids.iter().flatten().collect::<BTreeSet<_>>().len()
}

#[test]
fn cases_of_a_target_share_a_process_unless_told_otherwise() {
    let shared = pids(&project("shared", ""));
    assert_eq!(shared.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    assert_eq!(distinct(&shared), 2, "one process a round: {shared:?}");
    assert_eq!(shared[0], shared[2]);
}

#[test]
fn each_case_has_a_process_of_its_own() {
    let isolated = pids(&project("isolated", "isolate = \"case\"\n"));
    assert_eq!(isolated.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2]);
    assert_eq!(distinct(&isolated), 6, "each case in each round: {isolated:?}");
}

#[test]
fn a_process_that_ends_takes_no_other_case_along() {
    let project = project("isolated-end", "isolate = \"case\"\n");
    let mut command = project.command(&["--format", "json"]);
    command.env("LEAVE", "1");
    let ran = crate::support::run(command).exits(3);
    assert_eq!(ran.column("/cases", "status"), ["ok", "ok", "ok", "crash"]);
    for case in 0..3 {
        let processes = ran.at(&format!("/cases/{case}/process_medians_ns"));
        assert_eq!(processes.as_array().map(Vec::len), Some(2), "both rounds of the others: {ran:#}");
    }
}
