//! The examples run, and measure what they say.

use std::path::PathBuf;
use std::process::Command;

/// The output of an example; cargo builds examples next to the tests.
#[track_caller]
fn measured(example: &str, arguments: &[&str]) -> String {
    let mut folder: PathBuf = std::env::current_exe().expect("a path").parent().expect("a folder").to_owned();
    folder.pop();
    let example = folder.join("examples").join(example);
    let output = Command::new(&example).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", example.display()));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[track_caller]
fn check(example: &str, arguments: &[&str], expected: &[&str]) {
    let text = measured(example, arguments);
    for words in expected {
        assert!(text.contains(words), "`{words}` is missing in:\n{text}");
    }
}

#[test]
fn host() {
    check(
        "host",
        &["--bench", "length=100"],
        &["sort/length=100_order=random@host", "elements-per-s", "mem-peak-bytes"],
    );
}

#[test]
fn device() {
    check("device", &["--bench", "length=1000@"], &["sum/length=1000@queue"]);
}

#[test]
fn metrics() {
    check(
        "metrics",
        &["--bench", "small"],
        &["generate/small@host", "tokens-per-s", "itl-ms", "load-ms", "num-params"],
    );
}

#[test]
fn each_runs_once_as_a_test() {
    for example in ["host", "device", "metrics"] {
        measured(example, &["--test"]);
    }
}
