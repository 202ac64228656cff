//! Trends over stored runs: what the table shows, what CI gates on, and what survives kills and broken files.

use std::fs;

use accel_bench_record::{CommitInfo, RunRecord};

use crate::support::synthetic::{commits, noise, run, store};
use crate::support::{Project, Ran, silent, start};

/// So many commits, each with a run; `squares` takes a tenth longer from the sixtieth on, `cubes` is as it was, and `roots` ends at the
/// hundredth.
const COMMITS: usize = 110;
const STEP: usize = 60;

fn record(at: usize, commit: &str) -> RunRecord {
    let value = |seed: u64, nanos: f64| Some(nanos * noise(seed * 1000 + at as u64, 0.01).exp());
    let slower = if at >= STEP { 1.1 } else { 1.0 };
    let mut cases = vec![
        ("squares".to_owned(), value(1, 52_000.0 * slower)),
        ("cubes".to_owned(), value(2, 1_200.0)),
        ("sums".to_owned(), value(3, 9_000_000.0 * slower)),
    ];
    if at < 100 {
        cases.push(("roots".to_owned(), value(4, 700.0)));
    }
    run(at, commit, &cases)
}

fn project(name: &str) -> (Project, Vec<String>) {
    let project = Project::new(name).toml("").under_git();
    let commits = commits(project.root(), COMMITS);
    commits.iter().enumerate().for_each(|(at, commit)| store(project.root(), record(at, commit)));
    (project, commits)
}

fn trend(project: &Project, line: &str) -> Ran {
    project.accel_bench(&format!("trend {line}"))
}

#[test]
fn a_step_is_found_with_its_commit_and_its_size() {
    let (project, commits) = project("trend-step");
    let found = trend(&project, "--format json").exits(0).json();
    let series = found["series"].as_array().expect("series");
    let cases: Vec<_> = series.iter().map(|one| one["case"].as_str().expect("a case")).collect();
    let all = ["cubes", "roots", "squares", "sums"].map(|name| format!("demo/{name}/n=64@host"));
    assert_eq!(cases, all);
    let changes = |at: usize| series[at]["changes"].as_array().expect("changes");
    assert_eq!([0, 1, 2, 3].map(|at| changes(at).len()), [0, 0, 1, 1], "{found}");
    let change = &changes(2)[0];
    assert_eq!(change["commit"], commits[STEP].as_str());
    assert_eq!((&change["way"], &change["regressed"]), (&"worse".into(), &true.into()));
    assert!((1.08..1.12).contains(&change["ratio"].as_f64().expect("a ratio")), "{change}");
    assert_eq!(series[2]["commits"], COMMITS);
    // Both series at one commit are one event, and the case that ended is missed.
    let event = &found["events"][0];
    assert_eq!(event["series"].as_array().map(Vec::len), Some(2), "{event}");
    assert_eq!(event["until"], commits[STEP][..9]);
    let missing = &found["missing"][0];
    assert_eq!((&missing["case"], &missing["last"]), (&all[1].as_str().into(), &commits[99][..9].into()));
}

