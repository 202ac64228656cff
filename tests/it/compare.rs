//! `compare`: what changed in the code, told by its exit code, its verdicts and its table.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Project, Ran};

const TWO: &str = r#"
#[bench(backends = ["host"])]
fn changing(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}

#[bench(backends = ["host"])]
fn constant(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, 150_000));
}
"#;

pub(crate) fn project(name: &str) -> Project {
    Project::new(name).bench("two", TWO).toml("[[bench]]\ntarget = \"two\"\n").under_git()
}

pub(crate) fn verdicts(ran: &Ran) -> Vec<String> {
    ran.column("/rows", "verdict")
}

pub(crate) fn compared(project: &Project, line: &str) -> Ran {
    project.accel_bench(&format!("compare --format json {line}"))
}

#[test]
fn a_change_that_makes_it_slower_is_a_regression() {
    let project = project("slower");
    project.takes(150_000);
    let ran = compared(&project, "main").exits(1);
    assert_eq!(ran.column("/rows", "case"), ["two/changing@host", "two/constant@host"]);
    assert_eq!(verdicts(&ran), ["regressed", "same"]);
    let effect = ran.at("/rows/0/effect_share").as_f64().expect("an effect");
    assert!((effect - 0.5).abs() < 1e-9, "each side was run as it is: {effect}");
    assert_eq!(ran.at("/rows/0/alert"), json!(true));
    assert_eq!((ran.at("/outcome"), ran.at("/census/regressed")), (json!("regression"), json!(1)));
    // Both sides are stored now; the same question needs no second measuring.
    let again = project.accel_bench("compare").exits(1);
    insta::assert_snapshot!(table(&again.stdout), @"
    baseline   HASH (run RUN)
    candidate  HASH main, uncommitted changes (run RUN)

               baseline        candidate                  effect  verdict
    two
      changing@host
        100.0 µs ±0.0 %  150.0 µs ±0.0 %  +50.0 % [+49.8, +50.2]  ▲▲ regressed
        beyond the alert level of 10 %
      constant@host
        150.0 µs ±0.0 %  150.0 µs ±0.0 %     +0.0 % [-0.2, +0.2]  = same code

    2 cases, 2 judged: 1 regressed, 1 the same; 0 undecided
    2 A/A controls passed
    ± 95 % of a side, [ ] 99 % of the effect, over 16 to 22 process pairs
    built steadily: one codegen unit a package, functions and blocks aligned
    ");
    project.accel_bench("compare --threshold 60%").exits(0);
}

/// Hashes, runs and memory differ from time to time.
fn table(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 9 && word.chars().all(|c| c.is_ascii_hexdigit());
    let word = |word: &str| match word {
        word if is_hash(word) => "HASH".to_owned(),
        word if word.starts_with("20") && word.matches('-').count() == 2 => "RUN)".to_owned(),
        word => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ").trim_end().to_owned();
    let of_memory = |line: &&str| line.contains("peak-bytes") || line.trim_start().starts_with("? undecided");
    text.lines().filter(|line| !of_memory(line)).map(|text| line(text) + "\n").collect()
}

#[test]
fn a_change_that_makes_it_faster_is_none() {
    let project = project("faster");
    project.takes(50_000);
    let ran = compared(&project, "main").exits(0);
    assert_eq!(verdicts(&ran), ["improved", "same"]);
}

#[test]
fn a_change_within_the_tolerance_is_none_until_the_tolerance_is_narrower() {
    let project = project("within");
    project.takes(103_000);
    let ran = compared(&project, "main").exits(0);
    assert_eq!(verdicts(&ran), ["same", "same"]);
    let ran = compared(&project, "main --threshold 1%").exits(1);
    assert_eq!(verdicts(&ran), ["regressed", "same"]);
}

/// Real work in place of sleep: eight times as much of it is beyond any noise, and the same is never slower.
const WORK: &str = r#"
#[bench(backends = ["host"])]
fn work(b: &mut Bencher) {
    b.iter(|| it::work());
}
"#;

fn work(times: u64) -> String {
    format!(
        "pub fn work() -> u64 {{\n    (0..std::hint::black_box({times}_000u64)).fold(1, |a, i| std::hint::black_box(a ^ i))\n}}\n"
    )
}

#[test]
fn real_work_is_told_from_a_comment() {
    let toml = "[[bench]]\ntarget = \"work\"\nprocesses = 5\n[gate]\ntolerance = \"50%\"\n";
    let project = Project::new("work").bench("work", WORK).toml(toml);
    project.write("src/lib.rs", &work(20));
    let project = project.under_git();
    project.write("src/lib.rs", &format!("// A comment.\n{}", work(20)));
    compared(&project, "main").exits(0);
    project.write("src/lib.rs", &work(160));
    let ran = compared(&project, "main").exits(1);
    assert_eq!(verdicts(&ran), ["regressed"]);
}

#[test]
fn a_change_that_breaks_a_case_is_worse_than_a_slower_one() {
    let project = project("breaks");
    project.edit("src/lib.rs", "pub fn exactly", "pub fn other() {}\npub fn exactly");
    project.edit("src/lib.rs", "let told", "assert!(nanos != 100_000, \"no more\");\n    let told");
    let ran = compared(&project, "main").exits(3);
    assert_eq!(ran.column("/rows", "standing"), ["failed", "judged"]);
    assert_eq!(ran.at("/rows/0/candidate/status"), json!("panic"));
    assert_eq!(ran.at("/outcome"), json!("failed-case"));
    project.accel_bench("compare").exits(3).shows("✗ failed").shows("no more");
}

#[test]
fn cases_that_come_and_go_are_counted() {
    let project = project("moves");
    project.edit("benches/two.rs", "fn constant", "fn renamed");
    let ran = compared(&project, "main").exits(0);
    let cases = ["two/changing@host", "two/renamed@host", "two/constant@host"];
    assert_eq!(ran.column("/rows", "case"), cases);
    assert_eq!(ran.column("/rows", "standing"), ["judged", "missing-in-baseline", "missing-in-candidate"]);
    assert_eq!(ran.at("/census/missing_in_baseline"), json!(1));
    assert_eq!(ran.at("/census/missing_in_candidate"), json!(1));
}

#[test]
fn a_build_that_fails_on_one_side_is_no_comparison() {
    let project = project("unbuilt");
    project.write("src/lib.rs", "pub fn exactly() -> Nothing {}");
    project.accel_bench("compare main").exits(5).says("cannot find type `Nothing`").shows_nothing();
}

#[test]
fn the_same_code_needs_no_comparison() {
    let project = project("same-code");
    project.accel_bench("compare main").exits(0).says("are the same code").shows_nothing();
    let ran = compared(&project, "main --measure").exits(0);
    assert_eq!(verdicts(&ran), ["same", "same"]);
    project.accel_bench("compare HEAD~7").exits(2).says("HEAD~7").shows_nothing();
}

#[test]
fn what_is_not_stored_cannot_be_compared_as_stored() {
    let project = project("stored");
    project.takes(200_000);
    project.accel_bench("compare main --stored").exits(7).says("leave out `--stored`").shows_nothing();
    project.accel_bench("compare main --stored --measure").exits(2);
}

#[test]
fn a_run_is_compared_at_once() {
    let project = project("at-once");
    project.takes(300_000);
    let ran = project.accel_bench("run changing --compare main --format json").exits(1);
    assert_eq!(verdicts(&ran), ["regressed"]);
    project.accel_bench("run --compare nowhere").exits(2).says("nowhere");
}

/// A run of the working tree, as a result file in `folder`.
fn exported(project: &Project, folder: &str) -> PathBuf {
    project.accel_bench(&format!("--output {folder}")).exits(0);
    let mut files = fs::read_dir(project.path(folder)).expect("the folder").flatten();
    files.next().expect("a result file").path()
}

#[test]
fn result_files_are_compared_without_git() {
    let project = Project::new("files").bench("two", TWO);
    let before = exported(&project, "before");
    project.takes(130_000);
    let after = exported(&project, "after");
    let (before, after) = (before.to_str().expect("a path"), after.to_str().expect("a path"));
    let ran = project.tool(&["compare", before, after, "--format", "json"]).exits(1);
    assert_eq!(verdicts(&ran), ["regressed", "not-judged"]);
    let ran = project.tool(&["compare", after, before, "--format", "json"]).exits(0);
    assert_eq!(verdicts(&ran), ["improved", "not-judged"]);
    let ran = project.tool(&["compare", before, before, "--format", "json"]).exits(0);
    assert_eq!(verdicts(&ran), ["not-judged"; 2]);
}

#[test]
fn machine_classes_are_not_mixed_unless_forced() {
    let project = Project::new("classes").bench("two", TWO);
    let here = exported(&project, "here");
    let mut record: Value = serde_json::from_str(&project.read(&here)).expect("a result file");
    record["machine"] = json!("another-0123456789ab");
    project.write("there.json", &record.to_string());
    let here = here.to_str().expect("a path");
    let refused = project.tool(&["compare", "there.json", here]).exits(7).shows_nothing();
    refused.says("another-0123456789ab").says("different machine classes").says("--force");
    let forced = project.tool(&["compare", "there.json", here, "--force", "--format", "json"]);
    assert!(forced.at("/forced").is_string(), "{forced}");
    project.tool(&["compare", "there.json", here, "--force"]).shows("another-0123456789ab");
}

#[test]
fn what_surrounds_the_sides_is_diffed() {
    let project = project("surroundings");
    project.edit("bench.toml", "processes = 2", "processes = 3");
    project.takes(100_001);
    let ran = compared(&project, "main").exits(0);
    let whats = ran.column("/surroundings", "what");
    assert!(whats.iter().any(|what| what.contains("bench.toml")), "{whats:?}");
    let table = project.accel_bench("compare").exits(0);
    table.shows("-processes = 2").shows("+processes = 3");
}
