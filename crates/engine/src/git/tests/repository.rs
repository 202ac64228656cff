//! Finding the repository, naming commits, comparing trees.

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_record::TreeState;

use super::super::push::{PushChange, PushUpdate};
use super::super::{Error, Repo, Source, parse_push};
use super::Scratch;
use accel_bench_record::CommitId;

#[test]
fn outside_of_git_there_is_none() {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.beside("plain")).unwrap();
    assert!(Repo::discover(&scratch.beside("plain")).unwrap().is_none());
}

#[test]
fn a_folder_below_the_top_finds_it() {
    let scratch = Scratch::new();
    scratch.write("deep/er/x", "");
    let repo = Repo::discover(&scratch.path("deep/er")).unwrap().unwrap();
    assert_eq!(repo.root().unwrap(), scratch.root());
    assert_eq!(repo.relative(&scratch.path("deep/er")), Some("deep/er".into()));
    assert_eq!(repo.relative(&scratch.root()), Some("".into()));
    assert_eq!(repo.relative(&scratch.beside("plain")), None);
}

#[test]
fn what_wants_to_be_a_repository_and_is_none_is_said() {
    let scratch = Scratch::empty();
    fs::create_dir(scratch.beside("broken")).unwrap();
    fs::write(scratch.beside("broken/.git"), "gitdir: /nowhere\n").unwrap();
    let error = Repo::discover(&scratch.beside("broken")).unwrap_err();
    assert!(matches!(&error, Error::Broken { .. }), "{error}");
}

#[test]
fn before_the_first_commit() {
    let scratch = Scratch::empty();
    let repo = scratch.repo();
    assert_eq!(repo.commit_info().unwrap(), None);
    assert!(matches!(repo.head(), Err(Error::Unborn)));
    assert_eq!(repo.default_branch().unwrap(), None);
}

#[test]
fn a_commit_is_described() {
    let scratch = Scratch::new();
    let info = scratch.repo().commit_info().unwrap().unwrap();
    assert_eq!(info.id, scratch.head().as_str());
    assert_eq!(info.branch.as_deref(), Some("main"));
    assert_eq!((info.subject.as_str(), info.time.as_str()), ("Write a.txt", "2026-11-21T09:00:00Z"));
    assert_eq!(info.tree, TreeState::Clean);
}

#[test]
fn a_detached_head_has_no_branch() {
    let scratch = Scratch::new();
    scratch.git(&["checkout", "--quiet", "--detach"]);
    let info = scratch.repo().commit_info().unwrap().unwrap();
    assert_eq!((info.branch, info.id), (None, scratch.head().as_str().to_owned()));
}

#[test]
fn a_bare_repository_has_commits_and_no_tree() {
    let scratch = Scratch::new();
    scratch.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let repo = Repo::discover(&scratch.beside("bare.git")).unwrap().unwrap();
    assert_eq!(repo.commit_info().unwrap().unwrap().tree, TreeState::Clean);
    assert!(matches!(repo.root(), Err(Error::Bare(_))));
    assert!(matches!(repo.changed_in_working_tree(&scratch.source()), Err(Error::Bare(_))));
}

#[test]
fn a_linked_worktree_has_a_head_of_its_own() {
    let scratch = Scratch::new();
    scratch.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    fs::write(scratch.beside("linked/new.txt"), "new").unwrap();
    let repo = Repo::discover(&scratch.beside("linked")).unwrap().unwrap();
    let info = repo.commit_info().unwrap().unwrap();
    assert_eq!(info.branch.as_deref(), Some("side"));
    assert!(matches!(info.tree, TreeState::Dirty { .. }));
    assert_eq!(scratch.repo().commit_info().unwrap().unwrap().tree, TreeState::Clean);
    let main = repo.main_checkout().map(|path| path.canonicalize().unwrap());
    assert_eq!(main, Some(scratch.path("").canonicalize().unwrap()));
    assert_eq!(scratch.repo().main_checkout(), None);
}

#[test]
fn a_partial_clone_is_read() {
    let scratch = Scratch::new();
    scratch.git(&["config", "core.repositoryFormatVersion", "1"]);
    scratch.git(&["config", "extensions.partialClone", "origin"]);
    assert_eq!(scratch.repo().head().unwrap(), scratch.head());
}

fn check_resolved(scratch: &Scratch, rev: &str, expected: &CommitId) {
    assert_eq!(scratch.repo().resolve(rev).unwrap(), *expected, "{rev}");
}

