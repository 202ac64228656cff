//! `hardware`: devices are usable if a kernel ran on them, whatever their drivers do.

use crate::support::{Project, Ran, run};

const DRIVER: &str = include_str!("support/driver.c");

/// A project whose library path holds a driver of CUDA that does as `FAKE_GPU` says.
fn with_driver(name: &str) -> Project {
    let project = Project::new(name);
    project.c_library("libcuda.so.1", DRIVER);
    project
}

fn asked(project: &Project, mode: &str, line: &str) -> Ran {
    let mut command = project.command(&line.split_whitespace().collect::<Vec<_>>());
    command.env("LD_LIBRARY_PATH", project.path("lib")).env("FAKE_GPU", mode);
    run(command)
}

/// What is said of both devices.
#[track_caller]
fn states(ran: &Ran) -> Vec<(String, String)> {
    let devices = ran.at("/devices");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let said = |device: &serde_json::Value| (text(&device["state"]["is"]), text(&device["state"]["reason"]));
    devices.as_array().expect("a list").iter().map(said).collect()
}

#[test]
fn a_kernel_that_is_right_makes_a_device_usable() {
    let project = with_driver("devices-right");
    let ran = asked(&project, "right", "hardware list cuda").exits(0);
    let ran = ran.shows("✓ cuda      usable    Fake GPU 0\n").shows("CUDA 12.8, 8.000 GiB");
    ran.shows("✓           usable    Fake GPU 1\n").shows("a kernel gave the right result in ");
    let ran = asked(&project, "right", "doctor cuda");
    ran.shows("a kernel on `Fake GPU 1` gave the right result in ");
}

#[test]
fn drivers_that_lie_fail_or_crash() {
    let project = with_driver("devices-wrong");
    let check = |mode: &str, state: &str, reason: &str| {
        let ran = asked(&project, mode, "hardware list cuda --format json").exits(3);
        let all = states(&ran);
        assert!(
            !all.is_empty() && all.iter().all(|(is, why)| is == state && why.contains(reason)),
            "{mode}: {all:?}"
        );
    };
    check("wrong", "unusable", "wrong result: 0 for 0, where 1 is right");
    check("error", "unusable", "launching the kernel: CUDA_ERROR_LAUNCH_FAILED");
    check("crash", "unusable", "the probe crashed (signal: 11 (SIGSEGV)");
    check("none", "unusable", "starting the driver: CUDA_ERROR_NO_DEVICE");
    asked(&project, "wrong", "doctor cuda").exits(3).shows("the kernel on `Fake GPU 0` failed: wrong result");
}

#[test]
fn every_api_has_a_line() {
    let project = Project::new("devices-all");
    let mut command = project.command(&["hardware", "--format", "json"]);
    command.env("CHROME_PATH", "/no/such/browser").env("LD_LIBRARY_PATH", "");
    let ran = run(command).exits(0);
    let apis = ran.column("/devices", "api");
    for api in ["cpu", "cuda", "rocm", "metal", "vulkan", "openvino", "qnn", "webgpu", "webnn"] {
        assert!(apis.iter().any(|it| it == api), "{api} in {apis:?}");
    }
    assert_eq!((apis[0].as_str(), ran.at("/devices/0/state/is")), ("cpu", "usable".into()));
    assert!(!project.path(".accel-bench").exists(), "looking makes nothing");
    project.accel_bench("hardware list cudaa").exits(2).says("a similar value exists: 'cuda'");
}

#[test]
fn a_project_without_probes_is_told_where_they_are() {
    let project = Project::new("devices-probe");
    project.accel_bench("hardware limits").exits(4).says("`cargo accel-bench hardware probe` measures");
    project.accel_bench("hardware probe").exits(4).says("in a checkout of accel-bench");
}

/// Probes whose limits are known: 1 TFLOP/s, 100 GB/s, 2 µs a call.
const PROBES: &str = r#"
#[bench(category = "hardware", tags = ["peak-flops"], params(precision = ["f32"], n = [1, 2]))]
fn compute(b: &mut Bencher) {
    b.flops(1_000_000_000);
    let nanos = if b.param::<u64>("n") == 1 { 2_000_000 } else { 1_000_000 };
    b.iter_custom(|iterations| it::exactly(iterations, nanos));
}

#[bench(category = "hardware", tags = ["peak-bandwidth"], params(kib = [64, 1024]))]
fn read(b: &mut Bencher) {
    let bytes = 1024 * b.param::<u64>("kib");
    b.bytes_moved(bytes);
    b.iter_custom(|iterations| it::exactly(iterations, bytes / 100));
}

#[bench(category = "hardware")]
fn launch(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, 2_000));
}

#[bench(category = "hardware", params(fails = [true]))]
fn broken(b: &mut Bencher) {
    if std::env::var_os("BREAK").is_some() {
        b.fail("no such device");
    }
    b.iter_custom(|iterations| it::exactly(iterations, 1_000));
}

