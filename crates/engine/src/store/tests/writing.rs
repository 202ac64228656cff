use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::thread;
use std::time::{Duration, SystemTime};

use accel_bench_record::{Direction, Metric};

use super::*;
use crate::store::{Error, export, read_file};
use accel_bench_record::RunId;

#[test]
fn a_run_is_on_disk_after_every_case() {
    let (_guard, store) = store();
    let mut record = RunRecord { state: RunState::Running, ..run("r-1") };
    let mut writer = store.begin(&mut record).unwrap();
    assert_eq!(writer.path(), store.root().join("runs").join(COMMIT).join("r-1.json"));
    for count in 1..4 {
        record.cases.push(case(&format!("c{count}"), &[100, 101, 102]));
        writer.save(&record).unwrap();
        assert_eq!(read_file(writer.path()).unwrap(), record);
    }
    assert_eq!(store.runs().unwrap().runs[0].cases, 3);
}

#[test]
fn outside_git_runs_have_a_folder_too() {
    let (_guard, store) = store();
    let path = put(&store, RunRecord { commit: None, ..run("r-1") });
    assert_eq!(path, store.root().join("runs/no-commit/r-1.json"));
    assert_eq!(store.runs().unwrap().runs[0].commit, None);
}

#[test]
fn an_id_that_is_taken_is_drawn_again() {
    let (_guard, store) = store();
    let other_commit = CommitInfo { id: "ff".into(), ..run("x-1").commit.unwrap() };
    let path = put(&store, run("20261121-093045-3f9a"));
    let before = fs::read(&path).unwrap();
    let mut second = RunRecord { commit: Some(other_commit), ..run("20261121-093045-3f9a") };
    second.started = "2026-11-21T09:30:45Z".into();
    let mut writer = store.begin(&mut second).unwrap();
    assert_ne!(second.id, "20261121-093045-3f9a", "in another commit's folder as well");
    assert_eq!(writer.id().as_str(), second.id);
    assert!(second.id.starts_with("20261121-093045-"));
    writer.save(&second).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn many_runs_at_once_do_not_harm_each_other() {
    const WRITERS: usize = 8;
    let (_guard, store) = store();
    let written: BTreeSet<String> = thread::scope(|scope| {
        let write = || {
            let mut record =
                RunRecord { started: "2026-11-21T09:00:00Z".into(), ..run("20261121-090000-0000") };
            let mut writer = store.begin(&mut record).unwrap();
            for count in 0..10 {
                record.cases.push(case(&format!("c{count}"), &[100, 101, 102]));
                writer.save(&record).unwrap();
                let listing = store.runs().unwrap();
                assert!(listing.skipped.is_empty(), "{:?}", listing.skipped);
            }
            record.id
        };
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(written.len(), WRITERS, "every run has an id of its own");
    let listing = store.runs().unwrap();
    assert_eq!(listing.runs.len(), WRITERS);
    assert!(listing.runs.iter().all(|run| run.cases == 10 && written.contains(run.id.as_str())));
}

#[test]
fn a_run_whose_process_died_is_interrupted_and_valid() {
    let (_guard, store) = store();
    let mut record = RunRecord { state: RunState::Running, cases: vec![case("c", &[5, 6, 7])], ..run("r-1") };
    let writer = store.begin(&mut record).unwrap();
    assert_eq!(store.runs().unwrap().runs[0].state, RunState::Running);
    assert_eq!(store.load(&RunId::new("r-1")).unwrap().state, RunState::Running);
    drop(writer);
    assert_eq!(store.runs().unwrap().runs[0].state, RunState::Interrupted);
    let loaded = store.load(&RunId::new("r-1")).unwrap();
    assert_eq!((loaded.state, loaded.cases), (RunState::Interrupted, record.cases));
}

#[test]
fn what_a_killed_process_leaves_is_passed_over_and_later_swept() {
    let (_guard, store) = store();
    let path = put(&store, run("r-1"));
    let dir = path.parent().unwrap();
    let leftover = fs::File::create(dir.join(".a1b2c3.tmp")).unwrap();
    (&leftover).write_all(br#"{"format":1,"id":"r-1","#).unwrap();
    let listing = store.runs().unwrap();
    assert_eq!((ids(&listing.runs), listing.skipped.len()), (vec!["r-1"], 0));
    put(&store, run("r-2"));
    assert_eq!(file_names(dir), [".a1b2c3.tmp", "r-1.json", "r-2.json"], "it may be in use");
    leftover.set_modified(SystemTime::now() - Duration::from_hours(48)).unwrap();
    put(&store, run("r-3"));
    assert_eq!(file_names(dir), ["r-1.json", "r-2.json", "r-3.json"]);
}

#[test]
fn a_store_that_is_cleared_under_a_run_comes_back() {
    let (_guard, store) = store();
    let mut record = run("r-1");
    let mut writer = store.begin(&mut record).unwrap();
    fs::remove_dir_all(store.root()).unwrap();
    writer.save(&record).unwrap();
    assert_eq!(ids(&store.runs().unwrap().runs), ["r-1"]);
}

#[test]
fn a_number_that_json_cannot_hold_is_refused_before_it_spoils_the_file() {
    let (_guard, store) = store();
    let mut record = RunRecord { cases: vec![case("c", &[5])], ..run("r-1") };
    let mut writer = store.begin(&mut record).unwrap();
    let before = fs::read(writer.path()).unwrap();
    record.cases[0].processes[0].metrics.push(Metric::new("loss", "", Direction::Lower, f64::NAN));
    let error = writer.save(&record).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot save metric `loss` of `enc/c/b8@ndarray`: its value is NaN, which JSON cannot hold"
    );
    assert_eq!(fs::read(writer.path()).unwrap(), before);
}

#[test]
fn a_save_that_fails_leaves_the_version_before() {
    let (_guard, store) = store();
    let mut record = run("r-1");
    let mut writer = store.begin(&mut record).unwrap();
    let dir = writer.path().parent().unwrap();
    let aside = store.root().join("aside");
    fs::rename(dir, &aside).unwrap();
    fs::write(dir, "a file where the folder was").unwrap();
    record.cases.push(case("c", &[5]));
    assert!(matches!(writer.save(&record), Err(Error::Write { .. })));
    assert_eq!(read_file(&aside.join("r-1.json")).unwrap().cases.len(), 0);
    assert_eq!(file_names(&aside), ["r-1.json"]);
}

#[test]
fn a_run_that_could_not_begin_leaves_nothing() {
    let (_guard, store) = store();
    let mut record = RunRecord { cases: vec![case("c", &[5])], ..run("r-1") };
    record.cases[0].processes[0].metrics.push(Metric::new("loss", "", Direction::Lower, f64::INFINITY));
    assert!(matches!(store.begin(&mut record), Err(Error::NotFinite { .. })));
    assert!(file_names(&store.root().join("logs")).is_empty());
    assert!(store.runs().unwrap().runs.is_empty());
}

#[test]
fn a_store_below_a_file_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let store = Store::open(dir.path().join("file/store"));
    assert!(matches!(store.begin(&mut run("r-1")), Err(Error::Write { .. })));
    assert!(matches!(store.runs(), Err(Error::List { .. })));
}

/// Not even root may create anything in `/sys`.
#[cfg(target_os = "linux")]
#[test]
fn a_store_that_cannot_be_written_says_so() {
    let store = Store::open("/sys/accel-bench");
    let error = store.begin(&mut run("r-1")).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    assert_eq!(
        error.hint().as_deref(),
        Some("set `[store] path` in bench.toml to a folder that can be written")
    );
    assert!(store.runs().unwrap().runs.is_empty(), "reading still works");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_from_other_errors() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let source = (&full).write_all(b"x").unwrap_err();
    let error = Error::write(Path::new("r.json"), source);
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
}

#[test]
fn ids_and_commits_cannot_lead_out_of_the_store() {
    let (guard, store) = store();
    let evil = CommitInfo { id: "../../x".into(), ..run("r-1").commit.unwrap() };
    for mut record in [run("../r-1"), run(""), RunRecord { commit: Some(evil), ..run("r-1") }] {
        assert!(matches!(store.begin(&mut record), Err(Error::InvalidName { .. })));
    }
    assert!(file_names(guard.path()).iter().all(|name| name == ".accel-bench"));
}

#[test]
fn a_run_can_be_exported_and_read_back() {
    let (guard, _) = store();
    let record = RunRecord { cases: vec![case("c", &[5, 6, 7])], ..run("r-1") };
    let path = export(&record, &guard.path().join("out/deep")).unwrap();
    assert_eq!(path, guard.path().join("out/deep/r-1.json"));
    assert_eq!(read_file(&path).unwrap(), record);
    assert_eq!(export(&record, path.parent().unwrap()).unwrap(), path, "again is not an error");
}
