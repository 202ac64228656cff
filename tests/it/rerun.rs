//! A stored run once more: its commit, built as it was, and what is said of numbers that do not come again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Project, run};

const BENCH: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    let slower = if std::env::var("SLOWER").is_ok() { 2 } else { 1 };
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS * slower));
}

#[bench(backends = ["host"])]
fn two(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// A project with a run of its commit, and the run's id.
fn project(name: &str) -> (Project, String) {
    let target = name.replace('-', "_");
    let toml = format!("[[bench]]\ntarget = \"{target}\"\n");
    let project = Project::new(name).bench(&target, BENCH).toml(&toml).under_git();
    let id = project.accel_bench("--format json").exits(0).at("/run");
    (project, id.as_str().expect("an id").to_owned())
}

#[test]
fn the_numbers_of_a_commit_come_again() {
    let (project, id) = project("rerun-same");
    // The working tree has moved on: it is the commit that is measured.
    project.takes(300_000);
    let again = project.accel_bench(&format!("rerun {id} --format json")).exits(0).says("Stored");
    assert_eq!(again.column("/rows", "inside"), ["true", "true"], "{again:#}");
    assert_eq!(again.column("/rows", "now_ns"), ["100000.0", "100000.0"], "{again:#}");
    assert_eq!(project.runs().len(), 2, "it is a run as any");
    let one = project.accel_bench(&format!("rerun {id} two")).exits(0);
    assert!(one.stdout.contains("two") && !one.stdout.contains("one@"), "{one:#}");
    project.accel_bench(&format!("rerun {id} three")).exits(4).says("has no case that matches `three`");
}

#[test]
fn a_number_that_does_not_come_again_is_named() {
    let (project, id) = project("rerun-other");
    let mut command = project.command(&["rerun", &id]);
    command.env("SLOWER", "1");
    let again = run(command).exits(0);
    again
        .says("1 of 2 cases lie outside of the range of runs of the same code")
        .shows("outside of the range");
}

#[test]
fn what_is_not_there_any_more_is_an_error() {
    let (project, id) = project("rerun-gone");
    let rustc = project.path("rustc");
    fs::write(
        &rustc,
        "#!/bin/sh\necho 'rustc 1.0.0 (a59de37e9 2015-05-13)'\necho 'host: x86_64-unknown-linux-gnu'\n",
    )
    .expect("written");
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).expect("executable");
    let mut command = project.command(&["rerun", &id]);
    command.env("RUSTC", &rustc);
    run(command).exits(7).says("was built with `rustc 1.").says("rustup toolchain install 1.");
    project.accel_bench("rerun 2099").exits_with_one_of(&[2, 4]).says("2099");
    project.takes(200_000);
    let dirty = project.accel_bench("--format json").exits(0).at("/run");
    let line = format!("rerun {}", dirty.as_str().expect("an id"));
    project.accel_bench(&line).exits(7).says("measured changes that no commit holds");
}
