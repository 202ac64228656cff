//! Checkouts: what is in them, that they are reused, that any wreck is fixed, that the user's repository
//! stays as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::checkout::Limit;
use super::super::{Checkout, Error, Repo, Source, old_checkouts, remove_old_checkouts};
use super::Scratch;
use super::scratch::read;

fn under(scratch: &Scratch) -> PathBuf {
    scratch.path(".accel-bench/worktrees")
}

fn check_out(scratch: &Scratch, source: &Source) -> Checkout {
    scratch.repo().check_out(source, &under(scratch)).unwrap()
}

/// Files below the folder, but those of git, with their contents.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".git") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, read(&path));
            }
        }
    }
    found
}

/// Two commits; the first has `src/lib.rs` and `a.txt`, the second has changed `a.txt`.
fn two_commits() -> (Scratch, Source) {
    let scratch = Scratch::new();
    scratch.commit("src/lib.rs", "pub fn f() {}\n");
    let first = scratch.source();
    scratch.commit("a.txt", "two\n");
    (scratch, first)
}

fn check_first(checkout: &Checkout) {
    let expected = [("a.txt", "one\n"), ("src/lib.rs", "pub fn f() {}\n")];
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    assert_eq!(files(&checkout.path), expected);
}

#[test]
fn a_commit_is_checked_out_and_the_users_repository_stays() {
    let (scratch, first) = two_commits();
    scratch.write("a.txt", "changed by the user\n");
    fs::create_dir_all(under(&scratch)).unwrap();
    fs::write(scratch.path(".accel-bench/.gitignore"), "*\n").unwrap();
    let (before, objects) = (scratch.fingerprint(), scratch.objects());
    let checkout = check_out(&scratch, &first);
    check_first(&checkout);
    assert_eq!((scratch.fingerprint(), scratch.objects()), (before, objects));
    assert_eq!(checkout.limits.as_slice(), &[]);
    assert_eq!(read(&scratch.path("a.txt")), "changed by the user\n");
}

#[test]
fn build_scripts_see_the_commit_that_is_checked_out() {
    let (scratch, first) = two_commits();
    let checkout = check_out(&scratch, &first);
    let output =
        scratch.command("git").arg("-C").arg(&checkout.path).args(["rev-parse", "HEAD"]).output().unwrap();
    let Source::Commit(commit) = first else { panic!("no commit") };
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), commit.as_str());
}

#[test]
fn a_second_time_nothing_is_written() {
    let (scratch, first) = two_commits();
    let path = check_out(&scratch, &first).path;
    let old = SystemTime::now() - Duration::from_secs(3600);
    let time = |name: &str| fs::metadata(path.join(name)).unwrap().modified().unwrap();
    fs::File::options().write(true).open(path.join("src/lib.rs")).unwrap().set_modified(old).unwrap();
    let (library, text) = (time("src/lib.rs"), time("a.txt"));
    check_first(&check_out(&scratch, &first));
    assert_eq!((time("src/lib.rs"), time("a.txt")), (library, text));
}

#[test]
fn only_what_was_changed_is_written_again() {
    let (scratch, first) = two_commits();
    let path = check_out(&scratch, &first).path;
    let time = |name: &str| fs::metadata(path.join(name)).unwrap().modified().unwrap();
    let library = time("src/lib.rs");
    fs::write(path.join("a.txt"), "changed\n").unwrap();
    check_first(&check_out(&scratch, &first));
    assert_eq!(time("src/lib.rs"), library);
}

fn check_mended(wreck: impl Fn(&Path)) {
    let (scratch, first) = two_commits();
    let path = check_out(&scratch, &first).path;
    wreck(&path);
    check_first(&check_out(&scratch, &first));
}

#[test]
fn a_file_is_missing() {
    check_mended(|path| fs::remove_file(path.join("src/lib.rs")).unwrap());
}

#[test]
fn files_too_many() {
    check_mended(|path| fs::write(path.join("src/stray.rs"), "fn main() {}").unwrap());
}