#[test]
fn revisions() {
    let scratch = Scratch::new();
    let first = scratch.head();
    let second = scratch.commit("a.txt", "two\n");
    scratch.git(&["tag", "light", "HEAD~1"]);
    scratch.git(&["tag", "--annotate", "--message", "x", "heavy"]);
    scratch.git(&["update-ref", "refs/remotes/origin/topic", "HEAD~1"]);
    check_resolved(&scratch, "main", &second);
    check_resolved(&scratch, "HEAD", &second);
    check_resolved(&scratch, "HEAD~1", &first);
    check_resolved(&scratch, "light", &first);
    check_resolved(&scratch, "heavy", &second);
    check_resolved(&scratch, "origin/topic", &first);
    check_resolved(&scratch, second.as_str(), &second);
    check_resolved(&scratch, &second.as_str()[..8], &second);
}

fn check_unresolved(scratch: &Scratch, rev: &str, expected: &str) {
    assert_eq!(scratch.repo().resolve(rev).unwrap_err().to_string(), expected);
}

#[test]
fn revisions_that_are_none() {
    let scratch = Scratch::new();
    scratch.git(&["update-ref", "refs/remotes/origin/topic", "HEAD"]);
    check_unresolved(&scratch, "mian", "cannot resolve `mian`: no such revision; is it `main`?");
    check_unresolved(&scratch, "topic", "cannot resolve `topic`: no such revision; is it `origin/topic`?");
    check_unresolved(&scratch, "HEAD~7", "cannot resolve `HEAD~7`: no such revision");
    check_unresolved(&scratch, "", "cannot resolve ``: no such revision");
    check_unresolved(&scratch, "mian~2", "cannot resolve `mian~2`: no such revision; is it `main`?");
    check_unresolved(&scratch, "a..b", "cannot resolve `a..b`: no such revision");
    check_unresolved(&scratch, "HEAD:a.txt", "cannot resolve `HEAD:a.txt`: it is not a commit");
}

#[test]
fn a_beginning_that_several_objects_share_is_ambiguous() {
    let scratch = Scratch::new();
    // Git looks up no less than four digits, which some pair of this many objects shares.
    for n in 0..1500 {
        scratch.write(&format!("many/{n}"), n.to_string());
    }
    scratch.git(&["add", "--all"]);
    let listed = scratch.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let hashes: Vec<&str> = listed.lines().collect();
    let Some(pair) = hashes.windows(2).find(|pair| pair[0][..4] == pair[1][..4]) else {
        panic!("of {} objects no two share four digits: add some", hashes.len());
    };
    let error = scratch.repo().resolve(&pair[0][..4]).unwrap_err();
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
}

#[test]
fn common_ancestors() {
    let scratch = Scratch::new();
    let base = scratch.head();
    scratch.git(&["checkout", "--quiet", "-b", "side"]);
    let side = scratch.commit("b.txt", "b");
    scratch.git(&["checkout", "--quiet", "main"]);
    let main = scratch.commit("c.txt", "c");
    scratch.git(&["checkout", "--quiet", "--orphan", "island"]);
    let island = scratch.commit("d.txt", "d");
    let repo = scratch.repo();
    assert_eq!(repo.merge_base(&side, &main).unwrap(), base);
    assert_eq!(repo.merge_base(&base, &main).unwrap(), base);
    assert!(matches!(repo.merge_base(&island, &main), Err(Error::Unrelated { shallow: false, .. })));
}

#[test]
fn a_shallow_clone_says_that_history_is_cut_off() {
    let scratch = Scratch::new();
    scratch.commit("a.txt", "two\n");
    let url = format!("file://{}", scratch.root().display());
    scratch.git(&["clone", "--quiet", "--depth=1", &url, "../shallow"]);
    let repo = Repo::discover(&scratch.beside("shallow")).unwrap().unwrap();
    assert!(repo.is_shallow());
    assert_eq!(repo.head().unwrap(), scratch.head());
    assert_eq!(repo.resolve("HEAD~1").unwrap_err().hint().as_deref(), Some("git fetch --unshallow"));
}

fn check_default(scratch: &Scratch, expected: Option<&str>) {
    assert_eq!(scratch.repo().default_branch().unwrap().map(|branch| branch.name).as_deref(), expected);
}

