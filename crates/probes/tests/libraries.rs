//! Probes against libraries that this test builds: each path of a vendor's interface, without the vendor's hardware.
//!
//! A library is loaded once in a process and asks for its mode there, so each check runs this executable again, as the tool
//! runs itself: the ignored test `in_a_process_of_its_own` prints the devices that it finds.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use accel_bench_probes::devices::{self, Device, State, Wishes};

/// Builds `fakes/{source}.c` as `name` in a folder of its own.
fn library(source: &str, name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fakes/{source}.c"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-w", "-o"]).arg(dir.path().join(name)).arg(source);
    assert!(compiler.status().expect("a C compiler").success());
    dir
}

/// The last word on each device of `api`, with the libraries of a folder in mode `mode`.
fn probed(api: &str, folder: &Path, mode: &str) -> Vec<Device> {
    let mut command = Command::new(env::current_exe().expect("this test"));
    command.args(["in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"]);
    command.env("LD_LIBRARY_PATH", folder).env("FAKE_GPU", mode).env("PROBED_API", api);
    let output = command.output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}");
    let mut last: Vec<Device> = Vec::new();
    for device in text.lines().filter_map(|line| serde_json::from_str::<Device>(line).ok()) {
        last.retain(|known| known.name != device.name);
        last.push(device);
    }
    last
}

/// `name: state, reason`
fn said(device: &Device) -> String {
    let reason = match &device.state {
        State::Usable { .. } => String::new(),
        State::Unproven { reason } | State::Unusable { reason } | State::Absent { reason, .. } => {
            format!(", {reason}")
        }
    };
    format!("{}: {}{reason}", device.name, device.state.word())
}

#[track_caller]
fn check(api: &str, folder: &Path, mode: &str, expected: &[&str]) {
    let found: Vec<_> = probed(api, folder, mode).iter().map(said).collect();
    assert_eq!(found, expected, "{api} {mode}");
}

#[test]
#[ignore = "run by the other tests in this file"]
fn in_a_process_of_its_own() {
    let Ok(api) = env::var("PROBED_API") else { return };
    let library_path = env::var_os("LD_LIBRARY_PATH").map(PathBuf::from).into_iter().collect();
    let wishes = Wishes { library_path, browser: Some("/no/such/browser".into()), ..Wishes::default() };
    devices::probe(&api, &wishes, &mut |device| {
        // The test harness's own words may be on the same line.
        println!("\n{}", serde_json::to_string(device).expect("JSON"));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn rocm() {
    let dir = library("hip", "libamdhip64.so");
    let found = probed("rocm", dir.path(), "right");
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), ["Fake Instinct: usable"]);
    assert_eq!((found[0].driver.as_deref(), found[0].memory_bytes), (Some("HIP 6.2"), Some(64 << 30)));
    check("rocm", dir.path(), "wrong", &["Fake Instinct: unusable, wrong result: 7 for 0, where 1 is right"]);
    check(
        "rocm",
        dir.path(),
        "unbuilt",
        &["Fake Instinct: unusable, compiling the kernel: error 6 of hiprtc"],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn openvino() {
    let dir = library("openvino", "libopenvino_c.so.2099");
    let npu = "NPU: unusable, compiling the model: the plugin is not there (status -4)";
    let found = probed("openvino", dir.path(), "right");
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), ["CPU: usable", npu]);
    let about = (found[0].kind.as_deref(), found[0].driver.as_deref());
    assert_eq!(about, (Some("Fake Processor"), Some("OpenVINO 2099.1-fake")));
    assert_eq!(found[1].kind, None, "it has no full name");
    check("openvino", dir.path(), "wrong", &["CPU: unusable, wrong result: 1 for 1, where 2 is right", npu]);
    let unread = "reading the model: the plugin is not there (status 1)";
    check(
        "openvino",
        dir.path(),
        "unread",
        &[&format!("CPU: unusable, {unread}"), &format!("NPU: unusable, {unread}")],
    );
    check("openvino", dir.path(), "none", &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn qnn() {
    let dir = library("qnn", "libQnnHtp.so");
    let found = probed("qnn", dir.path(), "right");
    let reason = "its library answers; running a graph on it is not implemented";
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), [format!("libQnnHtp.so: unproven, {reason}")]);
    assert_eq!(found[0].driver.as_deref(), Some("HTP_QTI_AISW 5.14.1, backend 6"));
    assert_eq!(probed("qnn", dir.path(), "nameless")[0].driver.as_deref(), Some("QNN 5.14.1, backend 6"));
    check("qnn", dir.path(), "empty", &["libQnnHtp.so: unusable, it lists no provider (status 0)"]);
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_that_are_something_else() {
    // A library of another kind under the vendor's name.
    for (api, name, missing) in [
        ("rocm", "libamdhip64.so", "hipInit"),
        ("cuda", "libcuda.so.1", "cuInit"),
        ("openvino", "libopenvino_c.so.1", "ov_get_openvino_version"),
        ("qnn", "libQnnCpu.so", "QnnInterface_getProviders"),
    ] {
        let source = if api == "qnn" { "hip" } else { "qnn" };
        let dir = library(source, name);
        let found = probed(api, dir.path(), "right");
        let said = said(&found[0]);
        assert!(said.contains(missing), "{api}: {said}");
        assert!(!found[0].is_usable(), "{said}");
    }
}

#[test]
fn what_is_not_there_is_absent_with_a_reason() {
    let empty = tempfile::tempdir().expect("a folder");
    for api in ["rocm", "qnn"] {
        let found = probed(api, empty.path(), "right");
        assert!(matches!(&found[0].state, State::Absent { reason, .. } if !reason.is_empty()), "{found:?}");
    }
    let browsers = probed("webgpu", empty.path(), "right");
    let reasons: Vec<_> = browsers.iter().map(said).collect();
    assert!(reasons.iter().all(|said| said.contains("it does not start")), "{reasons:?}");
    assert!(probed("abacus", empty.path(), "right").is_empty());
}

/// A browser of a few lines of shell, which opens the page it is given and posts `$ANSWER` where the page would.
#[cfg(unix)]
fn browser(dir: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let path = dir.join("chromium");
    let get_and_post = r#"
for last; do :; done
page=$(curl -s "$last") || exit 4
case $page in *navigator.gpu*) ;; *) exit 5 ;; esac
[ "$(curl -s -o /dev/null -w '%{http_code}' "${last}elsewhere")" = 404 ] || exit 6
"#;
    std::fs::write(&path, format!("#!/bin/sh\n{get_and_post}\n{script}\n")).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a script");
    path
}

