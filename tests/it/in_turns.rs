//! `compare` with both sides measured interleaved: what is stored, what is asked again, what breaks on the way.

use std::fs;

use serde_json::{Value, json};

use crate::compare::{compared, project, verdicts};
use crate::support::{Project, Ran, survivors};

fn processes(case: &Value) -> usize {
    case["processes"].as_array().expect("processes").len()
}

#[test]
fn what_was_compared_is_answered_from_the_store_until_something_changes() {
    let project = project("asked-again");
    project.takes(300_000);
    let first = compared(&project, "main").exits(1);
    assert_eq!(verdicts(&first), ["regressed", "same"]);
    let runs = project.runs();
    let again = compared(&project, "main").exits(1).says("Compared before").says("`--measure` does it again");
    assert_eq!((again.stdout, project.runs()), (first.stdout, runs), "nothing was measured");
    // Uncommitted changes count too: other uncommitted changes are another candidate.
    project.takes(150_000);
    let changed = compared(&project, "main").exits(1);
    assert_eq!(project.runs().len(), 4);
    let effect = changed.at("/rows/0/effect_share").as_f64().expect("an effect");
    assert!((effect - 0.5).abs() < 1e-9, "{effect}");
    // And so do those that were never added.
    project.write("benches/data.txt", "read by a bench, for all that anybody knows");
    compared(&project, "main").exits(1);
    assert_eq!(project.runs().len(), 6);
}

#[test]
fn stored_measures_nothing_and_measure_does_it_again() {
    let project = project("where-from");
    project.takes(300_000);
    compared(&project, "main --stored").exits(7).says("there is no stored run of main").shows_nothing();
    let first = compared(&project, "main").exits(1);
    let stored = compared(&project, "main --stored").exits(1);
    assert_eq!(stored.stdout, first.stdout);
    let measured = compared(&project, "main --measure").exits(1);
    assert_eq!(verdicts(&measured), verdicts(&first));
    assert_eq!(project.runs().len(), 4);
    assert!(measured.at("/baseline/run") != first.at("/baseline/run"), "{measured:#}");
}

#[test]
fn the_record_names_the_other_side_and_holds_controls() {
    let project = project("recorded");
    project.takes(300_000);
    let ran = compared(&project, "main").exits(1);
    let [base, candidate] = ["baseline", "candidate"].map(|side| project.record(&ran, side));
    assert_eq!(base["interleaved"]["with"], ran.at("/candidate/run"));
    assert_eq!(candidate["interleaved"]["with"], ran.at("/baseline/run"));
    assert_eq!(base["interleaved"]["seed"], candidate["interleaved"]["seed"]);
    assert!(base["interleaved"]["control"].as_array().is_none_or(Vec::is_empty), "{base}");
    let controls = candidate["interleaved"]["control"].as_array().expect("controls");
    let cases = candidate["cases"].as_array().expect("cases");
    assert_eq!(controls.len(), cases.len(), "one of each case");
    assert!(controls.iter().all(|control| processes(control) == 6), "{candidate}");
    assert!(cases.iter().all(|case| processes(case) >= 16), "{candidate}");
    assert_eq!(ran.at("/controls/0/verdict"), json!("same"));
}

/// A machine that is slower for one of two equal processes cannot be had at will: the record says that it was.
#[test]
fn a_control_that_changed_makes_the_machine_unfit() {
    let project = project("unfit");
    project.takes(300_000);
    let ran = compared(&project, "main").exits(1);
    let mut candidate = project.record(&ran, "candidate");
    let control = &mut candidate["interleaved"]["control"][0];
    for process in control["processes"].as_array_mut().expect("processes") {
        for nanos in process["samples"]["nanos"].as_array_mut().expect("samples") {
            *nanos = json!(nanos.as_u64().expect("nanoseconds") * 2);
        }
    }
    let name = format!("{}.json", candidate["id"].as_str().expect("an id"));
    let file = project.runs().into_iter().find(|path| path.ends_with(&name)).expect("it is stored");
    fs::write(file, candidate.to_string()).expect("it is written");
    let again = compared(&project, "main").exits(7).says("too noisy to judge");
    assert_eq!(again.at("/outcome"), json!("unfit"));
    assert_eq!(again.at("/controls/0/verdict"), json!("regressed"));
}

