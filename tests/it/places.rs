//! Where a project is: in and outside of git, with and without a `bench.toml`.

use serde_json::{Value, json};

use crate::support::Project;

const BENCH: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str) -> Project {
    Project::new(name).bench("first", BENCH)
}

/// The commit that the project's only run is stored under.
fn commit(project: &Project) -> Value {
    let [file] = project.runs().try_into().expect("one run");
    serde_json::from_str::<Value>(&project.read(file)).expect("a result file")["commit"].clone()
}

#[test]
fn without_a_bench_toml_the_targets_of_the_harness_are_found() {
    let project = project("bare");
    std::fs::remove_file(project.path("bench.toml")).expect("it was there");
    project.accel_bench("--dry-run").exits(0).shows("first/one@host");
    project.accel_bench("list").exits(0).shows("first/one");
}

#[test]
fn three_lines_are_enough() {
    let project = project("three-lines");
    project.write("bench.toml", "[[bench]]\ntarget = \"first\"\nname = \"mine\"\n");
    project.accel_bench("--dry-run").exits(0).shows("mine/one@host");
}

#[test]
fn outside_git_runs_are_stored_under_no_commit() {
    let project = project("outside");
    project
        .accel_bench("")
        .exits(0)
        .says("of no commit: there is no git repository here, or none with a commit");
    assert_eq!(commit(&project), Value::Null);
    project.accel_bench("log").exits(0).shows("no commit");
    project.accel_bench("compare").exits(2).says("outside git there is no branch to compare with");
    project.accel_bench("hook install").exits(2).says("git init");
}

#[test]
fn before_the_first_commit_it_works_as_well() {
    let project = project("unborn");
    project.git(&["init", "--quiet", "--initial-branch", "main"]);
    project.accel_bench("").exits(0).shows("one@host");
    assert_eq!(commit(&project), Value::Null);
    project.accel_bench("compare").exits_with_one_of(&[2, 4, 9]).shows_nothing();
}

#[test]
fn a_dirty_tree_is_stored_with_its_own_hash() {
    let project = project("dirty").under_git();
    project.takes(200_000);
    project.accel_bench("").exits(0).says("with uncommitted changes");
    let commit = commit(&project);
    assert_eq!(commit["tree"]["state"], json!("dirty"));
    project.git(&["add", "--all"]);
    let tree = project.git(&["write-tree"]);
    assert_eq!(commit["tree"]["tree"], json!(tree.trim()), "what git would commit");
}

#[test]
fn a_folder_below_the_root_is_as_good_as_the_root() {
    let project = project("below").under_git();
    let mut command = project.command(&["--dry-run"]);
    command.current_dir(project.path("src"));
    crate::support::run(command).exits(0).shows("first/one@host");
    project.accel_bench("-C benches --dry-run").exits(0).shows("first/one@host");
    project.accel_bench("-C nowhere --dry-run").exits(2).says("cannot enter `nowhere`");
}

#[test]
fn no_package_at_all_is_told() {
    let project = project("none");
    std::fs::remove_file(project.path("Cargo.toml")).expect("it was there");
    project.accel_bench("").exits(5).says("Cargo.toml").shows_nothing();
}

#[test]
fn a_build_that_fails_passes_the_errors_on() {
    let project = project("broken");
    project.rewrite_bench("first", "#[bench] fn one(b: &mut Bencher) { no_such_function(); }");
    let ran = project.accel_bench("").exits(5).says("cannot find function `no_such_function`");
    ran.says("help: cargo bench --no-run").shows_nothing();
}

#[test]
fn nothing_to_run_says_how_to_begin() {
    let project = Project::new("empty");
    project.accel_bench("").exits(4).says("cargo accel-bench init").shows_nothing();
}
