//! The hash of the working tree: what git itself would give it, and nothing written.

use std::fs;
use std::time::{Duration, Instant};

use accel_bench_record::TreeState;

use super::Scratch;

fn state(scratch: &Scratch) -> TreeState {
    scratch.repo().commit_info().unwrap().unwrap().tree
}

/// The hash is the one that git gives the tree once everything is committed, and reading it changes nothing.
fn check_as_committed(scratch: &Scratch) {
    let (before, objects) = (scratch.fingerprint(), scratch.objects());
    let seen = state(scratch);
    assert_eq!(state(scratch), seen);
    assert_eq!((scratch.fingerprint(), scratch.objects()), (before, objects));
    scratch.git(&["add", "--all"]);
    assert_eq!(seen, TreeState::Dirty { tree: scratch.git(&["write-tree"]) });
}

#[test]
fn a_changed_file() {
    let scratch = Scratch::new();
    scratch.write("a.txt", "changed\n");
    check_as_committed(&scratch);
}

#[test]
fn files_that_are_not_tracked() {
    let scratch = Scratch::new();
    scratch.write("src/deep/new.rs", "fn new() {}\n");
    scratch.write("also", "");
    check_as_committed(&scratch);
}

#[test]
fn a_file_that_is_gone() {
    let scratch = Scratch::new();
    scratch.commit("src/b.txt", "b");
    fs::remove_file(scratch.path("src/b.txt")).unwrap();
    check_as_committed(&scratch);
}

#[test]
fn some_staged_and_some_not() {
    let scratch = Scratch::new();
    scratch.write("a.txt", "staged\n");
    scratch.write("b.txt", "staged\n");
    scratch.git(&["add", "--all"]);
    scratch.write("a.txt", "and changed again\n");
    scratch.git(&["rm", "--quiet", "--cached", "--force", "b.txt"]);
    check_as_committed(&scratch);
}

#[test]
fn a_file_becomes_a_folder_and_a_folder_a_file() {
    let scratch = Scratch::new();
    scratch.commit("folder/x", "x");
    fs::remove_file(scratch.path("a.txt")).unwrap();
    scratch.write("a.txt/inside", "inside");
    fs::remove_dir_all(scratch.path("folder")).unwrap();
    scratch.write("folder", "a file now");
    check_as_committed(&scratch);
}

#[cfg(unix)]
#[test]
fn modes_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::new();
    fs::set_permissions(scratch.path("a.txt"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("a.txt", scratch.path("link")).unwrap();
    symlink("nowhere", scratch.path("dangling")).unwrap();
    check_as_committed(&scratch);
}

#[test]
fn a_file_too_large_for_memory_is_streamed() {
    let scratch = Scratch::new();
    scratch.write("weights.bin", vec![7; 9 << 20]);
    check_as_committed(&scratch);
}

#[test]
fn line_ends_are_normalised_as_git_does() {
    let scratch = Scratch::new();
    scratch.commit(".gitattributes", "*.txt text\n");
    scratch.write("dos.txt", "one\r\ntwo\r\n");
    check_as_committed(&scratch);
}

#[test]
fn a_conflict_that_is_being_resolved() {
    let scratch = Scratch::new();
    scratch.git(&["checkout", "--quiet", "-b", "side"]);
    scratch.commit("a.txt", "side\n");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.commit("a.txt", "main\n");
    assert!(!scratch.try_git(&["merge", "side"]).status.success());
    scratch.write("a.txt", "both\n");
    check_as_committed(&scratch);
}

#[test]
fn what_is_ignored_and_what_this_program_writes_does_not_count() {
    let scratch = Scratch::new();
    scratch.commit(".gitignore", "target/\n");
    scratch.write("target/debug/x", "");
    scratch.write(".accel-bench/runs/x.json", "");
    scratch.write("deep/.accel-bench/runs/x.json", "");
    assert_eq!(state(&scratch), TreeState::Clean);
    scratch.write("a.txt", "changed\n");
    let dirty = state(&scratch);
    scratch.write(".accel-bench/runs/y.json", "");
    assert_eq!(state(&scratch), dirty);
}

#[test]
fn what_is_staged_and_taken_back_is_clean() {
    let scratch = Scratch::new();
    scratch.write("a.txt", "staged\n");
    scratch.git(&["add", "--all"]);
    scratch.write("a.txt", "one\n");
    assert_eq!(state(&scratch), TreeState::Clean);
}

#[test]
fn a_file_touched_but_not_changed_is_clean() {
    let scratch = Scratch::new();
    scratch.write("a.txt", "one\n");
    assert_eq!(state(&scratch), TreeState::Clean);
}

#[test]
fn a_repository_inside_that_is_no_submodule_is_passed_over() {
    let scratch = Scratch::new();
    scratch.write("vendored/x", "x");
    scratch.git(&["init", "--quiet", "vendored"]);
    assert_eq!(state(&scratch), TreeState::Clean);
}

#[test]
fn a_submodule_at_another_commit() {
    let scratch = Scratch::new();
    scratch.git(&["clone", "--quiet", ".", "../library"]);
    scratch.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "../library",
        "library",
    ]);
    scratch.commit("b.txt", "b");
    assert_eq!(state(&scratch), TreeState::Clean);
    scratch.git(&["-C", "library", "commit", "--quiet", "--allow-empty", "--message", "Move on"]);
    check_as_committed(&scratch);
}

#[test]
fn some_thousand_files_are_no_burden() {
    let scratch = Scratch::empty();
    for n in 0..4000 {
        scratch.write(&format!("src/part{}/file{n}.rs", n % 40), format!("fn f{n}() {{}}\n"));
    }
    scratch.commit("a.txt", "one\n");
    scratch.write("a.txt", "two\n");
    let repo = scratch.repo();
    let start = Instant::now();
    assert!(matches!(repo.commit_info().unwrap().unwrap().tree, TreeState::Dirty { .. }));
    // A quarter of a second on an idle machine would be too much; a test machine is not always idle.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