/// Runs a browser that does this, and compares the words about WebGPU and WebNN.
#[cfg(unix)]
#[track_caller]
fn check_browser(script: &str, expected: [&str; 2]) {
    let dir = tempfile::tempdir().expect("a folder");
    let wishes = Wishes { browser: Some(browser(dir.path(), script)), ..Wishes::default() };
    let mut found = Vec::new();
    devices::probe("webgpu", &wishes, &mut |device| found.push(said(device)));
    assert_eq!(found.len(), 2, "{found:?}");
    for (said, expected) in found.iter().zip(expected) {
        assert!(said.contains(expected), "{said} where {expected} was expected");
    }
}

#[cfg(unix)]
#[test]
fn browsers() {
    if Command::new("curl").arg("--version").output().is_err() {
        // The script needs it; Chromium itself is tried in `.ci/run`.
        return;
    }
    let outputs = (0..256).map(|x| (2 * x + 1).to_string()).collect::<Vec<_>>().join(",");
    let post = |answer: &str| format!("curl -s -X POST --data '{answer}' \"${{last}}answer\"; sleep 30");
    let right = format!(r#"{{"name":"Fake GPU","outputs":[{outputs}],"took_ms":2}}"#);
    let none = r#"{"absent":"WebNN is not supported on this platform"}"#;
    let answer = format!(r#"{{"agent":"X HeadlessChrome/1.2","webgpu":{right},"webnn":{none}}}"#);
    check_browser(&post(&answer), ["Fake GPU: usable", ": absent, WebNN is not supported"]);
    let failed = format!(r#"{{"agent":"","webgpu":{{"name":"G","failed":"lost"}},"webnn":{right}}}"#);
    check_browser(&post(&failed), ["G: unusable, lost", "Fake GPU: usable"]);
    check_browser(&post("{}"), ["its answer is not understood"; 2]);
    check_browser("exit 3", ["the browser ended before it answered (exit status: 3)"; 2]);
}
