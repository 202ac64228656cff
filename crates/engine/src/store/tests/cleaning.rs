use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, SystemTime};

use super::*;
use crate::store::gc::Removed;
use crate::store::{Rules, select};
use accel_bench_record::RunId;

const DAY: Duration = Duration::from_hours(24);

/// `main`, `main-interrupted`, … at a day of November 2026; the newest run is of the 20th.
fn summary(day: u8, branch: Option<&str>, state: RunState) -> RunSummary {
    let record = run("r-1");
    RunSummary {
        id: RunId::new(format!("r-{day}")),
        path: PathBuf::new(),
        started: format!("2026-11-{day:02}T12:00:00Z").parse().unwrap(),
        state,
        commit: None,
        tree: None,
        branch: branch.map(ToOwned::to_owned),
        subject: None,
        machine: accel_bench_record::MachineId::new(record.machine),
        profile: record.profile,
        cases: 0,
        failed: 0,
    }
}

fn at(time: &str) -> SystemTime {
    time.parse::<jiff::Timestamp>().unwrap().into()
}

fn runs() -> Vec<RunSummary> {
    vec![
        summary(1, Some("main"), RunState::Complete),
        summary(2, Some("topic"), RunState::Complete),
        summary(3, None, RunState::Complete),
        summary(4, Some("main"), RunState::Interrupted),
        summary(5, Some("main"), RunState::Complete),
        summary(19, Some("main"), RunState::Running),
        summary(20, Some("main"), RunState::Interrupted),
    ]
}

fn check(max_age_days: Option<u32>, keep: Option<usize>, kept: &[&str], expected: &[&str]) {
    let now = at("2026-11-20T13:00:00Z");
    let kept: BTreeSet<_> = kept.iter().map(|id| RunId::new(*id)).collect();
    let rules = Rules { max_age: max_age_days.map(|days| DAY * days), keep };
    let selected = select(&runs(), &rules, &kept, now);
    assert_eq!(selected.iter().map(RunId::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn what_may_go() {
    check(None, None, &[], &[]);
    check(Some(10), None, &[], &["r-1", "r-4"]);
    check(Some(18), None, &[], &["r-1"]);
    check(Some(100), None, &[], &[]);
    check(None, Some(0), &[], &["r-1", "r-4", "r-19"]);
    check(None, Some(1), &[], &["r-1", "r-4", "r-19"]);
    check(None, Some(4), &[], &["r-1"]);
    check(None, Some(7), &[], &[]);
    check(Some(10), Some(2), &[], &["r-1", "r-4"]);
    check(Some(10), None, &["r-1"], &["r-4"]);
}

#[test]
fn a_run_in_progress_stays_for_a_day() {
    let mut all = runs();
    let kept = BTreeSet::new();
    let rules = Rules { max_age: None, keep: Some(0) };
    let old = |now: &str, all: &[RunSummary]| select(all, &rules, &kept, at(now));
    let going = RunId::new("r-19");
    assert!(old("2026-11-20T12:00:01Z", &all).contains(&going));
    assert!(!old("2026-11-20T12:00:00Z", &all).contains(&going));
    all[5].state = RunState::Interrupted;
    assert!(old("2026-11-19T13:00:00Z", &all).contains(&going), "a dead one has no such right");
}

#[test]
fn each_machine_has_its_last_run() {
    let mut all =
        vec![summary(1, Some("main"), RunState::Complete), summary(2, Some("main"), RunState::Complete)];
    let now = at("2026-11-20T13:00:00Z");
    let rules = Rules { max_age: Some(DAY), keep: None };
    assert_eq!(select(&all, &rules, &BTreeSet::new(), now).len(), 1);
    all[0].machine = accel_bench_record::MachineId::new("other");
    assert_eq!(select(&all, &rules, &BTreeSet::new(), now), []);
}

#[test]
fn a_removed_run_takes_its_logs_along() {
    let (_guard, store) = store();
    let path = put(&store, run("r-1"));
    let lonely = put(&store, RunRecord { commit: None, ..run("r-2") });
    put(&store, run("r-3"));
    fs::write(store.logs(&RunId::new("r-1")).join("case.log"), "output").unwrap();
    let bytes = fs::metadata(&path).unwrap().len() + fs::metadata(&lonely).unwrap().len();
    let gone = ["r-1", "r-2", "r-unknown"].map(RunId::new);
    let removed = store.remove(&gone, SystemTime::now()).unwrap();
    assert_eq!(removed, Removed { runs: 2, bytes });
    assert_eq!(ids(&store.runs().unwrap().runs), ["r-3"]);
    assert_eq!(file_names(&store.root().join("logs")), ["r-3"]);
    assert_eq!(file_names(&store.root().join("runs")), [COMMIT], "an empty folder goes too");
    let again = store.remove(&gone, SystemTime::now()).unwrap();
    assert_eq!((again, again.to_string().as_str()), (Removed::default(), "0 runs (0.000 B)"));
}

#[test]
fn removal_leaves_broken_files_and_sweeps_leftovers() {
    let (_guard, store) = store();
    let dir = put(&store, run("r-1")).parent().unwrap().to_path_buf();
    fs::write(dir.join("broken.json"), "{").unwrap();
    fs::write(dir.join(".left.tmp"), "{").unwrap();
    store.remove(&[RunId::new("r-1")], SystemTime::now() + DAY * 2).unwrap();
    assert_eq!(file_names(&dir), ["broken.json"]);
}

/// Whatever the rules are: what must stay stays, and a stricter rule removes no less.
#[test]
fn no_rule_takes_what_must_stay() {
    let now = at("2026-11-20T13:00:00Z");
    let kept: BTreeSet<_> = [RunId::new("r-1")].into();
    let mut before = runs().len();
    for keep in 0..=8 {
        for days in 0..=25 {
            let chosen = |keep, max_age| select(&runs(), &Rules { max_age, keep }, &kept, now);
            let by_both = chosen(Some(keep), Some(DAY * days));
            let (by_count, by_age) = (chosen(Some(keep), None), chosen(None, Some(DAY * days)));
            let either: BTreeSet<_> = by_count.iter().chain(&by_age).collect();
            assert_eq!(by_both.iter().collect::<BTreeSet<_>>(), either, "one rule is enough to go");
            for stays in ["r-1", "r-2", "r-3", "r-5", "r-20"] {
                assert!(!by_both.contains(&RunId::new(stays)), "{stays} with {keep} and {days}");
            }
        }
        let count = select(&runs(), &Rules { max_age: None, keep: Some(keep) }, &kept, now).len();
        assert!(count <= before, "keeping {keep} removes no more than keeping one less");
        before = count;
    }
}
