//! `gc`: checkouts and what was built of them go, and nothing else of the target folder does.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Project, Ran, forget, run, target_dir};

const ONE: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// `main` and a working tree that differs, both measured: so there is one checkout with its builds. The target has
/// a name of its own, because all projects share a target folder.
fn compared(name: &str) -> Project {
    let target = format!("of_{}", name.replace('-', "_"));
    forget(&name.replace('-', "_"));
    let toml = format!("[[bench]]\ntarget = \"{target}\"\n");
    let project = Project::new(name).bench(&target, ONE).toml(&toml).under_git();
    project.takes(150_000);
    project.accel_bench("compare main").exits(1);
    project
}

/// Returns what cargo has made whose name begins like this.
fn built(prefix: &str) -> BTreeSet<String> {
    let deps = fs::read_dir(target_dir().join("release/deps")).expect("it was built").flatten();
    let names = deps.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(prefix)).collect()
}

fn executables(target: &str) -> usize {
    built(&format!("{target}-")).iter().filter(|name| !name.contains('.')).count()
}

fn checkouts(project: &Project) -> usize {
    let entries = fs::read_dir(project.path(".accel-bench/worktrees")).expect("it is there").flatten();
    entries.filter(|entry| entry.path().is_dir()).count()
}

/// The lines that name something of this project.
fn lines<'r>(ran: &'r Ran, project: &Project) -> Vec<&'r str> {
    let root = project.root().file_name().and_then(|name| name.to_str()).expect("a name");
    ran.stderr.lines().map(str::trim_start).filter(|line| line.contains(root)).collect()
}

#[test]
fn a_checkout_takes_its_builds_along() {
    let project = compared("gc-builds");
    let (library, dependency) = (built("libit_gc_builds-"), built("libserde"));
    assert_eq!((executables("of_gc_builds"), checkouts(&project), library.len()), (2, 1, 4));
    let ran = project.accel_bench("gc").exits(0);
    assert_eq!((lines(&ran, &project), executables("of_gc_builds")), (vec![], 2), "the last checkouts stay");

    let ran = project.accel_bench("gc --keep-checkouts 0 --dry-run").exits(0);
    let told = lines(&ran, &project);
    assert!(told[0].starts_with("Would remove checkout `"), "{told:?}");
    assert!(told[1].starts_with("Would remove builds of `") && told[1].ends_with(" MiB"), "{told:?}");
    assert_eq!((executables("of_gc_builds"), checkouts(&project)), (2, 1), "a dry run removes nothing");

    let ran = project.accel_bench("gc --keep-checkouts 0").exits(0).says("Freed ");
    let told = lines(&ran, &project);
    assert!(told[0].starts_with("Removed checkout `"), "{told:?}");
    // Another test's `gc` may have come between the checkout and its builds: what counts is that they are gone.
    assert!(told.get(1).is_none_or(|line| line.starts_with("Removed builds of `")), "{told:?}");
    assert_eq!((executables("of_gc_builds"), checkouts(&project)), (1, 0));
    assert_eq!(built("of_gc_builds-").len(), 3, "an executable, its dep-info, and what links it once more");
    let kept = built("libit_gc_builds-");
    assert!(kept.is_subset(&library) && kept.len() == 2, "{kept:?} of {library:?}");
    assert!(built("libserde").is_superset(&dependency), "dependencies are everybody's");

    let again = project.accel_bench("gc --keep-checkouts 0").exits(0);
    assert_eq!(lines(&again, &project), [] as [&str; 0]);
    // The rest is still fresh, and what was removed can be made again.
    let ran = project.accel_bench("").exits(0);
    assert!(!ran.stderr.contains("Compiling"), "{ran:#}");
    project.accel_bench("compare main --measure").exits(1).says("Compiling it-gc-builds");
    assert_eq!((executables("of_gc_builds"), checkouts(&project)), (2, 1));
}

#[test]
fn a_clone_that_was_removed_leaves_nothing_in_a_shared_target_folder() {
    let project = compared("gc-clones");
    let clone = tempfile::tempdir().expect("a folder");
    let at = clone.path().join("clone-of-gc-clones");
    project.git(&["clone", "--quiet", ".", at.to_str().expect("a path")]);
    let mut command = project.command(&["--no-run"]);
    command.current_dir(&at);
    run(command).exits(0);
    assert_eq!(executables("of_gc_clones"), 3);
    project.accel_bench("gc").exits(0);
    assert_eq!(executables("of_gc_clones"), 3, "it is there, though it is not a checkout of ours");
    fs::remove_dir_all(&at).expect("it is removed");
    project.accel_bench("gc").exits(0).says("Freed ");
    assert_eq!(executables("of_gc_clones"), 2);
}

#[test]
fn a_project_that_was_never_built_has_nothing_to_remove() {
    let project = Project::new("gc-nothing").bench("one", ONE);
    let ran = project.accel_bench("gc --keep-runs 0 --keep-checkouts 0").exits(0);
    let ran = ran.says("Removed 0 runs (0.000 B)").says("Freed ").shows_nothing();
    assert_eq!(lines(&ran, &project), [] as [&str; 0]);
    assert!(!project.path(".accel-bench").exists());
}