#[test]
fn which_branch_is_the_default() {
    let scratch = Scratch::new();
    scratch.git(&["branch", "--move", "only"]);
    check_default(&scratch, Some("only"));
    scratch.git(&["branch", "other"]);
    check_default(&scratch, None);
    scratch.git(&["branch", "master"]);
    check_default(&scratch, Some("master"));
    scratch.git(&["branch", "main"]);
    check_default(&scratch, Some("main"));
    scratch.git(&["config", "init.defaultBranch", "other"]);
    check_default(&scratch, Some("other"));
    scratch.git(&["config", "init.defaultBranch", "none-such"]);
    check_default(&scratch, Some("main"));
    scratch.git(&["remote", "add", "origin", "../elsewhere"]);
    scratch.git(&["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    check_default(&scratch, Some("main"));
    scratch.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    check_default(&scratch, Some("origin/trunk"));
}

#[test]
fn only_a_tag_on_the_commit_itself_describes_it() {
    let scratch = Scratch::new();
    let first = scratch.head();
    scratch.git(&["tag", "build-7"]);
    scratch.git(&["tag", "--annotate", "--message", "x", "v1.0.0"]);
    let second = scratch.commit("b.txt", "b");
    let repo = scratch.repo();
    assert_eq!(repo.describe_tag(&first).unwrap().as_deref(), Some("v1.0.0"));
    assert_eq!(repo.describe_tag(&second).unwrap(), None);
    scratch.git(&["tag", "light"]);
    assert_eq!(repo.describe_tag(&second).unwrap().as_deref(), Some("light"));
}

fn paths(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).collect()
}

#[test]
fn changed_files_between_commits() {
    let scratch = Scratch::new();
    scratch.write("gone.txt", "gone");
    scratch.write("moved.txt", "a file that is moved as it is\n");
    let first = Source::Commit(scratch.commit("same.txt", "same"));
    fs::remove_file(scratch.path("gone.txt")).unwrap();
    fs::rename(scratch.path("moved.txt"), scratch.path("there.txt")).unwrap();
    let second = Source::Commit(scratch.commit("a.txt", "two\n"));
    let expected = paths(&["a.txt", "gone.txt", "moved.txt", "there.txt"]);
    assert_eq!(scratch.repo().changed_paths(&first, &second).unwrap(), expected);
    assert_eq!(scratch.repo().changed_paths(&second, &first).unwrap(), expected);
    assert_eq!(scratch.repo().changed_paths(&first, &first).unwrap(), paths(&[]));
}

#[test]
fn changed_files_of_the_working_tree() {
    let scratch = Scratch::new();
    let first = scratch.source();
    scratch.commit(".gitignore", "target/\n");
    scratch.write("a.txt", "staged\n");
    scratch.git(&["add", "a.txt"]);
    scratch.write("new/file.rs", "");
    scratch.write("target/x.o", "");
    scratch.write(".accel-bench/runs/x.json", "");
    let expected = paths(&[".gitignore", "a.txt", "new/file.rs"]);
    assert_eq!(scratch.repo().changed_in_working_tree(&first).unwrap(), expected);
}

fn pushed(scratch: &Scratch, change: PushChange) -> Option<(Source, Source)> {
    let update = PushUpdate { local: None, remote: "refs/heads/side".into(), change };
    scratch.repo().pushed_pair(&update).unwrap()
}

#[test]
fn what_a_push_is_compared_with() {
    let scratch = Scratch::new();
    let base = scratch.head();
    scratch.git(&["checkout", "--quiet", "-b", "side"]);
    let middle = scratch.commit("b.txt", "b");
    let tip = scratch.commit("b.txt", "bb");
    let pair = |from: &CommitId| Some((Source::Commit(from.clone()), Source::Commit(tip.clone())));
    let unknown = CommitId::new("d".repeat(40));
    assert_eq!(pushed(&scratch, PushChange::Update { from: middle.clone(), to: tip.clone() }), pair(&middle));
    assert_eq!(pushed(&scratch, PushChange::Update { from: unknown, to: tip.clone() }), pair(&base));
    assert_eq!(pushed(&scratch, PushChange::Create { to: tip.clone() }), pair(&base));
    assert_eq!(pushed(&scratch, PushChange::Create { to: base }), None);
    assert_eq!(pushed(&scratch, PushChange::Delete), None);
}

#[test]
fn a_tag_that_is_pushed_is_not_compared() {
    let scratch = Scratch::new();
    let zero = "0".repeat(40);
    let updates = parse_push(&format!("refs/tags/v1 {} refs/tags/v1 {zero}\n", scratch.head())).unwrap();
    assert_eq!(scratch.repo().pushed_pair(&updates[0]).unwrap(), None);
}

#[test]
fn a_folder_of_the_callers_is_left_out() {
    let scratch = Scratch::new();
    scratch.write("results/x.json", "");
    let repo = scratch.repo();
    assert_eq!(repo.changed_in_working_tree(&scratch.source()).unwrap(), paths(&["results/x.json"]));
    repo.leave_out("/results/").unwrap();
    assert_eq!(repo.changed_in_working_tree(&scratch.source()).unwrap(), paths(&[]));
    assert!(Path::new(&scratch.path("results/x.json")).exists());
}
