//! `run` and what shows its results: `show`, `log`, `list`.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{Project, Ran};

const BENCH: &str = r#"
#[bench(category = "kernel", tags = ["small"], backends = ["host"], params(size = [1, 2]))]
fn softmax(b: &mut Bencher) {
    let size: u64 = b.param("size");
    b.throughput(Throughput::Elements(size * 1_000));
    b.iter_custom(|iterations| it::exactly(iterations, size * it::NANOS));
}

#[bench(category = "inference", tags = ["large"], models = ["bert-tiny"], backends = ["host"])]
fn forward(b: &mut Bencher) {
    println!("this goes to the log");
    b.iter_custom(|iterations| it::exactly(iterations, 5 * it::NANOS));
}
"#;

const ALL: [&str; 3] =
    ["kernels/softmax/size=1@host", "kernels/softmax/size=2@host", "kernels/forward/bert-tiny@host"];

fn project(name: &str) -> Project {
    Project::new(name).bench("kernels", BENCH).toml("[[bench]]\ntarget = \"kernels\"\n")
}

/// One project with one stored run, for everything that only reads.
fn measured() -> &'static Project {
    static MEASURED: OnceLock<Project> = OnceLock::new();
    MEASURED.get_or_init(|| {
        let project = project("measured").under_git();
        project.accel_bench("").exits(0);
        project
    })
}

#[track_caller]
fn lists(line: &str, expected: &[&str]) {
    let ran = measured().accel_bench(&format!("list --format json {line}")).exits(0);
    assert_eq!(ran.column("/rows", "name"), expected, "{line}");
}

#[track_caller]
fn plans(line: &str, expected: &[&str]) {
    let ran = measured().accel_bench(&format!("--dry-run {line}")).exits(0).says("nothing was measured");
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected, "{line}");
    assert_eq!(measured().runs().len(), 1, "a dry run stores nothing");
}

/// Returns what the machine decides is left out: how much memory a process takes.
fn table(text: &str) -> String {
    let redact = |line: &str| match line.strip_suffix(" MiB") {
        Some(rest) => {
            format!("{} # MiB\n", rest.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end())
        }
        None => format!("{line}\n"),
    };
    text.lines().map(redact).collect()
}

#[test]
fn the_first_run_shows_a_table_and_stores_it() {
    let project = project("first").under_git();
    let ran = project.accel_bench("").exits(0).says("Stored run ").says("of commit ");
    insta::assert_snapshot!(table(&ran.stdout), @r"
    case                      latency     throughput  memory peak
    kernels/softmax
      size=1@host     100.0 µs ±0.0 %  10.00 Melem/s # MiB
      size=2@host     200.0 µs ±0.0 %  10.00 Melem/s # MiB
    kernels/forward
      bert-tiny@host  500.0 µs ±0.0 % # MiB

    3 cases: 3 ok
    ±: 95 % interval over processes
    built steadily: one codegen unit a package, functions and blocks aligned
    ");
    let head = project.git(&["rev-parse", "HEAD"]);
    let [file] = project.runs().try_into().expect("one file");
    assert!(file.to_string_lossy().contains(&format!("runs/{}/", head.trim())), "{file:?}");
    assert_eq!(project.git(&["status", "--porcelain"]), "", "the store is not a change");
    let record: Value = serde_json::from_str(&project.read(&file)).expect("a result file");
    assert_eq!((&record["format"], &record["state"]), (&json!(1), &json!("complete")));
    assert_eq!(record["commit"]["subject"], "first");
    assert_eq!(record["commit"]["tree"], json!({"state": "clean"}));
    let cases = record["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 3);
    for case in cases {
        assert_eq!(case["status"], "ok", "{case}");
        assert_eq!(case["processes"].as_array().map(Vec::len), Some(2), "{case}");
    }
    let log = cases.iter().find_map(|case| case["log"].as_str());
    assert_eq!(log, None, "the log of a case that went well is not worth a word");
    let rustc = &record["surroundings"]["build"]["rustc"];
    assert!(rustc.as_str().is_some_and(|rustc| rustc.starts_with("rustc")), "{rustc}");
}

#[test]
fn what_is_printed_by_a_benchmark_is_in_the_log_of_the_run() {
    let logs = measured().path(".accel-bench/logs");
    let folders = std::fs::read_dir(logs).expect("logs").flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).expect("a folder").flatten());
    let texts: Vec<_> = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    assert!(texts.iter().any(|text| text.contains("this goes to the log")), "{texts:?}");
}

#[test]
fn show_is_the_table_of_the_run() {
    let project = measured();
    let shown = project.accel_bench("show").exits(0).stdout;
    assert!(shown.contains("bert-tiny@host"), "{shown}");
    assert_eq!(project.accel_bench("show HEAD").exits(0).stdout, shown);
    assert_eq!(project.accel_bench("show main").exits(0).stdout, shown);
    let run = project.accel_bench("log --format json").at("/rows/0/run");
    let run = run.as_str().expect("an id");
    assert_eq!(project.tool(&["show", run]).exits(0).stdout, shown);
    let file = project.runs().remove(0);
    assert_eq!(project.tool(&["show", file.to_str().expect("a path")]).exits(0).stdout, shown);
    project.accel_bench("show nothing-of-this-name").exits(2).shows_nothing();
}