#[test]
fn killed_before_the_index_was_written() {
    check_mended(|path| {
        fs::remove_file(path.join(".git/index")).unwrap();
        fs::remove_dir_all(path.join("src")).unwrap();
        fs::write(path.join("a.txt"), "on").unwrap();
    });
}

#[test]
fn killed_while_the_index_was_written() {
    check_mended(|path| {
        fs::rename(path.join(".git/index"), path.join(".git/index.lock")).unwrap();
        fs::write(path.join(".git/HEAD.lock"), "").unwrap();
    });
}

#[test]
fn an_index_of_noise() {
    check_mended(|path| fs::write(path.join(".git/index"), "noise").unwrap());
}

#[test]
fn a_head_cut_short() {
    check_mended(|path| fs::write(path.join(".git/HEAD"), "").unwrap());
}

#[test]
fn a_repository_that_is_none() {
    check_mended(|path| {
        fs::remove_dir_all(path.join(".git")).unwrap();
        fs::create_dir(path.join(".git")).unwrap();
    });
}

#[test]
fn objects_that_are_no_longer_where_they_were() {
    check_mended(|path| fs::write(path.join(".git/objects/info/alternates"), "/nowhere\n").unwrap());
}

#[test]
fn another_commit_in_its_place() {
    let (scratch, first) = two_commits();
    let path = check_out(&scratch, &first).path;
    let second = check_out(&scratch, &scratch.source()).path;
    fs::remove_dir_all(&path).unwrap();
    fs::rename(second, path).unwrap();
    check_first(&check_out(&scratch, &first));
}

#[test]
fn a_target_folder_that_is_ignored_is_kept() {
    let (scratch, _) = two_commits();
    scratch.commit(".gitignore", "target/\n");
    let path = check_out(&scratch, &scratch.source()).path;
    fs::create_dir(path.join("target")).unwrap();
    fs::write(path.join("target/x.o"), "x").unwrap();
    fs::write(path.join("a.txt"), "changed\n").unwrap();
    check_out(&scratch, &scratch.source());
    assert_eq!((read(&path.join("target/x.o")), read(&path.join("a.txt"))), ("x".into(), "two\n".into()));
}

#[test]
fn a_repository_that_was_moved_with_its_store() {
    let (scratch, first) = two_commits();
    check_out(&scratch, &first);
    fs::rename(scratch.root(), scratch.beside("moved")).unwrap();
    let repo = Repo::discover(&scratch.beside("moved")).unwrap().unwrap();
    let checkout = repo.check_out(&first, &scratch.beside("moved/.accel-bench/worktrees")).unwrap();
    check_first(&checkout);
}

#[test]
fn a_merge_that_no_commit_holds() {
    let (scratch, _) = two_commits();
    scratch.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    let theirs = scratch.commit("b.txt", "b\n");
    let ours = scratch.repo().resolve("main").unwrap();
    let merge = scratch.repo().merge_tree(&ours, &theirs).unwrap();
    let checkout = check_out(&scratch, &merge);
    let names: Vec<_> = files(&checkout.path).into_keys().collect();
    assert_eq!(names, ["a.txt", "b.txt", "src/lib.rs"]);
    assert_eq!(read(&checkout.path.join("a.txt")), "two\n");
    // The second time it is found as it is; and its history is that of a merge.
    let again = check_out(&scratch, &merge);
    let mut log = scratch.command("git");
    log.arg("-C").arg(&again.path).args(["rev-list", "--count", "HEAD"]);
    assert_eq!(String::from_utf8(log.output().unwrap().stdout).unwrap().trim_end(), "5");
}

#[test]
fn a_linked_worktree_lends_the_objects_of_its_repository() {
    let (scratch, first) = two_commits();
    scratch.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    let repo = Repo::discover(&scratch.beside("linked")).unwrap().unwrap();
    check_first(&repo.check_out(&first, &scratch.beside("linked/.accel-bench/worktrees")).unwrap());
}

