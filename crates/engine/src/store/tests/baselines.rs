use std::fs;

use super::*;
use crate::store::{Approval, Baselines, Error, Name, read_file};
use accel_bench_record::MachineId;

fn approval(why: &str) -> Approval {
    Approval {
        who: "Ada <ada@example.org>".into(),
        when: "2026-11-21T10:00:00Z".into(),
        why: why.into(),
        commit: Some(COMMIT.into()),
        tag: Some("v0.1.0".into()),
    }
}

fn main_name() -> Name {
    Name::new("main").unwrap()
}

fn stable() -> RunRecord {
    RunRecord { cases: vec![case("a", &[100, 101, 102]), case("b", &[50, 50, 51])], ..run("r-1") }
}

#[test]
fn an_approved_run_comes_back_with_its_approval() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path().join("baselines"));
    let machine = MachineId::new("m-1");
    assert_eq!(baselines.load(&main_name(), &machine).unwrap(), None);
    let path = baselines.approve(&main_name(), approval("first"), stable()).unwrap();
    assert_eq!(path, dir.path().join("baselines/main/m-1.json"));
    let found = baselines.load(&main_name(), &machine).unwrap().unwrap();
    assert_eq!((found.approval, found.run), (approval("first"), stable()));
    assert_eq!(read_file(&path).unwrap(), stable(), "its file is a result file");
}

#[test]
fn machines_and_names_have_files_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path());
    let other = RunRecord { machine: "m-2".into(), ..stable() };
    baselines.approve(&main_name(), approval("one"), stable()).unwrap();
    baselines.approve(&main_name(), approval("two"), other).unwrap();
    baselines.approve(&Name::new("v1").unwrap(), approval("three"), stable()).unwrap();
    fs::write(dir.path().join("README.md"), "what this is").unwrap();
    fs::write(dir.path().join("main/broken.json"), "{").unwrap();
    let listing = baselines.list().unwrap();
    let found: Vec<_> = listing.baselines.iter().map(|it| (it.name.as_str(), it.machine.as_str())).collect();
    assert_eq!(found, [("main", "m-1"), ("main", "m-2"), ("v1", "m-1")]);
    assert_eq!((listing.baselines[0].cases, listing.baselines[0].run.as_str()), (2, "r-1"));
    assert_eq!(listing.skipped.len(), 1);
    assert!(listing.skipped[0].path.ends_with("main/broken.json"));
}

#[test]
fn approving_again_replaces_but_never_a_newer_format() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path());
    baselines.approve(&main_name(), approval("one"), stable()).unwrap();
    let path = baselines.approve(&main_name(), approval("two"), stable()).unwrap();
    assert_eq!(baselines.list().unwrap().baselines[0].approval.why, "two");
    for newer in [
        r#"{"format":2}"#.to_owned(),
        fs::read_to_string(&path).unwrap().replace("\"format\": 1", "\"format\": 2"),
    ] {
        fs::write(&path, &newer).unwrap();
        let error = baselines.approve(&main_name(), approval("three"), stable()).unwrap_err();
        assert!(error.to_string().contains("it has format 2, written by a newer"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    }
}

#[test]
fn a_baseline_reads_well_in_a_diff() {
    let dir = tempfile::tempdir().unwrap();
    let path = Baselines::open(dir.path()).approve(&main_name(), approval("first"), stable()).unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert!(
        text.starts_with("{\n  \"format\": 1,\n  \"approval\": {\n    \"who\": \"Ada <ada@example.org>\",\n")
    );
    assert!(text.contains("\"nanos\": [99, 100, 101]\n"), "samples take one line");
    assert!(text.ends_with("}\n"));
}

#[test]
fn removing_takes_the_empty_folder_along() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path());
    let machine = MachineId::new("m-1");
    let path = baselines.approve(&main_name(), approval("first"), stable()).unwrap();
    assert_eq!(baselines.remove(&main_name(), &machine).unwrap(), path);
    assert!(file_names(dir.path()).is_empty());
    assert!(matches!(baselines.remove(&main_name(), &machine), Err(Error::NoSuchName { .. })));
}

#[test]
fn a_machine_class_cannot_lead_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path().join("baselines"));
    let evil = RunRecord { machine: "../../evil".into(), ..stable() };
    assert!(matches!(baselines.approve(&main_name(), approval("x"), evil), Err(Error::InvalidName { .. })));
    assert!(file_names(dir.path()).is_empty());
}

#[test]
fn a_baseline_under_another_machines_name_is_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(dir.path());
    let path = baselines.approve(&main_name(), approval("first"), stable()).unwrap();
    fs::rename(&path, path.with_file_name("m-9.json")).unwrap();
    let listing = baselines.list().unwrap();
    assert!(listing.baselines.is_empty());
    assert!(
        listing.skipped[0].to_string().ends_with("it was measured on `m-1`, which its name does not say")
    );
}

#[test]
fn a_run_can_be_kept_under_a_name_without_approval() {
    let (_guard, store) = store();
    let (name, machine) = (main_name(), MachineId::new("m-1"));
    assert_eq!(store.saved(&name, &machine).unwrap(), None);
    assert!(store.saved_names().unwrap().is_empty());
    store.save_as(&name, &run("r-1")).unwrap();
    store.save_as(&name, &run("r-2")).unwrap();
    assert_eq!(store.saved(&name, &machine).unwrap().unwrap().id, "r-2");
    assert_eq!(store.saved_names().unwrap(), [(name.clone(), machine.clone())]);
    assert!(store.runs().unwrap().runs.is_empty(), "it is a copy, not a run of the store");
    store.remove_saved(&name, &machine).unwrap();
    let error = store.remove_saved(&name, &machine).unwrap_err();
    assert_eq!(error.to_string(), "nothing is kept as `main`");
}
