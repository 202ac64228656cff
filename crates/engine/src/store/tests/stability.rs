use super::*;
use crate::store::is_stable;

fn check(run: &RunRecord, expected: &str) {
    let found = is_stable(run).map_or_else(|unstable| unstable.to_string(), |()| "stable".to_owned());
    let expected =
        if expected == "stable" { expected.to_owned() } else { format!("the run is not stable: {expected}") };
    assert_eq!(found, expected);
}

fn of(cases: Vec<CaseRecord>) -> RunRecord {
    RunRecord { cases, ..run("r-1") }
}

#[test]
fn stable_runs() {
    check(&of(vec![case("a", &[1000, 1001, 1002])]), "stable");
    check(&of(vec![case("a", &[950, 1000, 1050])]), "stable");
    check(&of(vec![case("a", &[1000, 1000, 1000]), failed("f16", Failure::Unsupported)]), "stable");
}

#[test]
fn unstable_runs() {
    let good = || case("a", &[1000, 1001, 1002]);
    check(&of(vec![]), "it has no case with a result");
    check(&of(vec![failed("f16", Failure::Unsupported)]), "it has no case with a result");
    check(&RunRecord { state: RunState::Interrupted, ..of(vec![good()]) }, "it did not come to its end");
    check(&RunRecord { state: RunState::Running, ..of(vec![good()]) }, "it did not come to its end");
    check(&of(vec![good(), failed("b", Failure::Panic)]), "`enc/b/b8@ndarray` failed");
    check(&of(vec![case("a", &[1000])]), "`enc/a/b8@ndarray` was measured in 1 process, and 3 are needed");
    check(
        &of(vec![case("a", &[1000, 1001])]),
        "`enc/a/b8@ndarray` was measured in 2 processes, and 3 are needed",
    );
    check(
        &of(vec![case("a", &[940, 1000, 1050])]),
        "the processes of `enc/a/b8@ndarray` lie 11 % apart, and 10 % are allowed",
    );
    let mut cold = good();
    cold.processes[1].warm_up.steady = false;
    check(&of(vec![cold]), "`enc/a/b8@ndarray` was still warming up when it was measured");
}

#[test]
fn every_case_at_fault_is_named() {
    let run = RunRecord {
        state: RunState::Interrupted,
        ..of(vec![case("a", &[1000, 1000, 1000]), failed("b", Failure::Oom), case("c", &[1000, 1600, 1000])])
    };
    let reasons = is_stable(&run).unwrap_err().0;
    assert_eq!(reasons.len(), 3);
    assert_eq!(
        reasons[2].to_string(),
        "the processes of `enc/c/b8@ndarray` lie 60 % apart, and 10 % are allowed"
    );
}