#[test]
fn every_format_is_one_of_its_kind() {
    let project = measured();
    let json = project.accel_bench("show --format json").exits(0);
    assert_eq!(json.column("/cases", "case"), ALL);
    assert_eq!(json.column("/cases", "status"), ["ok"; 3]);
    assert_eq!(json.at("/cases/0/latency_ns"), json!(100_000.0));
    assert_eq!(json.at("/cases/0/rates/elements-per-s"), json!(1e7));
    let jsonl = project.accel_bench("show --format jsonl").exits(0).stdout;
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.iter().map(|line| &line["case"]).collect::<Vec<_>>(), ALL);
    let csv = project.accel_bench("show --format csv").exits(0).stdout;
    let mut csv = csv::Reader::from_reader(csv.as_bytes());
    let cases: Vec<_> = csv.records().map(|line| line.expect("a line")[2].to_owned()).collect();
    assert_eq!(cases, ALL);
    project.accel_bench("show --format markdown").exits(0).shows("| --- |").shows("forward");
    project.accel_bench("show --format xml").exits(2).says("invalid value").shows_nothing();
}

#[test]
fn a_run_writes_its_result_in_every_format_and_nothing_else_to_stdout() {
    let project = project("formats");
    let ran = project.accel_bench("softmax --format json").exits(0);
    assert_eq!(ran.column("/cases", "case"), ALL[..2]);
    let ran = project.accel_bench("size=2 --format jsonl --quiet").exits(0);
    assert_eq!(ran.json()["case"], ALL[1]);
    assert_eq!(ran.stderr, "", "--quiet leaves results and errors");
    project.accel_bench("size=2 --verbose").exits(0).says("process ").says("Measured");
}

#[test]
fn log_lists_the_runs_by_commit() {
    let project = measured();
    let log = project.accel_bench("log --format json").exits(0);
    assert_eq!(log.column("/rows", "state"), ["complete"]);
    assert_eq!(log.column("/rows", "subject"), ["first"]);
    assert_eq!(log.column("/rows", "cases"), ["3"]);
    assert_eq!(log.column("/rows", "commit"), [project.git(&["rev-parse", "HEAD"]).trim()]);
    project.accel_bench("log").exits(0).shows("complete").shows("first");
}

#[test]
fn list_shows_what_is_registered_and_selected() {
    lists("", &["softmax", "forward"]);
    lists("--category kernel", &["softmax"]);
    lists("--tag large", &["forward"]);
    lists("--model bert-*", &["forward"]);
    lists("--benchmark soft*", &["softmax"]);
    lists("--backend host", &["softmax", "forward"]);
    lists("forw", &["forward"]);
    let table = measured().accel_bench("list").exits(0).stdout;
    insta::assert_snapshot!(table, @r"
    benchmark        category   backends  tags
    kernels/softmax  kernel     host      small
        size=1,2
    kernels/forward  inference  host      large
        model=bert-tiny
    ");
}

#[test]
fn a_dry_run_names_the_cases() {
    plans("", &ALL);
    plans("softmax", &ALL[..2]);
    plans("--params size=2 softmax", &ALL[1..2]);
    plans("--params size=3,4 softmax", &["kernels/softmax/size=3@host", "kernels/softmax/size=4@host"]);
    plans(r#"--params {"size":[7]} softmax"#, &["kernels/softmax/size=7@host"]);
    plans("--category inference", &ALL[2..]);
    plans("--hardware host --tag small", &ALL[..2]);
    measured().accel_bench("--no-run").exits(0).shows_nothing();
}

#[test]
fn what_selects_nothing_is_told() {
    measured().accel_bench("no-such-case").exits(4).says("no case is selected").shows_nothing();
    measured().accel_bench("--category none").exits(4).shows_nothing();
    measured().accel_bench("--suite none").exits(2).says("none").shows_nothing();
    measured().accel_bench("--backend wpgu").exits(2).says("wgpu").shows_nothing();
    measured().accel_bench("--params size").exits(2).says("batch-size=1,8").shows_nothing();
    measured().accel_bench("--no-such-option").exits(2).shows_nothing();
    measured().accel_bench("--threshold 3%").exits(2).says("--compare").shows_nothing();
    measured().accel_bench("-q log -n 1").exits(0);
    measured().accel_bench("--profile none").exits(2).says("none").shows_nothing();
}

#[test]
fn colors_only_where_they_are_wanted() {
    let colored = |ran: &Ran| ran.stdout.contains('\u{1b}') || ran.stderr.contains('\u{1b}');
    assert!(!colored(&measured().accel_bench("list")), "a pipe gets plain text");
    assert!(colored(&measured().accel_bench("--color always list")));
    let mut command = measured().command(&["list"]);
    command.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "");
    assert!(!colored(&crate::support::run(command)));
}

#[test]
fn output_and_saved_baselines_are_written() {
    let project = project("output").under_git();
    let ran = project.accel_bench("size=1 --output out --save-baseline before").exits(0);
    ran.says("Wrote").says("Saved baseline `before`");
    let written: Vec<_> = std::fs::read_dir(project.path("out")).expect("the folder").flatten().collect();
    assert_eq!(written.len(), 1);
    let path = written[0].path();
    project.tool(&["show", path.to_str().expect("a path")]).exits(0).shows("size=1@host");
    project.accel_bench("show baseline:before").exits(0).shows("size=1@host");
    project.accel_bench("size=1 --save-baseline ../x").exits(2).says("cannot be the name of a file");
    assert_eq!(project.runs().len(), 1, "a bad name costs no run");
}
