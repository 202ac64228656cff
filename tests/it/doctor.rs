//! `doctor`: what is missing on this machine, wherever it is asked.

use std::fs;
use std::path::Path;

use crate::support::{Project, Ran, run};

fn project(name: &str) -> Project {
    Project::new(name)
}

/// With `LIBTORCH` at a folder of the project's, so that the answer is the same on any machine.
fn with_libtorch(project: &Project, folder: &str, line: &str) -> Ran {
    let mut command = project.command(&line.split_whitespace().collect::<Vec<_>>());
    command.env("LIBTORCH", project.path(folder)).env_remove("LIBTORCH_USE_PYTORCH");
    run(command)
}

/// The headings, up to their verdict: what is looked at.
fn looked_at(ran: &Ran) -> Vec<&str> {
    let headings = ran.stdout.lines().filter(|line| !line.starts_with(' '));
    headings.map(|line| line.split(':').next().unwrap_or(line)).collect()
}

#[test]
fn every_backend_is_looked_at() {
    let project = project("doctor");
    let ran = project.accel_bench("doctor").exits(0).shows("  ✓ git version ").shows(" CPU");
    let all = [
        "machine",
        "instrument",
        "energy",
        "cpu",
        "cuda",
        "flex",
        "host",
        "metal",
        "ndarray",
        "ort-coreml",
        "ort-cpu",
        "ort-cuda",
        "ort-openvino",
        "ort-qnn",
        "ort-rocm",
        "ort-tensorrt",
        "rocm",
        "tch",
        "tch-cuda",
        "vulkan",
        "web-wasm",
        "web-webgpu",
        "web-webnn",
        "webgpu",
        "wgpu",
    ];
    assert_eq!(looked_at(&ran), all, "{ran:#}");
    let ran = ran.shows("reading it takes ").shows("hardware counters");
    assert!(!ran.stdout.contains('\u{1b}'), "a pipe gets no colors");
    assert!(!project.path(".accel-bench").exists(), "looking makes nothing");
}

#[test]
fn only_what_is_named_is_looked_at() {
    let ran = project("doctor-named").accel_bench("doctor host ndarray").exits(0);
    assert_eq!(looked_at(&ran), ["machine", "instrument", "energy", "host", "ndarray"], "{ran:#}");
    ran.shows("host: can run here\n  ✓ needs nothing next to the CPU\nndarray: can run here\n");
}

#[test]
fn a_backend_that_is_missing_is_told_with_what_mends_it() {
    let project = project("doctor-missing");
    let ran = with_libtorch(&project, "nowhere", "doctor tch").exits(3);
    let ran = ran.shows("tch: cannot run here\n");
    ran.shows("  ✗ LIBTORCH is `").shows("which holds no `lib/libtorch.so`").shows("    $ python3 -m venv ");
    project.write("torch/lib/libtorch.so", "");
    project.write("torch/build-version", "2.9.0+cpu\n");
    with_libtorch(&project, "torch", "doctor tch")
        .exits(0)
        .shows("  ✓ libtorch 2.9.0+cpu in `")
        .shows("$ export LD_LIBRARY_PATH=");
    with_libtorch(&project, "torch", "doctor tch-cuda").exits(3).shows("  ✗ libtorch is without CUDA: no `");
    project.write("torch/build-version", "1.13\n");
    with_libtorch(&project, "torch", "doctor tch").exits(3).shows("  ✗ libtorch 1.13 in `");
    // No one asked for it: the others are not worse for it.
    with_libtorch(&project, "nowhere", "doctor").exits(0).shows("which holds no `lib/libtorch.so`");
}

#[test]
fn a_backend_that_does_not_exist_is_a_mistake() {
    let project = project("doctor-unknown");
    project.accel_bench("doctor wpgu").exits(2).says("did you mean `wgpu`?").shows_nothing();
    project.accel_bench("doctor host mine").exits(2).says("no backend `mine`").shows_nothing();
    let project = project.toml("[backends.mine]\nfeatures = []\n");
    project.accel_bench("doctor mine").exits(0).shows("what `mine` needs is not known here");
    assert!(looked_at(&project.accel_bench("doctor")).contains(&"mine"), "it is one of the project's");
}

#[test]
fn without_any_project_it_looks_at_the_machine() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let project = project("doctor-nowhere");
    let mut command = project.command(&["doctor", "host"]);
    command.current_dir(nowhere.path());
    let ran = run(command).exits(0).shows("machine").shows("free for `");
    assert_eq!(ran.stderr, "", "no project is not a fault");
    assert_eq!(fs::read_dir(nowhere.path()).expect("it is there").count(), 0);
    let broken = project.toml("[store]\npath = 5\n");
    broken.accel_bench("doctor host").exits(0).shows("free for `");
}

#[test]
fn the_disk_of_the_store_is_looked_at() {
    let project = project("doctor-store").toml("[store]\npath = \"results/here\"\n");
    let store = project.root().canonicalize().expect("it is there").join("results/here");
    let shown = |path: &Path| format!("free for `{}`", path.display());
    project.accel_bench("doctor host").exits(0).shows(&shown(&store));
    let mut command = project.command(&["doctor", "host"]);
    command.current_dir(project.path("src"));
    run(command).exits(0).shows(&shown(&store));
}
