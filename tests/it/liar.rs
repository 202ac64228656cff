//! Children that do not speak the protocol, or lie in it: a bench target with a main function of its own.

use crate::support::{Project, survivors};

const LIAR: &str = include_str!("hostile/liar.rs");

const HONEST: &str = r#"
#[bench(backends = ["host"])]
fn honest(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// Each lie is reported by one target, whose neighbour is honest.
const TOML: &str = r#"
[[bench]]
target = "liar"
harness = "accel-bench"
timeout = "1500ms"

[[bench]]
target = "honest"
"#;

fn project() -> Project {
    let record =
        format!("accel-bench-record = {{ path = \"{}/crates/record\" }}", env!("CARGO_MANIFEST_DIR"));
    Project::new("liar").dependency(&record).bench("liar", LIAR).bench("honest", HONEST).toml(TOML)
}

/// The status and the reason that the lie gives to its case; the honest neighbour has its result in any case.
#[track_caller]
fn check(project: &Project, lie: &str, status: &str, reason: &str) {
    let mut command = project.command(&["--format", "json"]);
    command.env("LIE", lie);
    let ran = crate::support::run(command).exits(if status == "ok" { 0 } else { 3 });
    assert_eq!(ran.column("/cases", "bench"), ["liar", "honest"], "{lie}");
    assert_eq!(ran.column("/cases", "status"), [status, "ok"], "{lie}: {ran:#}");
    let told = ran.at("/cases/0/reason");
    assert!(told.as_str().unwrap_or_default().contains(reason), "{lie}: {told}");
    assert_eq!(survivors(project.root()), [] as [String; 0], "{lie}");
}

#[test]
fn lies_while_measuring() {
    let project = project();
    check(&project, "truth", "ok", "");
    check(&project, "garbage", "protocol", "an invalid message");
    check(&project, "other-token", "protocol", "unexpected reply");
    check(&project, "benchmarks-again", "protocol", "unexpected reply");
    check(&project, "more-than-wall-time", "protocol", "of wall time");
    check(&project, "zero-iterations", "protocol", "0 iterations");
    check(&project, "lengths-differ", "protocol", "iteration counts for");
    check(&project, "no-samples", "protocol", "no samples");
    check(&project, "no-measurement", "protocol", "without a measurement");
    check(&project, "not-a-number", "protocol", "an invalid message");
    check(&project, "a-hundred-megabytes", "protocol", "too long");
    check(&project, "cut-short", "protocol", "cut short");
    check(&project, "silence", "timeout", "no result within 1.5 s");
    check(&project, "hangs-up", "protocol", "closed the channel");
    check(&project, "progress-for-ever", "timeout", "no result within 1.5 s");
    check(&project, "leaves", "crash", "exited with code 7");
    check(&project, "unknown-status", "protocol", "an invalid message");
}

/// Returns what is wrong before anything is measured is reported of the target, with what fixes it.
#[track_caller]
fn refused(project: &Project, lie: &str, words: &[&str]) {
    let mut command = project.command(&["list"]);
    command.env("LIE", lie);
    let ran = crate::support::run(command).exits(3).says("Failed liar");
    words.iter().fold(ran, |ran, words| ran.says(words));
    assert_eq!(survivors(project.root()), [] as [String; 0], "{lie}");
}

#[test]
fn lies_before_the_first_case() {
    let project = project();
    refused(&project, "newer-protocol", &["speaks protocol 99", "cargo install --path . --locked"]);
    refused(&project, "older-protocol", &["speaks protocol 0", "cargo update -p accel-bench"]);
    refused(&project, "no-hello", &["liar", "did not say hello"]);
    refused(&project, "leaves-at-once", &["liar", "accel_bench::main!();"]);
    refused(&project, "list-of-garbage", &["liar", "an invalid message"]);
}
