use std::fs;

use super::*;
use crate::store::{Query, Tree};
use accel_bench_record::{CommitId, MachineId};

fn with_tree(id: &str, tree: TreeState) -> RunRecord {
    let record = run(id);
    RunRecord { commit: record.commit.clone().map(|commit| CommitInfo { tree, ..commit }), ..record }
}

fn filled() -> (tempfile::TempDir, Store) {
    let (guard, store) = store();
    put(&store, run("r-1"));
    put(&store, RunRecord { machine: "m-2".into(), ..run("r-2") });
    put(&store, with_tree("r-3", TreeState::Dirty { tree: "d1".into() }));
    put(&store, with_tree("r-4", TreeState::Merge { tree: "d2".into(), with: "ee".into() }));
    put(&store, RunRecord { commit: None, ..run("r-5") });
    put(&store, RunRecord { state: RunState::Interrupted, ..run("r-6") });
    (guard, store)
}

fn check(query: &Query, expected: Option<&str>) {
    let (_guard, store) = filled();
    let found = store.latest(query).unwrap().record;
    assert_eq!(found.map(|run| run.id).as_deref(), expected, "{query:?}");
}

#[test]
fn the_latest_run_of_something() {
    let commit = || Some(CommitId::new(COMMIT));
    let tree = |tree| Query { commit: commit(), tree, ..Query::default() };
    check(&Query::default(), Some("r-5"));
    check(&tree(Tree::Any), Some("r-4"));
    check(&tree(Tree::Clean), Some("r-2"));
    check(&tree(Tree::Hash("d1".into())), Some("r-3"));
    check(&tree(Tree::Hash("d2".into())), Some("r-4"));
    check(&tree(Tree::Hash("d3".into())), None);
    check(&Query { machine: Some(MachineId::new("m-2")), ..Query::default() }, Some("r-2"));
    check(&Query { machine: Some(MachineId::new("m-3")), ..Query::default() }, None);
    check(&Query { commit: Some(CommitId::new("ff")), ..Query::default() }, None);
    check(&Query { machine: Some(MachineId::new("m-1")), ..tree(Tree::Clean) }, Some("r-1"));
}

#[test]
fn an_interrupted_run_is_better_than_none() {
    let (_guard, store) = store();
    put(&store, RunRecord { state: RunState::Interrupted, ..run("r-1") });
    put(&store, RunRecord { state: RunState::Running, ..run("r-2") });
    let found = store.latest(&Query::default()).unwrap().record.unwrap();
    assert_eq!((found.id.as_str(), found.state), ("r-2", RunState::Interrupted));
}

#[test]
fn a_file_that_only_looks_whole_gives_way_to_the_one_before() {
    let (_guard, store) = store();
    put(&store, run("r-1"));
    let path = put(&store, RunRecord { cases: vec![case("c", &[5])], ..run("r-2") });
    let spoilt = unsealed(&path).replace("\"iterations\":[1,1,1]", "\"iterations\":\"many\"");
    fs::write(&path, spoilt).unwrap();
    assert_eq!(store.runs().unwrap().runs.len(), 2, "a summary does not look at samples");
    let latest = store.latest(&Query::default()).unwrap();
    let unreadable: Vec<_> = latest.unreadable.into_iter().map(|file| file.path).collect();
    assert_eq!((latest.record.unwrap().id.as_str(), unreadable), ("r-1", vec![path]));
}

#[test]
fn a_file_that_cannot_be_read_is_the_error_where_there_is_no_other() {
    let (_guard, store) = store();
    let path = put(&store, run("r-1"));
    fs::write(&path, "{").unwrap();
    let error = store.latest(&Query::default()).unwrap_err().to_string();
    assert!(error.contains(&path.display().to_string()), "{error}");
}

#[test]
fn a_profile_means_complete_runs_of_the_same_selection() {
    let (_guard, store) = store();
    let profile = |name: &str, processes, selection: &str| Profile {
        name: name.into(),
        processes,
        selection: SelectionRecord::Text(selection.to_owned()),
    };
    put(&store, RunRecord { profile: profile("quick", 3, ""), ..run("r-1") });
    put(&store, RunRecord { profile: profile("quick", 3, "some"), ..run("r-2") });
    put(&store, RunRecord { profile: profile("full", 10, ""), ..run("r-3") });
    let interrupted = RunState::Interrupted;
    put(&store, RunRecord { profile: profile("quick", 3, ""), state: interrupted, ..run("r-4") });
    let latest = |profile: Profile| {
        let found = store.latest(&Query { profile: Some(profile), ..Query::default() }).unwrap().record;
        found.map(|run| run.id)
    };
    assert_eq!(latest(profile("quick", 3, "")).as_deref(), Some("r-1"));
    assert_eq!(latest(profile("quick", 3, "some")).as_deref(), Some("r-2"));
    assert_eq!(latest(profile("full", 10, "")).as_deref(), Some("r-3"));
    assert_eq!(latest(profile("full", 5, "")), None, "another number of processes is another measurement");
    assert_eq!(latest(profile("quick", 3, "other")), None);
    put(&store, RunRecord { profile: profile("part", 3, ""), ..run("r-5") });
    let newest = |except| {
        let latest = store.latest(&Query { except, ..Query::default() }).unwrap();
        latest.record.map(|run| run.id)
    };
    assert_eq!([None, Some("part")].map(newest), [Some("r-5".into()), Some("r-3".into())]);
}

#[test]
fn the_last_result_of_each_case() {
    let (_guard, store) = store();
    put(&store, RunRecord { cases: vec![case("a", &[1]), case("b", &[2])], ..run("r-1") });
    put(&store, RunRecord { cases: vec![case("b", &[3])], ..run("r-2") });
    put(&store, RunRecord { cases: vec![case("c", &[4])], state: RunState::Interrupted, ..run("r-3") });
    put(&store, RunRecord { cases: vec![case("a", &[9])], machine: "m-2".into(), ..run("r-4") });
    let path = put(&store, RunRecord { cases: vec![case("a", &[8])], ..run("r-5") });
    fs::write(&path, "{").unwrap();
    let found = |is_meant: &dyn Fn(&RunRecord) -> bool| {
        let cases = store.last_cases(&MachineId::new("m-1"), is_meant).unwrap();
        let named =
            cases.values().map(|case| (case.id.benchmark.clone(), case.processes[0].samples.nanos[1]));
        named.collect::<Vec<_>>()
    };
    let named = |cases: &[(&str, u64)]| {
        cases.iter().map(|(name, nanos)| ((*name).to_owned(), *nanos)).collect::<Vec<_>>()
    };
    assert_eq!(found(&|_| true), named(&[("a", 1), ("b", 3), ("c", 4)]));
    assert_eq!(found(&|run| run.id == "r-1"), named(&[("a", 1), ("b", 2)]));
    assert!(store.last_cases(&MachineId::new("m-3"), &|_| true).unwrap().is_empty());
}
