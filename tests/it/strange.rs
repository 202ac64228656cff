//! Command lines and surroundings that no one means: a word and a code, never a panic.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;
use std::sync::OnceLock;

use crate::support::{Project, Ran, run};

const ONE: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2]))]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// For one test that adds runs or removes some.
fn own() -> Project {
    let project = Project::new("strange").bench("one", ONE).under_git();
    project.accel_bench("").exits(0);
    project
}

/// For tests that leave its runs as they are: they run at the same time.
fn measured() -> &'static Project {
    static MEASURED: OnceLock<Project> = OnceLock::new();
    MEASURED.get_or_init(own)
}

/// The end of it, which must be one of the documented ones.
fn calm(ran: Ran) {
    assert!(!ran.stderr.contains("panicked"), "{ran:#}");
    ran.exits_with_one_of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn words_that_are_empty_or_long() {
    let project = own();
    let long = "x".repeat(100_000);
    for command in ["show", "compare", "list", "--dry-run", "--benchmark", "--suite", "--params", "baseline"]
    {
        for word in ["", " ", "*", "?", "**", "-", "--", "\u{1b}[31m", "../../..", "@", "a\nb", "ä", &long] {
            calm(project.tool(&[command, word]));
        }
    }
}

#[test]
fn numbers_beyond_all_bounds() {
    let project = own();
    project.accel_bench("log -n 0").exits(0).shows_nothing();
    project.accel_bench("log -n 18446744073709551615").exits(0).shows("complete");
    project.accel_bench("log -n 18446744073709551616").exits(2);
    project.accel_bench("log -n -1").exits(2);
    project.accel_bench("gc --keep-days 4294967295 --dry-run").exits(0).says("remove 0 of 1 run");
    project.accel_bench("gc --keep-days 4294967296").exits(2);
    project.accel_bench("gc --keep-runs 18446744073709551615 --keep-checkouts 18446744073709551615").exits(0);
    project.accel_bench("compare main --threshold 1e400").exits(2);
    project.accel_bench("--params n=99999999999999999999 --dry-run").exits(2);
}

#[test]
fn arguments_that_are_no_text() {
    let bytes = OsStr::from_bytes(b"gr\xf6\xdfe");
    for command in ["show", "list", "--suite", "-C"] {
        let mut command = measured().command(&[command]);
        command.arg(bytes);
        run(command).exits(2).shows_nothing();
    }
    let folder = measured().root().join(bytes);
    fs::create_dir_all(&folder).expect("a folder");
    let mut command = measured().command(&["log"]);
    command.current_dir(&folder);
    run(command).exits(0).shows("complete");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for line in ["schema", "completions bash", "show --format json", "doctor"] {
        let mut command = measured().command(&line.split(' ').collect::<Vec<_>>());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let ran = Ran::new(line, child.wait_with_output().expect("it ends")).exits(0);
        assert_eq!(ran.stderr, "", "{line}");
    }
}

#[test]
fn an_output_folder_that_cannot_be_one() {
    let project = own();
    project.write("taken", "a file");
    let before = project.runs().len();
    project.accel_bench("n=1 --output taken").exits(8).says("taken");
    project.accel_bench("n=1 --output taken/below").exits(8).says("taken");
    assert_eq!(project.read("taken"), "a file");
    assert_eq!(project.runs().len(), before + 2, "what was measured is stored all the same");
    project.accel_bench("gc --keep-runs 1").exits(0);
}

#[test]
fn result_files_that_are_none() {
    let project = measured();
    let refused = |text: &str, words: &str| {
        project.write("foreign.json", text);
        for command in ["show", "compare main", "baseline save x"] {
            let ran = project.accel_bench(&format!("{command} foreign.json")).exits(8).shows_nothing();
            ran.says("foreign.json").says(words);
        }
        assert_eq!(project.read("foreign.json"), text, "it is left as it is");
    };
    refused("", "it is cut short after 0 bytes");
    refused("{", "it is cut short after 1 byte");
    refused("null", "it is not a result file");
    refused("[]", "it is not a result file");
    refused("{}", "it is not a result file");
    refused(r#"{"format":0}"#, "it is not a result file");
    refused(r#"{"format":1}"#, "missing field");
    refused(r#"{"format":-1}"#, "it is not a result file");
    refused(r#"{"format":2}"#, "it has format 2, written by a newer cargo-accel-bench");
    refused(r#"{"format":1e9}"#, "it is not a result file");
    refused(&"[".repeat(100_000), "it is not a result file");
}

#[test]
fn variables_that_lie() {
    let project = measured();
    for (name, value) in [("NO_COLOR", ""), ("CLICOLOR_FORCE", "0"), ("COLUMNS", "1"), ("TERM", "dumb")] {
        let mut command = project.command(&["show"]);
        command.env(name, value);
        run(command).exits(0).shows("n=1@host");
    }
    let mut command = project.command(&["log"]);
    command.env("CARGO", "/nowhere/cargo");
    run(command).exits(5).says("starting `/nowhere/cargo` failed").says("rustup").shows_nothing();
    let mut command = project.command(&["log"]);
    command.env("GIT_DIR", "/nowhere").env("GIT_INDEX_FILE", "/nowhere/index");
    run(command).exits(0).shows("complete");
}