#[test]
fn what_a_checkout_lacks_is_told() {
    let scratch = Scratch::new();
    scratch.git(&["clone", "--quiet", ".", "../library"]);
    scratch.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "../library",
        "deep/library",
    ]);
    scratch.commit(".gitattributes", "*.bin filter=lfs -text\n");
    let checkout = check_out(&scratch, &scratch.source());
    let expected = [Limit::Submodule("deep/library".into()), Limit::Filter("lfs".into())];
    assert_eq!(checkout.limits, expected);
    drop(checkout);
    // An empty submodule is not a reason to check out again.
    check_out(&scratch, &scratch.source());
}

#[test]
fn files_that_a_partial_clone_has_not_fetched() {
    let scratch = Scratch::new();
    let source = scratch.source();
    scratch.commit("a.txt", "two\n");
    let blob = scratch.git(&["rev-parse", "HEAD~1:a.txt"]);
    fs::remove_file(scratch.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    let error = scratch.repo().check_out(&source, &under(&scratch)).unwrap_err();
    assert!(matches!(error, Error::MissingObjects(_)), "{error}");
}

#[test]
fn two_use_one_and_a_third_may_not_repair_it() {
    let (scratch, first) = two_commits();
    let one = check_out(&scratch, &first);
    let two = check_out(&scratch, &first);
    assert_eq!(one.path, two.path);
    fs::write(one.path.join("src/stray.rs"), "").unwrap();
    // Files next to the tree's are not obstacle while others use it.
    drop(check_out(&scratch, &first));
    fs::write(one.path.join("a.txt"), "changed\n").unwrap();
    let error = scratch.repo().check_out(&first, &under(&scratch)).unwrap_err();
    assert!(matches!(error, Error::CheckoutInUse(_)), "{error}");
    drop((one, two));
    check_first(&check_out(&scratch, &first));
}

#[test]
fn many_at_once_get_the_same() {
    let (scratch, first) = two_commits();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| check_first(&check_out(&scratch, &first)));
        }
    });
}

#[test]
fn the_oldest_are_removed_and_those_in_use_stay() {
    let (scratch, first) = two_commits();
    let oldest = check_out(&scratch, &first);
    let middle = check_out(&scratch, &scratch.source()).path;
    scratch.commit("c.txt", "c\n");
    let newest = check_out(&scratch, &scratch.source()).path;
    for (path, age) in [(&oldest.path, 300), (&middle, 200), (&newest, 100)] {
        let lock = fs::File::options().write(true).open(path.with_extension("lock")).unwrap();
        lock.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    let shown = old_checkouts(&under(&scratch), 1).unwrap();
    assert!(middle.exists(), "showing removes nothing");
    let removed = remove_old_checkouts(&under(&scratch), 1).unwrap();
    assert_eq!(shown, removed);
    assert_eq!(removed.iter().map(|it| &it.path).collect::<Vec<_>>(), [&middle]);
    assert!(removed[0].bytes > 100, "{removed:?}");
    let there = [&oldest.path, &middle, &newest].map(|path| path.exists());
    assert_eq!(there, [true, false, true]);
    let oldest_path = oldest.path.clone();
    drop(oldest);
    assert_eq!(remove_old_checkouts(&under(&scratch), 1).unwrap()[0].path, oldest_path);
    check_first(&check_out(&scratch, &first));
}

#[test]
fn nothing_to_remove_where_nothing_is() {
    let scratch = Scratch::new();
    assert_eq!(old_checkouts(&under(&scratch), 0).unwrap(), []);
    assert_eq!(remove_old_checkouts(&under(&scratch), 0).unwrap(), []);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (scratch, first) = two_commits();
    scratch.write("file", "");
    let error = scratch.repo().check_out(&first, &scratch.path("file/worktrees")).unwrap_err();
    assert!(error.to_string().starts_with("cannot create the folder `"), "{error}");
}

/// The checkouts do not disturb the user's own git, not even its housekeeping.
#[test]
fn git_finds_nothing_wrong_afterwards() {
    let (scratch, first) = two_commits();
    let _checkout = check_out(&scratch, &first);
    scratch.git(&["fsck", "--strict"]);
    scratch.git(&["gc", "--quiet", "--prune=now"]);
    check_first(&check_out(&scratch, &first));
}
