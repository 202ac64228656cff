//! The store under fire: killed tools, interrupted runs, two at once, full and broken disks, cut files.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Moments, Project, Ran, record, signal, silent, start, survivors, wait_until};

/// Six cases of about 20 ms each, which are reported apart by their parameter.
const CASES: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2, 3, 4, 5, 6]))]
fn case(b: &mut Bencher) {
    let n: u64 = b.param("n");
    b.iter_custom(|iterations| it::exactly(iterations, n * it::NANOS));
}
"#;

/// Hangs after its fourth case.
const HANGING: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2, 3, 4, 5, 6]))]
fn case(b: &mut Bencher) {
    let n: u64 = b.param("n");
    if n == 5 {
        std::thread::sleep(std::time::Duration::from_secs(3600));
    }
    b.iter_custom(|iterations| it::exactly(iterations, n * it::NANOS));
}
"#;

const TOML: &str = "[[bench]]\ntarget = \"cases\"\nprocesses = 1\n";

fn project(name: &str) -> Project {
    let project = Project::new(name).bench("cases", CASES).toml(TOML).under_git();
    project.accel_bench("--no-run").exits(0);
    project
}

/// The cases of a stored file that have a result; whatever is in it can be read and is as it was measured.
fn finished(file: &Path) -> usize {
    let record = record(file);
    let cases = record["cases"].as_array().expect("cases");
    for case in cases {
        let n = case["id"]["params"]["n"].as_u64().expect("a parameter");
        let samples = &case["processes"][0]["samples"];
        let (nanos, iterations) = (samples["nanos"][0].as_u64(), samples["iterations"][0].as_u64());
        assert_eq!(nanos, iterations.map(|iterations| iterations * n * 100_000), "{case}");
    }
    cases.len()
}

fn states(project: &Project) -> Vec<String> {
    project.accel_bench("log --format json -n 1000").exits(0).column("/rows", "state")
}

#[test]
fn a_killed_tool_loses_at_most_the_case_under_way() {
    let project = project("killed");
    let mut moments = Moments::new();
    let mut some_stored = 0;
    for round in 0..20 {
        let before = project.runs().len();
        let mut child = start(silent(project.command::<&str>(&[])));
        // Building takes some tenths of a second: the clock starts when the file is there.
        wait_until("the run begins", || {
            project.runs().len() > before || child.try_wait().is_ok_and(|end| end.is_some())
        });
        thread::sleep(moments.below(Duration::from_millis(250)));
        let _ = child.kill();
        child.wait().expect("it ends");
        let runs = project.runs();
        assert_eq!(runs.len(), before + 1, "round {round}");
        some_stored += usize::from(runs.iter().map(|file| finished(file)).max() > Some(0));
    }
    assert!(some_stored > 0, "the moments lie after the first case, too");
    wait_until("the children see that the tool is gone", || survivors(project.root()).is_empty());
    let states = states(&project);
    assert_eq!(states.len(), 20);
    assert!(states.iter().all(|state| ["interrupted", "complete"].contains(&state.as_str())), "{states:?}");
    // The rest of a killed run keeps no other from running.
    let ran = project.accel_bench("--format json").exits(0);
    assert_eq!(ran.column("/cases", "status"), ["ok"; 6]);
}

#[test]
fn a_killed_tool_keeps_what_was_finished() {
    let project = project("kept");
    project.rewrite_bench("cases", HANGING);
    project.accel_bench("--no-run").exits(0);
    let mut child = start(silent(project.command::<&str>(&[])));
    wait_until("four cases are stored", || project.runs().iter().any(|file| finished(file) == 4));
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    assert_eq!(finished(&project.runs()[0]), 4);
    wait_until("its children end", || survivors(project.root()).is_empty());
    project.accel_bench("show").exits(0).shows("n=4@host");
}

