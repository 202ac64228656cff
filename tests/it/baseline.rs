//! `baseline`: kept under a name, approved with a reason, compared with.

use serde_json::{Value, json};

use accel_bench_engine::store::{Baselines, is_stable};

use crate::support::Project;

const ONE: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str) -> Project {
    let toml = "[[bench]]\ntarget = \"one\"\nprocesses = 3\n";
    Project::new(name).bench("one", ONE).toml(toml).under_git()
}

#[test]
fn saved_baselines_stay_in_the_store() {
    let project = project("saved");
    project.accel_bench("baseline save before").exits(4).says("the store has no run yet");
    project.accel_bench("").exits(0);
    project.accel_bench("baseline save before").exits(0).says("Saved");
    project.accel_bench("baseline list").exits(0).says("`before`");
    project.accel_bench("baseline show before").exits(0).shows("one@host");
    assert!(!project.path("baselines").exists(), "only `approve` writes there");
    project.takes(150_000);
    project.accel_bench("").exits(0);
    project.accel_bench("baseline diff before").exits(1).shows("regressed");
    project.accel_bench("compare before").exits(1).shows("regressed");
    project.accel_bench("compare baseline:before").exits(1);
    project.accel_bench("baseline remove before").exits(0).says("Removed");
    project.accel_bench("baseline show before").exits(2).says("before").shows_nothing();
    project.accel_bench("baseline remove before").exits(2).says("nothing is kept as `before`");
}

#[test]
fn approving_shows_asks_and_records() {
    let project = project("approved");
    project.git(&["tag", "v1.0.0"]);
    project.accel_bench("").exits(0);
    project.tool(&["baseline", "approve", "main"]).exits(2).says("--reason");
    let asked = project.tool(&["baseline", "approve", "main", "-m", "the first"]).exits(2);
    asked.says("no one is here to approve").says("--yes").shows("one@host");
    assert!(!project.path("baselines").exists(), "what no one approved is not written");
    project.tool(&["baseline", "approve", "main", "-m", "the first", "--yes"]).exits(0).says("commit it");
    let files: Vec<_> =
        std::fs::read_dir(project.path("baselines/main")).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1);
    let approved: Value = serde_json::from_str(&project.read(files[0].path())).expect("JSON");
    let head = project.git(&["rev-parse", "HEAD"]);
    assert_eq!(approved["approval"]["why"], "the first");
    assert_eq!(approved["approval"]["commit"], json!(head.trim()));
    assert_eq!(approved["approval"]["tag"], "v1.0.0");
    let list = project.accel_bench("baseline list").exits(0);
    list.shows("main").shows("the first").shows("v1.0.0");
}

#[test]
fn approving_again_shows_the_difference_first() {
    let project = project("again");
    project.accel_bench("").exits(0);
    project.tool(&["baseline", "approve", "main", "-m", "the first", "--yes"]).exits(0);
    project.takes(200_000);
    project.commit("slower, for a reason");
    project.accel_bench("").exits(0);
    project.accel_bench("compare baseline:main").exits(1);
    let ran = project.tool(&["baseline", "approve", "main", "-m", "worth it", "--yes"]).exits(0);
    ran.shows("regressed").says("Approved");
    project.accel_bench("baseline diff main").exits(0).shows("not judged");
    project.accel_bench("baseline remove main").exits(0).says("commit that");
    assert!(!project.path("baselines/main").exists());
}

/// One process is slower than the others: no such run can be what others are judged by.
const UNSTABLE: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("starts");
    std::fs::create_dir_all(&folder).expect("a folder");
    let starts = std::fs::read_dir(&folder).expect("it is there").count() as u64;
    std::fs::write(folder.join(starts.to_string()), "").expect("a file");
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS * (1 + starts)));
}
"#;

#[test]
fn an_unstable_run_becomes_no_baseline_by_accident() {
    let project = project("unstable");
    project.rewrite_bench("one", UNSTABLE);
    project.accel_bench("").exits(0);
    let refused = project.tool(&["baseline", "approve", "main", "-m", "x", "--yes"]).exits(7);
    refused.says("measured with uncommitted changes").says("--unstable");
    project.write(".gitignore", "/.accel-bench\n/starts\n");
    project.commit("unstable");
    project.accel_bench("").exits(0);
    let refused = project.tool(&["baseline", "approve", "main", "-m", "x", "--yes"]).exits(7);
    refused.says("is not stable").says("--unstable");
    project.tool(&["baseline", "approve", "main", "-m", "x", "--yes", "--unstable"]).exits(0);
}

/// Asked in a terminal; what is typed decides.
#[test]
fn an_answer_is_taken_at_its_word() {
    let project = project("asked");
    project.accel_bench("").exits(0);
    let approve = |typed: &str| project.in_terminal("baseline approve main -m why", typed);
    let file = project.path("baselines/main");
    for typed in ["n\n", "\n", "", "maybe\n", "yesterday\n", "no\ny\n"] {
        let Some(ran) = approve(typed) else {
            println!("skipped: no terminal can be made here");
            return;
        };
        let ran = ran.exits(0).shows("one@host").shows("as baseline `main` of ").shows("? [y/N] ");
        ran.shows("nothing was approved");
        assert!(!file.exists(), "{typed:?} is not a yes");
    }
    for typed in ["y\n", "Y\n", " yes \n"] {
        let ran = approve(typed).expect("there was a terminal before").exits(0);
        ran.shows("? [y/N] ").shows("Approved").shows("commit it");
        assert!(file.exists(), "{typed:?} is a yes");
        project.accel_bench("baseline remove main").exits(0);
    }
}

/// This repository has approved a baseline of its own, as the documentation tells others to do.
#[test]
fn the_baseline_of_this_repository_can_be_read_and_is_fit_to_be_one() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let baselines = Baselines::open(root.join("baselines"));
    let list = baselines.list().expect("they are read");
    assert!(list.skipped.is_empty(), "{:?}", list.skipped);
    let mains: Vec<_> = list.baselines.iter().filter(|baseline| baseline.name.as_str() == "main").collect();
    assert!(!mains.is_empty(), "one for each machine class that somebody measured on");
    for baseline in mains {
        let found =
            baselines.load(&baseline.name, &baseline.machine).expect("it is read").expect("it is there");
        assert_eq!(is_stable(&found.run).map_err(|why| why.to_string()), Ok(()));
        assert!(found.run.surroundings.build.steady && found.run.cases.len() >= 3, "{}", found.run.id);
        assert!(!found.approval.why.is_empty() && found.approval.commit.is_some(), "{:?}", found.approval);
    }
}