#[bench]
fn other(b: &mut Bencher) {
    b.fail("a probe measures probes only");
}
"#;

#[test]
fn probes_are_measured_and_stored_and_their_limits_shown() {
    let project = Project::new("devices-limits").bench("benches", PROBES);
    let ran = project.accel_bench("hardware probe").exits(0).says("Stored run");
    ran.shows("operations in f32").shows("1000.0 GFLOP/s").shows("memory, 64.00 KiB moved").shows("2.000 µs");
    assert_eq!(project.runs().len(), 1);
    let found = project.accel_bench("hardware limits --format json").exits(0);
    let of = |field: &str| found.at(&format!("/backends/0/{field}"));
    assert_eq!((of("backend"), found.at("/kind")), ("host".into(), "limits".into()));
    let near = |value: serde_json::Value, expected: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value / expected - 1.0).abs() < 1e-3, "{value} where {expected} was expected");
    };
    near(of("flops_per_s/f32"), 1e12);
    near(of("bytes_per_s/0/bytes_per_s"), 1e11);
    near(of("launch_ns"), 2000.0);
    assert_eq!(of("bytes_per_s/1/moved_bytes"), 1 << 20);

    // One probe that fails costs its own number, and the exit code says so.
    let mut command = project.command(&["hardware", "probe", "--format", "json"]);
    command.env("BREAK", "1");
    let ran = run(command).exits(3).says("no such device");
    near(ran.at("/backends/0/flops_per_s/f32"), 1e12);
    project.accel_bench("hardware probe --backend nothing").exits(2).says("nothing");
    project.accel_bench("hardware probe --profile nothing").exits(2).says("nothing");
    project.accel_bench("hardware probe --suite hardware").exits(2).says("unexpected argument");
}

#[test]
fn a_machine_whose_vulkan_has_no_driver() {
    let project = Project::new("devices-vulkan");
    let hidden = |line: &str| {
        let mut command = project.command(&line.split_whitespace().collect::<Vec<_>>());
        // Both names of the loader's variable.
        command
            .env("VK_DRIVER_FILES", "/no/such/driver.json")
            .env("VK_ICD_FILENAMES", "/no/such/driver.json");
        run(command)
    };
    let found = hidden("hardware list vulkan --format json").exits(3);
    assert_eq!(found.column("/devices", "name"), [""]);
    assert_eq!(found.at("/devices/0/state/is"), "absent");
    let fix = found.at("/devices/0/state/fix");
    assert!(
        fix.as_str().is_some_and(|fix| fix.contains("mesa-vulkan-drivers")) || !cfg!(target_os = "linux"),
        "{fix}"
    );
    hidden("doctor vulkan").exits(3).shows("vulkan: cannot run here");
    // One of two that is usable is enough.
    let both = hidden("hardware list cpu vulkan").exits(0).shows("✓ cpu ").shows("✗ vulkan    absent");
    assert_eq!(both.stdout.lines().filter(|line| line.starts_with('✗')).count(), 1, "{both:#}");
}

/// A suite called like a subcommand, of one of two targets; the other one does not compile.
const SUITE: &str = "[[bench]]\ntarget = \"benches\"\n[[bench]]\ntarget = \"other\"\n\
                     [suites.hardware]\nfilter = [\"benches/launch*\"]\nprofile = \"quick\"\n";

#[test]
fn the_suite_of_probes_is_all_that_is_built() {
    let project = Project::new("devices-suite")
        .bench("benches", PROBES)
        .bench("other", "fn broken() { this is not Rust }")
        .toml(SUITE);
    project.accel_bench("hardware probe").exits(0).shows("a call with nothing to do");
    let record = project.accel_bench("show --format json").exits(0);
    assert_eq!(record.column("/cases", "benchmark"), ["launch"]);
    // The suite's name is a value, and not the subcommand.
    let ran = project.accel_bench("--suite hardware --dry-run").exits(0);
    assert!(ran.stdout.contains("launch") && !ran.stdout.contains("usable"), "{ran:#}");
    let ran = project.accel_bench("-C . --suite hardware --format json").exits(0);
    assert_eq!(ran.column("/cases", "benchmark"), ["launch"]);
    project.accel_bench("--suite all --no-run").exits(5).says("this is not Rust");
    project.accel_bench("--suite list --dry-run").exits(2).says("no suite `list`");
    // Without the suite, every target is built, and the one that cannot be is said.
    project.write("bench.toml", "[[bench]]\ntarget = \"benches\"\n[[bench]]\ntarget = \"other\"\n");
    let ran = project.accel_bench("hardware probe").exits(5);
    assert!(ran.stderr.contains("this is not Rust"), "{ran:#}");
    let limits = project.accel_bench("hardware limits").exits(0);
    assert!(
        limits.stdout.contains("a call with nothing to do"),
        "what was probed before is still there: {limits:#}"
    );
}