#[test]
fn the_table_says_it_in_eighty_columns() {
    let (project, commits) = project("trend-table");
    let shown = trend(&project, "").exits(0).stdout;
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    for words in ["▲", "since ", "Change number 60", "2 series changed by", "has no latency-ns since"] {
        assert!(shown.contains(words), "`{words}` is not in\n{shown}");
    }
    assert!(shown.contains(&commits[STEP][..9]), "{shown}");
    let drawn = trend(&project, "squares").exits(0).stdout;
    assert!(drawn.contains('⠄') || drawn.contains('⡀') || drawn.contains('⠂'), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
    let markdown = trend(&project, "--format markdown").exits(0).stdout;
    assert!(markdown.starts_with("| case |") && markdown.contains("\n- "), "{markdown}");
    let csv = trend(&project, "--format csv").exits(0).stdout;
    assert_eq!(csv.lines().count(), 5, "{csv}");
    assert!(csv.starts_with("case,metric,unit,machine,"), "{csv}");
    assert_eq!(trend(&project, "--format jsonl").exits(0).stdout.lines().count(), 4);
}

#[test]
fn ci_is_stopped_by_a_new_regression_only() {
    let (project, commits) = project("trend-gate");
    // It lies fifty commits back.
    trend(&project, "--gate").exits(0);
    trend(&project, "--gate --commits 60").exits(1);
    trend(&project, &format!("--gate --since {}", commits[STEP - 5])).exits(1);
    trend(&project, &format!("--gate --since {}", commits[STEP + 5])).exits(0);
    trend(&project, "--gate --commits 60 --threshold 20%").exits(0);
    trend(&project, "--gate --commits 60 cubes").exits(0);
    trend(&project, &format!("--gate --commits 20 --branch {}", commits[STEP + 12])).exits(1);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let (project, commits) = project("trend-errors");
    let told = |line: &str, exit: i32, words: &str| {
        let told = trend(&project, line).exits(exit).stderr;
        assert!(told.contains(words), "{line}: {told}");
    };
    told("nothing-like-it", 4, "cases that match `nothing-like-it`");
    told("--metric ttft-ms", 4, "has no `ttft-ms`");
    told("--since nowhere", 2, "nowhere");
    told("--branch nowhere", 2, "nowhere");
    told(&format!("--branch {} --since {}", commits[3], commits[9]), 2, "is not among the first parents of");
    told("--threshold 5%", 2, "--gate");
    let empty = Project::new("trend-empty").toml("").under_git();
    let told = empty.accel_bench("trend").exits(4).stderr;
    assert!(told.contains("cargo accel-bench log"), "{told}");
    let told = empty.accel_bench("history").exits(0).stderr;
    assert!(told.contains("no runs are stored here"), "{told}");
    assert!(!empty.path(".accel-bench/history").exists(), "nothing is made of nothing");
}

#[test]
fn changed_trees_and_other_branches_are_left_out() {
    let (project, commits) = project("trend-other");
    let mut dirty = record(COMMITS, &commits[COMMITS - 1]);
    let commit: &mut CommitInfo = dirty.commit.as_mut().expect("one");
    commit.tree = accel_bench_record::TreeState::Dirty { tree: "x".into() };
    store(project.root(), dirty);
    store(project.root(), record(COMMITS + 1, &"a".repeat(40)));
    let of_main = trend(&project, "--format json squares").exits(0).json();
    assert_eq!(of_main["series"][0]["commits"], COMMITS);
    let of_branch =
        trend(&project, &format!("--format json squares --branch {}", commits[9])).exits(0).json();
    assert_eq!(of_branch["series"][0]["commits"], 10);
}

#[test]
fn the_table_follows_the_store() {
    let (project, commits) = project("trend-follow");
    let folder = project.path(".accel-bench/history");
    project.accel_bench("history").exits(0);
    let files = || fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(files(), 2, "the lock and one file");
    store(project.root(), record(COMMITS, &commits[COMMITS - 1]));
    let told = project.accel_bench("history").exits(0).stderr;
    assert!(told.contains("111 runs") && told.contains("1 added"), "{told}");
    // A run that gc took leaves the table, too.
    project.accel_bench("gc --keep-runs 100").exits(0);
    let told = project.accel_bench("history").exits(0).stderr;
    assert!(told.contains("100 runs") && told.contains("11 removed"), "{told}");
    // A broken file is named, and replaced by a rebuild.
    fs::write(folder.join("results-broken.parquet"), "PAR1").expect("a broken file");
    store(project.root(), record(COMMITS + 1, &commits[COMMITS - 1]));
    let told = project.accel_bench("history").exits(0).stderr;
    assert!(told.contains("results-broken.parquet") && told.contains("history rebuild"), "{told}");
    let told = project.accel_bench("history rebuild").exits(0).stderr;
    assert!(told.contains("101 added") && !told.contains("broken"), "{told}");
    project.accel_bench("history export --parquet copy").exits(0);
    assert_eq!(fs::read_dir(project.path("copy")).expect("the copy").count(), 1);
}

#[test]
fn a_killed_update_loses_nothing() {
    let (project, _) = project("trend-killed");
    for round in 0..8 {
        let mut child = start(silent(project.command(&["history", "rebuild"])));
        std::thread::sleep(std::time::Duration::from_millis(10 * round));
        let _ = child.kill();
        child.wait().expect("it ends");
        let found = trend(&project, "--format json squares").exits(0).json();
        assert_eq!(found["series"][0]["commits"], COMMITS, "round {round}");
    }
}

#[test]
fn a_run_is_added_where_there_is_a_table() {
    const CASE: &str = "#[bench(backends = [\"host\"])]\nfn squares(b: &mut Bencher) {\n    b.iter_custom(|n| it::exactly(n, it::NANOS));\n}\n";
    let project = Project::new("trend-added").bench("cases", CASE).toml("").under_git();
    project.accel_bench("").exits(0);
    assert!(!project.path(".accel-bench/history").exists(), "it is made on request");
    project.accel_bench("history").exits(0);
    project.accel_bench("").exits(0);
    let table = accel_bench_history::Table::open(project.path(".accel-bench/history"));
    assert_eq!(table.runs().expect("the table").0.len(), 2);
}

#[test]
fn runs_are_shared_through_a_branch() {
    let (project, commits) = project("trend-branch");
    let _remote = project.pushes_to_a_remote();
    let head = project.git(&["rev-parse", "HEAD"]);
    project
        .accel_bench("history pull git:bench")
        .exits(2)
        .says("the branch `bench` is neither here nor fetched")
        .says("git fetch origin bench");
    let pushed = project.accel_bench("history push git:bench").exits(0);
    pushed.says("Pushed 110 runs to the branch `bench`").says("git push origin bench");
    let files = project.git(&["ls-tree", "-r", "--name-only", "bench"]);
    assert_eq!(
        files.lines().filter(|file| file.starts_with("runs/") && file.ends_with(".json")).count(),
        110,
        "{files}"
    );
    assert_eq!(files.lines().count(), 110, "run files, and nothing else");
    assert_eq!(project.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(project.git(&["status", "--porcelain"]), "", "the working tree is left alone");
    project.accel_bench("history push git:bench").exits(0).says("Pushed 0 runs to");
    assert_eq!(project.git(&["rev-list", "--count", "bench"]).trim(), "1", "nothing new is no commit");
    project.git(&["push", "--quiet", "origin", "bench"]);
    // Another clone has fetched the branch, and adds a run of its own.
    let other = Project::new("trend-branch-other").toml("").under_git();
    let url = project.git(&["remote", "get-url", "origin"]);
    other.git(&["remote", "add", "origin", url.trim()]);
    other.git(&["fetch", "--quiet", "origin"]);
    let mut own = record(3, &commits[3]);
    own.id = "20270101-000000-0001".into();
    store(other.root(), own);
    other.accel_bench("history pull git:bench").exits(0).says("Pulled 110 runs to");
    other.accel_bench("history push git:bench").exits(0).says("Pushed 1 run to").says("110 there already");
    assert_eq!(other.git(&["rev-list", "--count", "bench"]).trim(), "2", "on top of what was fetched");
    other.git(&["push", "--quiet", "origin", "bench"]);
    project.git(&["fetch", "--quiet", "origin"]);
    project.accel_bench("history pull git:bench").exits(0).says("Pulled 1 run to");
}

#[test]
fn runs_go_to_others_and_come_from_them() {
    let (project, commits) = project("trend-shared");
    let shared = tempfile::tempdir().expect("a folder");
    let dir = shared.path().join("team").display().to_string();
    project.accel_bench(&format!("history push {dir}")).exits(0).says("Pushed 110 runs to");
    project
        .accel_bench(&format!("history push {dir}"))
        .exits(0)
        .says("Pushed 0 runs to")
        .says("110 there already");
    // Another clone, on another machine.
    let other = Project::new("trend-shared-other").toml("").under_git();
    other.git(&["fetch", "--quiet", project.root().to_str().expect("a path"), "main"]);
    other.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    let mut own = record(3, &commits[3]);
    own.id = "20270101-000000-0001".into();
    own.machine = "xeon-8c".into();
    store(other.root(), own);
    other.accel_bench(&format!("history pull {dir}")).exits(0).says("Pulled 110 runs to").says("111 runs in");
    let found = other.accel_bench("trend squares --format json").exits(0).json();
    let commits: Vec<_> =
        found["series"].as_array().expect("series").iter().map(|one| &one["commits"]).collect();
    assert_eq!(commits, [COMMITS, 1]);
    other
        .accel_bench("history pull https://host/bench")
        .exits(2)
        .says("`rsync:HOST:DIR` or `s3://BUCKET/PREFIX`");
    other.accel_bench("history pull nowhere").exits(2).says("has no runs");
    // A project is a store, too.
    let told = other.accel_bench(&format!("history pull {}", project.root().display())).exits(0);
    told.says("110 there already");
}

/// To a folder, which rsync takes as it takes a host.
#[test]
fn runs_are_shared_with_rsync() {
    let (project, commits) = project("trend-rsync");
    let shared = tempfile::tempdir().expect("a folder");
    let dir = shared.path().join("deep/team");
    let place = format!("rsync:{}", dir.display());
    let push = |project: &Project| project.accel_bench(&format!("history push {place}")).exits(0);
    push(&project).says("Pushed 110 runs to");
    push(&project).says("Pushed 0 runs to").says("110 there already");
    let other = Project::new("trend-rsync-other").toml("").under_git();
    let mut own = record(3, &commits[3]);
    own.id = "20270101-000000-0001".into();
    store(other.root(), own);
    push(&other).says("Pushed 1 run to");
    // What is no run stays where it is, and a broken run is named.
    fs::write(dir.join("runs/notes.txt"), "not a run").expect("a file");
    fs::write(dir.join("runs").join(&commits[3]).join("20270102-000000-0001.json"), "{").expect("a file");
    let pull = |project: &Project| project.accel_bench(&format!("history pull {place}")).exits(0);
    pull(&project).says("Pulled 1 run to").says("passed over").says("it is cut short after 1 byte");
    pull(&other).says("Pulled 110 runs to");
    assert!(!project.path(".accel-bench/runs/notes.txt").exists());
    // A run that the other side has under the same name stays as it is there.
    let files = |project: &Project| project.runs().len();
    assert_eq!((files(&project), files(&other)), (111, 111));
    project.accel_bench("history push rsync:-e").exits(2).says("names no place");
    let nowhere = shared.path().join("nowhere");
    project.accel_bench(&format!("history pull rsync:{}", nowhere.display())).exits(8).says("`rsync` failed");
}

#[test]
fn a_table_that_cannot_be_written_is_read_as_it_is() {
    let (project, commits) = project("trend-read-only");
    project.accel_bench("history").exits(0);
    store(project.root(), record(COMMITS, &commits[COMMITS - 1]));
    // Whoever runs the tests may write everywhere; a folder in the place of the lock stops anyone.
    let lock = project.path(".accel-bench/history/.lock");
    fs::remove_file(&lock).expect("the lock");
    fs::create_dir(&lock).expect("a folder in its place");
    let found = trend(&project, "squares --format json").exits(0).says("was not brought up to date");
    assert_eq!(found.at("/series/0/commits"), COMMITS);
    project.accel_bench("history").exits(8).says("cannot write");
}
