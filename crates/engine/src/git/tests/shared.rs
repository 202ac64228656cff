//! A branch of run files: read into a folder, written from one, by several at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Scratch;

const BRANCH: &str = "bench-runs";

/// A folder with these run files.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    folder
}

/// The files under a folder, relative to it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => drop(found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned())),
            }
        }
    }
    found
}

/// Reads the branch, adds these files, and writes it.
fn add(scratch: &Scratch, names: &[&str]) {
    let added = folder(names);
    let read = scratch.repo().read_shared(BRANCH, added.path()).unwrap();
    scratch.repo().write_shared(BRANCH, added.path(), read, "Add runs").unwrap();
}

fn read(scratch: &Scratch) -> BTreeSet<String> {
    let to = tempfile::tempdir().unwrap();
    scratch.repo().read_shared(BRANCH, to.path()).unwrap();
    files(to.path())
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn what_was_written_is_read() {
    let scratch = Scratch::new();
    let none = tempfile::tempdir().unwrap();
    assert!(!scratch.repo().read_shared(BRANCH, none.path()).unwrap().exists());
    add(&scratch, &["runs/a/1.json"]);
    add(&scratch, &["runs/a/2.json", "runs/b/3.json"]);
    assert_eq!(read(&scratch), set(&["runs/a/1.json", "runs/a/2.json", "runs/b/3.json"]));
    assert_eq!(scratch.git(&["rev-list", "--count", BRANCH]).trim(), "2");
    assert_eq!(scratch.git(&["status", "--porcelain"]).trim(), "");
}

#[test]
fn only_run_files_are_read_and_written() {
    let scratch = Scratch::new();
    add(&scratch, &["runs/a/1.json", "runs/a/.lock", "runs/notes.txt"]);
    let listed = scratch.git(&["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(listed.trim(), "runs/a/1.json");
    // Somebody adds a file by hand.
    scratch.git(&["checkout", "--quiet", BRANCH]);
    scratch.commit("README.md", "A branch of runs.\n");
    scratch.git(&["checkout", "--quiet", "main"]);
    assert_eq!(read(&scratch), set(&["runs/a/1.json"]));
}

#[test]
fn a_branch_that_moved_in_the_meantime_is_not_overwritten() {
    let scratch = Scratch::new();
    add(&scratch, &["runs/a/1.json"]);
    let (late, repo) = (folder(&["runs/a/2.json"]), scratch.repo());
    let read_before = repo.read_shared(BRANCH, late.path()).unwrap();
    add(&scratch, &["runs/a/3.json"]);
    assert!(repo.write_shared(BRANCH, late.path(), read_before, "Late").is_err());
    assert_eq!(read(&scratch), set(&["runs/a/1.json", "runs/a/3.json"]));
}

#[test]
fn what_was_fetched_and_what_is_here_are_joined() {
    let scratch = Scratch::new();
    add(&scratch, &["runs/a/1.json"]);
    let fetched = format!("refs/remotes/origin/{BRANCH}");
    scratch.git(&["update-ref", &fetched, BRANCH]);
    add(&scratch, &["runs/a/2.json"]);
    // `origin` has another commit on the same one.
    let (theirs, repo) = (folder(&["runs/a/1.json", "runs/b/9.json"]), scratch.repo());
    let own = scratch.git(&["rev-parse", BRANCH]);
    scratch.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &fetched]);
    let state = repo.read_shared(BRANCH, theirs.path()).unwrap();
    repo.write_shared(BRANCH, theirs.path(), state, "Theirs").unwrap();
    scratch.git(&["update-ref", &fetched, BRANCH]);
    scratch.git(&["update-ref", &format!("refs/heads/{BRANCH}"), own.trim()]);
    assert_eq!(read(&scratch), set(&["runs/a/1.json", "runs/a/2.json", "runs/b/9.json"]));
    add(&scratch, &["runs/c/4.json"]);
    assert_eq!(
        scratch.git(&["rev-list", "--merges", "--count", BRANCH]).trim(),
        "1",
        "a push of it is taken"
    );
    assert_eq!(read(&scratch).len(), 4);
}