#[track_caller]
fn ends_on(name: &str, by: Signal) {
    let project = project(name);
    project.rewrite_bench("cases", HANGING);
    project.accel_bench("--no-run").exits(0);
    let mut command = project.command(&["--format", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = start(command);
    wait_until("four cases are stored", || project.runs().iter().any(|file| finished(file) == 4));
    signal(&child, by);
    let ran = Ran::new("accel-bench", child.wait_with_output().expect("it ends")).exits(130);
    assert_eq!(survivors(project.root()), [] as [String; 0]);
    assert_eq!(ran.column("/cases", "status"), ["ok"; 4], "what is finished is shown");
    assert_eq!(states(&project), ["interrupted"]);
    ran.says("interrupted").says("4 finished cases kept");
}

#[test]
fn ctrl_c_ends_the_children_and_keeps_what_is_finished() {
    ends_on("ctrl-c", Signal::INT);
}

#[test]
fn a_polite_end_is_the_same() {
    ends_on("terminated", Signal::TERM);
}

#[test]
fn two_runs_at_once_do_not_harm_each_other() {
    let project = project("at-the-same-time");
    let start = || {
        let mut command = project.command(&["--format", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the tool starts")
    };
    let children = [start(), start(), start()];
    for child in children {
        let ran = Ran::new("accel-bench", child.wait_with_output().expect("it ends")).exits(0);
        assert_eq!(ran.column("/cases", "status"), ["ok"; 6]);
    }
    let runs = project.runs();
    assert_eq!(runs.iter().map(|file| finished(file)).collect::<Vec<_>>(), [6, 6, 6]);
    assert_eq!(states(&project), ["complete"; 3]);
}

#[test]
fn a_store_that_cannot_be_written_is_told_before_anything_is_measured() {
    let project = project("no-store");
    let _ = fs::remove_dir_all(project.path(".accel-bench"));
    project.write(".accel-bench", "a file in the folder's place");
    project.accel_bench("").exits(8).says(".accel-bench").shows_nothing();
    assert_eq!(project.read(".accel-bench"), "a file in the folder's place");
}

/// A small file system of its own; `None` where this user may not mount one.
fn small_disk(at: &Path) -> Option<Mounted> {
    fs::create_dir_all(at).expect("a folder");
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(at)
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success()).then(|| Mounted(at.to_owned()))
}

struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_spoils_nothing() {
    let project = project("full");
    let _ = fs::remove_dir_all(project.path(".accel-bench"));
    let Some(_disk) = small_disk(&project.path(".accel-bench")) else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    // A first run fits and has to stay whole.
    project.accel_bench("n=1").exits(0);
    let [first] = project.runs().try_into().expect("one run");
    let before = fs::read(&first).expect("it is there");
    let filled = fs::write(project.path(".accel-bench/filler"), vec![0; 1 << 20]);
    assert!(filled.is_err(), "the disk is full");
    project.accel_bench("").exits(8).says("no space is left there");
    assert_eq!(fs::read(&first).expect("it is there"), before);
    project.accel_bench("show").exits(0).shows("n=1@host");
    fs::remove_file(project.path(".accel-bench/filler")).expect("it is removed");
    project.accel_bench("").exits(0);
}

#[test]
fn cut_and_foreign_files_are_named_and_passed_over() {
    let project = project("cut");
    project.accel_bench("").exits(0);
    project.accel_bench("").exits(0);
    let runs = project.runs();
    let [cut, whole] = runs.as_slice() else { panic!("two runs: {runs:?}") };
    let bytes = fs::read(cut).expect("it is there");
    let name = cut.file_name().expect("a name").to_str().expect("a text");
    for at in [0, 1, 2, bytes.len() / 7, bytes.len() / 3, bytes.len() / 2, bytes.len() - 2, bytes.len() - 1] {
        fs::write(cut, &bytes[..at]).expect("it is cut");
        let ran = project.accel_bench("log --format json").exits(0).says("passed over").says(name);
        assert_eq!(ran.column("/rows", "cases"), ["6"], "cut at {at}");
        assert_eq!(fs::read(cut).expect("it is there"), &bytes[..at], "it is not overwritten");
    }
    let cut_file = cut.to_str().expect("a path");
    let whole_file = whole.to_str().expect("a path");
    project.tool(&["compare", cut_file, whole_file]).exits(8).says("it is cut short").shows_nothing();
    let newer = String::from_utf8(bytes.clone()).expect("JSON").replacen("\"format\":1", "\"format\":99", 1);
    fs::write(cut, newer).expect("it is changed");
    project.accel_bench("log").exits(0).says("format 99");
    project.accel_bench("show").exits(0).shows("n=6@host");
    project.accel_bench("compare HEAD --stored").exits(0);
    project.accel_bench("").exits(0);
    fs::write(cut, bytes).expect("it is fixed");
    assert_eq!(states(&project), ["complete"; 3]);
}

fn started(path: impl AsRef<std::path::Path>) -> String {
    let text = std::fs::read_to_string(path).expect("a stored run");
    let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    run["started"].as_str().expect("a time").to_owned()
}

#[test]
fn gc_keeps_what_is_asked_for() {
    let project = project("collected");
    for _ in 0..3 {
        project.accel_bench("n=1").exits(0);
    }
    project.accel_bench("gc --keep-runs 1 --dry-run").exits(0).says("remove 2 of 3 runs");
    assert_eq!(project.runs().len(), 3);
    // Runs of one second are named in no order: the newest is the one that says so.
    let newest = project.runs().into_iter().max_by_key(|path| started(path)).expect("a run");
    project.accel_bench("gc --keep-runs 1").exits(0).says("Removed");
    assert_eq!(project.runs(), [newest]);
}
