//! Sides that are interleaved, and are stopped: by Ctrl-C, politely, or with no time for a last word.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::in_turns::{compared_noisy, noisy};
use crate::support::{Moments, Project, Ran, record, signal, silent, start, survivors, wait_until};

/// One case hangs in its fourth process of the candidate's sources, and says so: the candidate's own, or its control's in
/// the second round. No case is decided before.
const HANGING: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2]))]
fn case(b: &mut Bencher) {
    let n: u64 = b.param("n");
    if it::NANOS != 100_000 && n == 2 {
        use std::io::Write;
        let mut file = std::fs::File::options().append(true).create(true).open("processes").unwrap();
        file.write_all(b"x").unwrap();
        if file.metadata().unwrap().len() == 4 {
            std::fs::write("hangs", "").unwrap();
            std::thread::sleep(std::time::Duration::from_secs(3600));
        }
    }
    b.iter_custom(|iterations| it::exactly(iterations, n * 100_000));
}
"#;

fn project(name: &str) -> Project {
    let project = Project::new(name).bench("cases", HANGING).toml("[[bench]]\ntarget = \"cases\"\n");
    project.write(".gitignore", "/.accel-bench\n/processes\n/hangs\n");
    let project = project.under_git();
    project.takes(200_000);
    project
}

/// The processes in a stored run, whose file can be read whatever happened.
fn finished(file: &Path) -> usize {
    let record = record(file);
    let cases = record["cases"].as_array().expect("cases");
    let processes = cases.iter().map(|case| case["processes"].as_array().expect("processes"));
    for process in processes.clone().flatten() {
        let samples = &process["samples"];
        let (nanos, iterations) = (samples["nanos"].as_array(), samples["iterations"].as_array());
        assert_eq!(nanos.map(Vec::len), iterations.map(Vec::len), "{process}");
        assert!(nanos.is_some_and(|nanos| !nanos.is_empty()), "{process}");
    }
    processes.map(Vec::len).sum()
}

fn states(project: &Project) -> Vec<String> {
    project.accel_bench("log --format json -n 1000").exits(0).column("/rows", "state")
}

/// No one is left where either side's processes run.
fn nobody_is_left(project: &Project) -> bool {
    let worktrees = fs::read_dir(project.path(".accel-bench/worktrees")).into_iter().flatten().flatten();
    let of_base = worktrees.flat_map(|worktree| survivors(&worktree.path()));
    of_base.chain(survivors(project.root())).next().is_none()
}

#[track_caller]
fn ends_on(name: &str, by: Signal) {
    let project = project(name);
    let mut command = project.command(&["compare", "main"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = start(command);
    wait_until("a process hangs", || project.path("hangs").exists());
    signal(&child, by);
    let ran = Ran::new("compare", child.wait_with_output().expect("it ends")).exits(130);
    assert!(nobody_is_left(&project));
    ran.says("interrupted").says("Kept what was finished, as run").shows_nothing();
    assert_eq!(states(&project), ["interrupted"; 2]);
    // At least the first round: one process of each case on either side.
    assert!(project.runs().iter().all(|run| finished(run) >= 2), "{:?}", project.runs());
}

#[test]
fn ctrl_c_ends_both_sides_and_keeps_what_is_finished() {
    ends_on("turns-ctrl-c", Signal::INT);
}

#[test]
fn a_polite_end_of_both_sides_is_the_same() {
    ends_on("turns-terminated", Signal::TERM);
}

#[test]
fn a_killed_comparison_leaves_runs_that_can_be_read_and_no_process() {
    let project = noisy("turns-killed");
    compared_noisy(&project, "main --budget 1ms").exits_with_one_of(&[0, 7]);
    let mut moments = Moments::new();
    let mut some_stored = 0;
    for round in 0..8 {
        let before = project.runs();
        let counts: Vec<_> = before.iter().map(|run| finished(run)).collect();
        let mut child = start(silent(project.command(&["compare", "main", "--measure"])));
        wait_until("both runs begin", || {
            project.runs().len() >= before.len() + 2 || child.try_wait().is_ok_and(|end| end.is_some())
        });
        thread::sleep(moments.below(Duration::from_millis(700)));
        let _ = child.kill();
        child.wait().expect("it ends");
        let again: Vec<_> = before.iter().map(|run| finished(run)).collect();
        assert_eq!(again, counts, "round {round}: what was stored before is as it was");
        let new: Vec<_> = project.runs().into_iter().filter(|run| !before.contains(run)).collect();
        assert_eq!(new.len(), 2, "round {round}");
        some_stored += usize::from(new.iter().all(|run| finished(run) > 0));
    }
    assert!(some_stored > 0, "the moments lie after the first round of processes, too");
    wait_until("the children see that the tool is gone", || nobody_is_left(&project));
    assert_eq!(states(&project), ["interrupted"; 18]);
    // The rest of a killed comparison answers no question, and keeps no one from comparing.
    let ran = compared_noisy(&project, "main --budget 1500ms").exits(0);
    assert_eq!(ran.column("/rows", "standing"), ["judged"; 2]);
}
