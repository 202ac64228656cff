//! NVIDIA's sensors, read from a library that this test builds: 100 W, or whatever else `FAKE_NVML` says.
#![cfg(target_os = "linux")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use accel_bench_probes::{Meters, meters};
use accel_bench_record::MeterReading;

/// Runs a test of this file again, in a process whose library path has the library.
fn with_library(test: &str, mode: &str) {
    let dir = tempfile::tempdir().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/it/support/nvml.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-w", "-o"]).arg(dir.path().join("libnvidia-ml.so.1")).arg(source);
    assert!(compiler.status().expect("a C compiler").success());
    let mut command = Command::new(env::current_exe().expect("this test"));
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    command.env("LD_LIBRARY_PATH", PathBuf::from(dir.path())).env("FAKE_NVML", mode);
    let output = command.output().expect("it starts");
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && text.contains("1 passed"), "{test} {mode}:\n{text}");
}

/// False for someone who runs all ignored tests by hand.
fn has_library() -> bool {
    env::var_os("FAKE_NVML").is_some()
}

fn opened() -> Meters {
    meters("cuda", Some("1")).expect("the library is there")
}

/// Two readings, and the seconds between them.
fn readings() -> ([MeterReading; 2], f64) {
    let meters = opened();
    let start = Instant::now();
    let first = meters.read();
    thread::sleep(Duration::from_millis(60));
    ([first, meters.read()], start.elapsed().as_secs_f64())
}

#[test]
#[ignore = "run by the other tests in this file"]
fn right() {
    if !has_library() {
        return;
    }
    assert_eq!(opened().source(), "nvml");
    let ([first, second], seconds) = readings();
    assert_eq!(first.energy_joules, Some(0.0), "it counts from the first reading on");
    let joules = second.energy_joules.expect("it has a counter");
    // The library counts whole milliseconds.
    assert!((joules - 100.0 * seconds).abs() < 3.0, "{joules} J in {seconds} s");
    let state = (second.power_watts, second.clock_mhz, second.temperature_c, second.is_throttled);
    assert_eq!(state, (Some(100.0), Some(1500.0), Some(65.0), Some(true)));
}

#[test]
#[ignore = "run by the other tests in this file"]
fn falls() {
    if !has_library() {
        return;
    }
    let ([first, second], _) = readings();
    assert_eq!((first.energy_joules, second.energy_joules), (Some(0.0), None));
    assert_eq!(second.power_watts, Some(100.0), "the others go on");
}

#[test]
#[ignore = "run by the other tests in this file"]
fn reset() {
    if !has_library() {
        return;
    }
    let meters = opened();
    let joules: Vec<_> = (0..4).map(|_| meters.read().energy_joules).collect();
    assert_eq!(
        joules,
        [Some(0.0), None, Some(1.0), Some(2.0)],
        "it counts on from where the counter began again"
    );
}

#[test]
#[ignore = "run by the other tests in this file"]
fn huge() {
    if !has_library() {
        return;
    }
    let ([first, _], _) = readings();
    let absent = (first.energy_joules, first.power_watts);
    assert_eq!(absent, (None, None), "no device takes 4 MW");
}

#[test]
#[ignore = "run by the other tests in this file"]
fn broken() {
    if !has_library() {
        return;
    }
    for backend in ["cuda", "tch-cuda", "ort-tensorrt"] {
        let reason = meters(backend, None).map(|meters| meters.source()).expect_err("it does not start");
        assert_eq!(reason, "starting NVML: Driver Not Loaded");
    }
}

#[test]
fn libraries_that_tell_the_truth_or_lie() {
    for mode in ["right", "falls", "reset", "huge", "broken"] {
        with_library(mode, mode);
    }
}

#[test]
fn a_machine_without_the_library_says_so() {
    if Path::new("/proc/driver/nvidia").exists() {
        return;
    }
    let reason = meters("cuda", None).map(|meters| meters.source()).expect_err("no library is installed");
    assert!(reason.contains("libnvidia-ml.so.1"), "{reason}");
}