#[test]
fn a_case_of_one_side_is_measured_in_five_processes() {
    let project = project("one-side");
    project.edit("benches/two.rs", "fn constant", "fn renamed");
    let ran = compared(&project, "main").exits(0);
    assert_eq!(ran.column("/rows", "case"), ["two/changing@host", "two/renamed@host", "two/constant@host"]);
    assert_eq!(ran.column("/rows", "standing"), ["judged", "missing-in-baseline", "missing-in-candidate"]);
    for side in ["/rows/1/candidate", "/rows/2/baseline"] {
        let medians = ran.at(&format!("{side}/process_medians_ns"));
        assert_eq!(medians.as_array().map(Vec::len), Some(5), "{ran:#}");
    }
    let counts = ["cases", "same", "missing_in_baseline", "missing_in_candidate"];
    let census: Vec<_> = counts.iter().map(|count| ran.at(&format!("/census/{count}"))).collect();
    assert_eq!(census, [3, 1, 1, 1].map(|count| json!(count)));
}

/// Each breaks in its own way once `it::NANOS` is changed, in the midst of its samples; `late` in its third process.
const BREAKING: &str = r#"
use std::sync::atomic::{AtomicU64, Ordering};

const IS_BROKEN: bool = it::NANOS != 100_000;

fn breaks_at_the_40th(b: &mut Bencher, how: fn()) {
    let calls = AtomicU64::new(0);
    b.iter_custom(|iterations| {
        if IS_BROKEN && calls.fetch_add(1, Ordering::Relaxed) == 40 {
            how();
        }
        it::exactly(iterations, 100_000)
    });
}

#[bench(backends = ["host"])]
fn panics(b: &mut Bencher) {
    breaks_at_the_40th(b, || panic!("out of luck"));
}

#[bench(backends = ["host"])]
fn hangs(b: &mut Bencher) {
    breaks_at_the_40th(b, || std::thread::sleep(std::time::Duration::from_secs(3600)));
}

#[bench(backends = ["host"])]
fn exits(b: &mut Bencher) {
    breaks_at_the_40th(b, || std::process::exit(3));
}

#[bench(backends = ["host"])]
fn late(b: &mut Bencher) {
    use std::io::Write;
    if IS_BROKEN {
        let mut file = std::fs::File::options().append(true).create(true).open("processes").unwrap();
        file.write_all(b"x").unwrap();
        assert!(file.metadata().unwrap().len() < 3, "too many of us");
    }
    b.iter_custom(|iterations| it::exactly(iterations, 100_000));
}

#[bench(backends = ["host"])]
fn well(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, 100_000));
}
"#;

#[test]
fn a_case_that_breaks_while_it_takes_turns_fails_and_the_others_are_judged() {
    let toml = "[[bench]]\ntarget = \"breaking\"\ntimeout = \"1500ms\"\n";
    let project = Project::new("breaking").bench("breaking", BREAKING).toml(toml);
    project.write(".gitignore", "/.accel-bench\n/processes\n");
    let project = project.under_git();
    project.takes(200_000);
    let ran = compared(&project, "main").exits(3).says("Failed breaking/panics@host (candidate)");
    let names = ran.column("/rows", "benchmark");
    assert_eq!(names, ["panics", "hangs", "exits", "late", "well"]);
    assert_eq!(ran.column("/rows", "standing"), ["failed", "failed", "failed", "failed", "judged"]);
    let status = |row: usize| ran.at(&format!("/rows/{row}/candidate/status"));
    assert_eq!([0, 1, 2, 3].map(status), ["panic", "timeout", "crash", "panic"].map(|kind| json!(kind)));
    let reason = |row: usize| ran.at(&format!("/rows/{row}/candidate/reason")).to_string();
    for (row, words) in
        ["out of luck", "within 1.5 s", "exited with code 3", "too many of us"].iter().enumerate()
    {
        assert!(reason(row).contains(words), "{}", reason(row));
    }
    assert_eq!(verdicts(&ran)[4], "same");
    assert_eq!(ran.at("/outcome"), json!("failed-case"));
    assert_eq!(survivors(project.root()), [] as [String; 0]);
    let of_base = survivors(&project.path(".accel-bench/worktrees"));
    assert_eq!(of_base, [] as [String; 0]);
}

/// A device with room for one: who comes while another is there finds no memory.
const CROWDED: &str = r#"
#[bench(backends = ["host"])]
fn crowded(b: &mut Bencher) {
    let room = std::fs::File::create("/tmp/ROOM").unwrap();
    if room.try_lock().is_err() {
        std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 1 << 20]>());
    }
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

