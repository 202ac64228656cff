//! `compare --stored`, and when the hook measures: what the store says, with what time adds, and what is then measured.

use serde_json::{Value, json};

use crate::compare::{compared, verdicts};
use crate::support::Project;

/// How long an iteration takes depends on the code, and on a file that no commit knows: the machine's mood, in percent.
const MOODY: &str = r#"
fn nanos(nanos: u64) -> u64 {
    let mood = std::fs::read_to_string("mood").map_or(100, |mood| mood.trim().parse::<u64>().unwrap());
    nanos * mood / 100
}

#[bench(backends = ["host"])]
fn changing(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, nanos(it::NANOS)));
}

#[bench(backends = ["host"])]
fn constant(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, 150_000));
}
"#;

fn project(name: &str) -> Project {
    let project = Project::new(name).bench("moody", MOODY).toml("[[bench]]\ntarget = \"moody\"\n");
    project.write(".gitignore", "/.accel-bench\n/mood\n");
    project.under_git()
}

/// A run in this mood, and another mood after it.
fn run_in(project: &Project, mood: u64) {
    project.write("mood", &mood.to_string());
    project.accel_bench("--quiet").exits(0);
    project.write("mood", "100");
}

#[test]
fn what_looks_slower_in_the_store_is_measured_in_turns() {
    let project = project("confirmed");
    run_in(&project, 100);
    project.takes(300_000);
    run_in(&project, 100);
    let screened = compared(&project, "main --stored --no-run").exits(0);
    assert_eq!(verdicts(&screened), ["suspected", "not-judged"]);
    assert_eq!((screened.at("/confirmed_by"), project.runs().len()), (Value::Null, 2));
    let ran = compared(&project, "main --stored").exits(1).says("1 case that the store has as slower");
    assert_eq!(verdicts(&ran), ["regressed", "not-judged"]);
    assert_eq!(ran.at("/candidate/run"), screened.at("/candidate/run"), "the other row is the store's");
    assert_eq!(project.runs().len(), 4);
    let runs = ran.at("/confirmed_by");
    assert!(runs.as_array().is_some_and(|runs| runs.len() == 2), "{runs}");
    // Only the suspect was measured, so that these runs answer no question of the whole.
    let table = project.accel_bench("compare main --stored").exits(1);
    assert!(
        table.stdout.contains("1 row was slower in the store and measured again interleaved"),
        "{table:#}"
    );
    compared(&project, "main").exits(1).says("Building");
}

#[test]
fn a_mood_of_the_machine_is_found_out() {
    let project = project("mood");
    run_in(&project, 100);
    project.edit("src/lib.rs", "pub const", "// Why.\npub const");
    run_in(&project, 150);
    let screened = compared(&project, "main --stored --no-run").exits(0);
    assert_eq!(verdicts(&screened), ["suspected", "not-judged"]);
    let ran = compared(&project, "main --stored").exits(0).says("Suspected");
    assert_eq!(verdicts(&ran), ["same", "not-judged"]);
    assert_eq!(ran.at("/outcome"), json!("fine"));
}

#[test]
fn what_runs_of_the_same_code_differ_by_is_no_regression() {
    let project = project("drift");
    for mood in [100, 110, 95, 105] {
        run_in(&project, mood);
    }
    project.edit("src/lib.rs", "pub const", "// Why.\npub const");
    run_in(&project, 115);
    // The newest run of main, which was 5 % slower than the first, is what is compared with.
    let ran = compared(&project, "main --stored").exits(0);
    assert_eq!(verdicts(&ran), ["not-judged"; 2]);
    let table = project.accel_bench("compare main --stored").exits(0);
    assert!(table.stdout.contains("stored runs describe, they do not judge"), "{table:#}");
    assert_eq!(project.runs().len(), 5, "nothing looked slower, so nothing was measured");
}

/// What two stored runs show is no reason to let anybody pass, nor to stop them: only what was measured interleaved is.
#[test]
fn the_hook_measures_unless_it_has_measured_just_this() {
    let project = project("screened");
    let _remote = project.pushes_to_a_remote();
    project.accel_bench("hook install --on pre-push").exits(0);
    run_in(&project, 100);
    project.edit("src/lib.rs", "pub const", "// Why.\npub const");
    project.commit("a comment");
    run_in(&project, 100);
    project
        .try_git(&["push", "origin", "main"])
        .exits(0)
        .says("2 cases: both sides have the same executable");
    assert_eq!(project.runs().len(), 2);
    project.takes(300_000);
    project.commit("slower");
    run_in(&project, 100);
    let ran = project.try_git(&["push", "origin", "main"]);
    assert!(ran.code() != Some(0) && ran.stderr.contains("process pair"), "{ran:#}");
    assert_eq!(project.runs().len(), 5);
    let again = project.try_git(&["push", "origin", "main"]).says("Compared before");
    assert!(again.code() != Some(0), "{again:#}");
    assert_eq!(project.runs().len(), 5);
}

#[test]
fn a_suspect_that_is_not_selected_stays_as_the_store_has_it() {
    let project = project("unselected");
    run_in(&project, 100);
    project.takes(300_000);
    run_in(&project, 100);
    let ran = compared(&project, "main --stored --benchmark constant").exits(0);
    let ran = ran.says("1 case had no turn and stays as the store has it");
    assert_eq!((verdicts(&ran)[0].as_str(), ran.at("/confirmed_by")), ("suspected", Value::Null));
}
