//! The engine without a terminal: the example runs a suite and prints what happens as JSON lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const BENCH: &str = r#"
use accel_bench::{Bencher, bench};

#[bench(backends = ["host"])]
fn sum(b: &mut Bencher) {
    b.iter(|| (0..100_u64).map(accel_bench::black_box).sum::<u64>());
}

#[bench(backends = ["host"])]
fn broken(_: &mut Bencher) {
    panic!("on purpose");
}

accel_bench::main!();
"#;

/// A project with one bench target, which takes the harness from this clone.
fn project(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo_toml = format!(
        "[package]\nname = \"embedded\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.bench]\nopt-level = 1\n\n[dev-dependencies]\naccel-bench = {{ path = {:?} }}\n\n\
         [[bench]]\nname = \"first\"\nharness = false\n",
        root.join("crates/harness")
    );
    let manifest = "[profiles.default]\nprocesses = 2\nwarm-up = \"10ms\"\ntime = \"20ms\"\n\n[[bench]]\ntarget = \"first\"\n";
    for folder in ["src", "benches"].map(|name| folder.join(name)) {
        fs::create_dir_all(folder).expect("a folder");
    }
    let files = [
        ("Cargo.toml", cargo_toml.as_str()),
        ("bench.toml", manifest),
        ("src/lib.rs", "//! Nothing.\n"),
        ("benches/first.rs", BENCH),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a copy");
}

/// Cargo builds examples next to the tests.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(2).expect("a folder").join("examples/embed")
}

#[test]
fn a_suite_runs_without_a_terminal_and_reports_events() {
    let folder = tempfile::tempdir().expect("a folder");
    project(folder.path());
    let output = Command::new(example()).arg(folder.path()).output().expect("cargo built it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let stdout = String::from_utf8(output.stdout).expect("JSON is text");
    let events: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect();
    let kinds: Vec<_> = events.iter().map(|event| event["event"].as_str().expect("a kind")).collect();
    let position = |kind: &str| {
        kinds.iter().position(|one| *one == kind).unwrap_or_else(|| panic!("no {kind}: {kinds:?}"))
    };
    let order = [
        "build-started",
        "build-finished",
        "storing",
        "measuring-started",
        "case-started",
        "case-finished",
        "measuring-finished",
    ];
    let positions = order.map(position);
    assert!(positions.is_sorted(), "{kinds:?}");
    let finished = |status: &str| {
        events
            .iter()
            .filter(|event| event["event"] == "case-finished" && event["status"]["status"] == *status)
            .count()
    };
    assert_eq!((finished("ok"), finished("failed")), (2, 1), "{stdout}");
    assert!(said.contains(": 2 cases"), "{said}");
}