#[test]
fn sides_that_find_no_room_beside_each_other_take_turns_as_processes() {
    let folder = tempfile::tempdir().expect("a folder");
    let room = folder.path().join("room");
    let bench = CROWDED.replace("/tmp/ROOM", room.to_str().expect("a path"));
    let project = Project::new("crowded").bench("crowded", &bench).toml("[[bench]]\ntarget = \"crowded\"\n");
    let project = project.under_git();
    project.takes(300_000);
    let ran = compared(&project, "main").exits(1);
    assert_eq!(verdicts(&ran), ["regressed"]);
    let medians = ran.at("/rows/0/candidate/process_medians_ns");
    assert!(medians.as_array().is_some_and(|medians| medians.len() >= 4), "{ran:#}");
    // One that finds no memory alone fails.
    let taken = fs::File::create(&room).expect("it is there");
    taken.lock().expect("no one has it");
    let ran = compared(&project, "main --measure").exits_with_one_of(&[3, 7]);
    assert_eq!(ran.at("/rows/0/candidate/status"), json!("oom"));
}

/// The candidate's processes are half as slow as the baseline's or three times that, two of each interleaved: no number of
/// them decides anything. Two, because a control makes two in each round, which so are alike.
const NOISY: &str = r#"
fn processes_so_far(n: u64) -> u64 {
    use std::io::Write;
    let mut file = std::fs::File::options().append(true).create(true).open(format!("processes-{n}")).unwrap();
    file.write_all(b"x").unwrap();
    file.metadata().unwrap().len() - 1
}

#[bench(backends = ["host"], params(n = [1, 2]))]
fn noisy(b: &mut Bencher) {
    let is_fast = it::NANOS != 100_000 && processes_so_far(b.param("n")) % 4 < 2;
    let nanos = if it::NANOS == 100_000 { 200_000 } else if is_fast { 100_000 } else { 300_000 };
    b.iter_custom(|iterations| it::exactly(iterations, nanos));
}
"#;

pub(crate) fn noisy(name: &str) -> Project {
    let project = Project::new(name).bench("noisy", NOISY).toml("[[bench]]\ntarget = \"noisy\"\n");
    project.write(".gitignore", "/.accel-bench\n/processes-*\n");
    let project = project.under_git();
    project.takes(200_000);
    project
}

/// `compare` with the processes counted from the first again.
pub(crate) fn compared_noisy(project: &Project, line: &str) -> Ran {
    for n in [1, 2] {
        let _ = fs::remove_file(project.path(&format!("processes-{n}")));
    }
    compared(project, line)
}

#[test]
fn a_budget_is_kept_and_leaves_rows_undecided() {
    let project = noisy("budget");
    // Both sides are built, so that what follows is measuring.
    compared_noisy(&project, "main --budget 1ms").exits_with_one_of(&[0, 7]);
    let ran = compared_noisy(&project, "main --measure --budget 1500ms")
        .exits(0)
        .says("the budget of 1.5s ran out");
    let ran = ran.says("no case could be decided; each row says what it would take");
    assert_eq!(verdicts(&ran), ["undecided"; 2]);
    assert_eq!(ran.at("/candidate/state"), json!("interrupted"));
    for row in 0..2 {
        let needs = ran.at(&format!("/rows/{row}/needed_processes")).as_u64();
        assert!(needs >= Some(6), "{needs:?}");
    }
    // A comparison that was cut short answers no later question.
    let again = compared_noisy(&project, "main --budget 1500ms").exits(0);
    assert!(again.at("/candidate/run") != ran.at("/candidate/run"));
}

#[test]
fn cases_that_the_budget_left_out_are_counted() {
    let project = noisy("left-out");
    let ran = compared_noisy(&project, "main --budget 1ms").exits_with_one_of(&[0, 7]);
    let reached = ran.column("/rows", "case").len();
    let words = ["2 cases had no turn", "1 case had no turn"];
    let ran = ran.says("the budget of 1ms ran out (`--budget`)").says(words[reached]);
    assert_eq!(ran.code(), Some(if reached == 0 { 7 } else { 0 }), "{ran:#}");
    compared_noisy(&project, "main --budget 1").exits(2).says("a duration without a unit");
}
