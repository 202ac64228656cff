//! Runs copied between stores.

use std::fs;
use std::path::PathBuf;

use super::super::Store;
use super::{case, run};

/// Stores of these runs in one folder, and their files.
fn store(dir: &tempfile::TempDir, name: &str, ids: &[&str]) -> (Store, Vec<PathBuf>) {
    let store = Store::open(dir.path().join(name));
    let mut paths = Vec::new();
    for id in ids {
        let mut record = run(id);
        record.cases = vec![case("a", &[100, 101, 102])];
        paths.push(store.begin(&mut record).unwrap().path().to_owned());
    }
    (store, paths)
}

fn ids(store: &Store) -> Vec<String> {
    let mut ids: Vec<_> = store.ids().unwrap().into_iter().map(|(id, _)| id.to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn what_the_other_does_not_have_is_copied_once() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, _) = store(&dir, "ours", &["r-1", "r-2"]);
    let (theirs, _) = store(&dir, "theirs", &["r-3"]);
    let done = ours.copy_runs_to(&theirs).unwrap();
    assert_eq!((done.copied, done.known, done.different.len(), done.skipped.len()), (2, 0, 0, 0));
    assert_eq!(ids(&theirs), ["r-1", "r-2", "r-3"]);
    let again = ours.copy_runs_to(&theirs).unwrap();
    assert_eq!((again.copied, again.known), (0, 2));
    let back = theirs.copy_runs_to(&ours).unwrap();
    assert_eq!((back.copied, back.known), (1, 2));
    let record = |store: &Store| store.load(&accel_bench_record::RunId::new("r-3")).unwrap();
    assert_eq!(record(&ours), record(&theirs));
}

#[test]
fn a_folder_that_is_not_there_yet_becomes_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, _) = store(&dir, "ours", &["r-1"]);
    let theirs = Store::open(dir.path().join("new/folder"));
    assert_eq!(ours.copy_runs_to(&theirs).unwrap().copied, 1);
    assert_eq!(ids(&theirs), ["r-1"]);
    // Nothing is made for nothing.
    let empty = Store::open(dir.path().join("empty"));
    assert_eq!(Store::open(dir.path().join("none")).copy_runs_to(&empty).unwrap().copied, 0);
    assert!(!empty.root().exists());
}

#[test]
fn nothing_is_ever_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, _) = store(&dir, "ours", &["r-1"]);
    let (theirs, _) = store(&dir, "theirs", &[]);
    let mut other = run("r-1");
    other.cases = vec![case("a", &[7, 7, 7])];
    let path = theirs.begin(&mut other).unwrap().path().to_owned();
    let before = fs::read(&path).unwrap();
    let done = ours.copy_runs_to(&theirs).unwrap();
    assert_eq!(done.different.iter().map(ToString::to_string).collect::<Vec<_>>(), ["r-1"]);
    assert_eq!((done.copied, fs::read(&path).unwrap()), (0, before));
}

#[test]
fn what_is_broken_does_not_spread() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, paths) = store(&dir, "ours", &["r-1", "r-2", "r-3"]);
    let bytes = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], &bytes[..bytes.len() / 2]).unwrap();
    fs::rename(&paths[1], paths[1].with_file_name("r-9.json")).unwrap();
    let theirs = Store::open(dir.path().join("theirs"));
    let done = ours.copy_runs_to(&theirs).unwrap();
    assert_eq!((done.copied, done.skipped.len()), (1, 2), "{:?}", done.skipped);
    assert_eq!(ids(&theirs), ["r-3"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, _) = store(&dir, "ours", &["r-1"]);
    fs::write(dir.path().join("file"), "in the way").unwrap();
    let error = ours.copy_runs_to(&Store::open(dir.path().join("file"))).unwrap_err();
    assert!(error.to_string().contains("cannot write"), "{error}");
}
