//! A `bench.toml` that cannot be used: exit code 6, and the drawing on stderr.

use std::sync::OnceLock;

use crate::support::{Project, Ran, run};

const BENCH: &str = r#"
#[bench(backends = ["host"], params(n = [1]))]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// One package for all manifests: each test has its own copy of what is not built.
fn with(manifest: &str) -> Ran {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    let project = PROJECT.get_or_init(|| Project::new("manifests").bench("one", BENCH));
    let copy = tempfile::tempdir().expect("a folder");
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs", "benches/one.rs"] {
        let path = copy.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::copy(project.path(file), path).expect("a copy");
    }
    std::fs::write(copy.path().join("bench.toml"), manifest).expect("a file");
    let mut command = project.command(&["--dry-run"]);
    command.current_dir(copy.path());
    run(command)
}

#[track_caller]
fn refused(manifest: &str, words: &[&str]) {
    let ran = words.iter().fold(with(manifest).exits(6), |ran, words| ran.says(words));
    let ran = ran.says("--> bench.toml:").shows_nothing();
    assert!(!ran.stderr.contains('\u{1b}'), "a pipe gets no colors");
}

#[test]
fn unknown_keys() {
    refused(
        "[[bench]]\ntarget = \"one\"\nbackend = [\"host\"]\n",
        &["bench.toml:3:1", "did you mean `backends`?"],
    );
    refused("[gates]\ntolerance = \"5%\"\n", &["bench.toml:1:", "did you mean `gate`?"]);
}

#[test]
fn wrong_types() {
    refused("[[bench]]\ntarget = 5\n", &["bench.toml:2:10", "^"]);
    refused("[gate]\ntolerance = \"much\"\n", &["bench.toml:2:13"]);
    refused("gate = 5\n", &["`[gate]` is a table, not an integer"]);
    refused("[[bench]\n", &["bench.toml:1:"]);
}

#[test]
fn names_that_do_not_exist() {
    refused(
        "[[bench]]\ntarget = \"one\"\nbackends = [\"wpgu\"]\n",
        &["unknown backend `wpgu`", "did you mean `wgpu`?"],
    );
    refused("[run]\nsuite = \"none\"\n", &["bench.toml:2:", "none"]);
}

#[test]
fn an_empty_matrix() {
    refused("[[bench]]\ntarget = \"one\"\nbackends = []\n", &["leaves no case to run"]);
    refused("[[bench]]\ntarget = \"one\"\nparams = { n = [] }\n", &["bench.toml:3:", "^"]);
    refused("[[bench]]\ntarget = \"one\"\nparams = { n = { from = 5, to = 1 } }\n", &["bench.toml:3:"]);
}

#[test]
fn two_of_one_name() {
    refused(
        "[[bench]]\ntarget = \"one\"\n[[bench]]\ntarget = \"one\"\n",
        &["bench.toml:4:", "the first one is here"],
    );
}

#[test]
fn every_problem_is_told_at_once() {
    refused(
        "[[bench]]\ntarget = \"one\"\nbackend = 1\n[gate]\ntolerance = \"x\"\n",
        &["bench.toml:3:", "bench.toml:5:"],
    );
}

#[test]
fn what_only_the_workspace_can_tell() {
    let ran = with("[[bench]]\ntarget = \"onne\"\n").exits(6).shows_nothing();
    ran.says("did you mean `one`?").says("[[bench]]");
    with("[[bench]]\ntarget = \"one\"\nparams = { m = 1 }\n")
        .exits(6)
        .says("has a parameter `m`")
        .shows_nothing();
}

#[test]
fn values_ranges_and_suites_are_used() {
    let matrix = "[[bench]]\ntarget = \"one\"\nparams = { n = { from = 1, to = 4, factor = 2 } }\n";
    with(matrix).exits(0).shows("one/one/n=1@host\none/one/n=2@host\none/one/n=4@host\n");
    let suite = "[[bench]]\ntarget = \"one\"\n[suites.all]\nfilter = [\"*\"]\n";
    with(suite).exits(6).says("the suite `all` is built in");
    with("").exits(0).shows("one/one/n=1@host");
}

#[test]
fn the_schema_is_json_and_names_the_keys() {
    let project = Project::new("schema");
    let ran = project.accel_bench("schema").exits(0);
    assert!(ran.at("/properties/bench").is_object() && ran.at("/properties/gate").is_object());
}

#[test]
fn init_writes_what_runs_as_it_stands() {
    let project = Project::new("init");
    std::fs::remove_file(project.path("bench.toml")).expect("it was there");
    project.accel_bench("init").exits(0).says("Created").says("bench.toml");
    let ran = project.accel_bench("--format json").exits(0);
    assert_eq!(ran.column("/cases", "status"), ["ok", "ok"]);
    project.accel_bench("init").exits(2).says("exists");
}
