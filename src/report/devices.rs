//! The devices of a machine, and what they were measured to do: for people, and as JSON.

use std::collections::BTreeMap;
use std::io;

use accel_bench_engine::roof::Limits;
use accel_bench_probes::devices::{Device, State};
use accel_bench_record::units::{Bytes, Nanos};
use serde::Serialize;

use super::doctor::TableOrJson;
use super::ledger::wrap;
use super::{json, plain::plain};
use crate::shell::{Mark, Shell};

#[derive(Serialize)]
struct Document<'d> {
    devices: &'d [Device],
}

/// The column that texts begin in.
const INDENT: usize = 22;

pub(crate) fn devices(found: &[Device], format: TableOrJson, shell: &Shell) -> io::Result<String> {
    if format == TableOrJson::Json {
        return Ok(json::pretty("devices", Document { devices: found })?);
    }
    let room = shell.width().max(INDENT + 30) - INDENT;
    let mut text = String::new();
    for (at, device) in found.iter().enumerate() {
        let api = if at > 0 && found[at - 1].api == device.api { "" } else { &device.api };
        let (mark, more) = said(device);
        let mut lines = wrap(&head(device), room, ' ').into_iter();
        let first = lines.next().unwrap_or_default();
        text += &format!("{} {api:<9} {:<9} {first}\n", shell.mark(mark), device.state.word());
        let below = more.iter().filter(|line| !line.is_empty()).flat_map(|line| wrap(line, room, ' '));
        text.extend(lines.chain(below).map(|line| format!("{:INDENT$}{line}\n", "")));
    }
    Ok(text)
}

/// What stands in a device's line: its name, or why there is none.
fn head(device: &Device) -> String {
    match &device.state {
        State::Absent { reason, .. } => plain(reason),
        _ => plain(&device.name),
    }
}

/// The lines below it.
fn said(device: &Device) -> (Mark, Vec<String>) {
    let about = about(device);
    match &device.state {
        State::Usable { took_ms } => {
            let result = format!(
                "a kernel gave the right result in {}",
                Nanos::new(took_ms * 1e6).map_or_else(String::new, |took| took.to_string())
            );
            (Mark::Good, vec![about, result])
        }
        State::Unproven { reason } => (Mark::Fair, vec![about, plain(reason)]),
        State::Unusable { reason } => (Mark::Bad, vec![about, plain(reason)]),
        State::Absent { fix, .. } => {
            let fix = fix.as_ref().map(|fix| format!("$ {}", plain(fix)));
            (Mark::Bad, vec![about, fix.unwrap_or_default()])
        }
    }
}

fn about(device: &Device) -> String {
    let memory =
        device.memory_bytes.and_then(|bytes| Bytes::new(bytes as f64)).map(|bytes| bytes.to_string());
    let parts = [device.kind.as_deref(), device.driver.as_deref(), memory.as_deref()];
    let parts: Vec<_> = parts.into_iter().flatten().map(plain).collect();
    parts.join(", ")
}

/// One backend's limits, for scripts.
#[derive(Serialize)]
struct LimitsDocument<'l> {
    backend: &'l str,
    flops_per_s: &'l BTreeMap<String, f64>,
    bytes_per_s: Vec<Rate>,
    launch_ns: Option<f64>,
}

#[derive(Serialize)]
struct Rate {
    moved_bytes: u64,
    bytes_per_s: f64,
}

#[derive(Serialize)]
struct MachineDocument<'l> {
    machine: &'l str,
    backends: Vec<LimitsDocument<'l>>,
}

pub(crate) fn limits(
    limits: &BTreeMap<&str, Limits>,
    machine: &str,
    format: TableOrJson,
) -> io::Result<String> {
    if format == TableOrJson::Json {
        let backends = limits.iter().map(|(backend, limits)| LimitsDocument::of(backend, limits)).collect();
        return Ok(json::pretty("limits", MachineDocument { machine, backends })?);
    }
    let block = |(backend, limits): (&&str, &Limits)| {
        let rows = rows(limits).into_iter().map(|(what, measured)| format!("  {what:<30} {measured:>14}\n"));
        format!("{backend}\n{}", rows.collect::<String>())
    };
    let blocks: String = limits.iter().map(block).collect();
    Ok(format!("{blocks}\nmeasured on {machine}\n"))
}

impl<'l> LimitsDocument<'l> {
    fn of(backend: &'l str, limits: &'l Limits) -> Self {
        let rate = |(bytes, rate): (&u64, &f64)| Rate { moved_bytes: *bytes, bytes_per_s: *rate };
        Self {
            backend,
            flops_per_s: &limits.flops_per_s,
            bytes_per_s: limits.bytes_per_s.iter().map(rate).collect(),
            launch_ns: limits.launch_seconds.map(|seconds| seconds * 1e9),
        }
    }
}

fn rows(limits: &Limits) -> Vec<(String, String)> {
    let flops = limits.flops_per_s.iter().map(|(precision, flops)| {
        (format!("operations in {precision}"), format!("{:.1} GFLOP/s", flops / 1e9))
    });
    let bandwidth = limits.bytes_per_s.iter().map(|(bytes, rate)| {
        let moved = Bytes::new(*bytes as f64).map_or_else(String::new, |bytes| bytes.to_string());
        (format!("memory, {moved} moved"), format!("{:.2} GB/s", rate / 1e9))
    });
    let launch = limits.launch_seconds.and_then(|seconds| Nanos::new(seconds * 1e9));
    let launch = launch.map(|launch| ("a call with nothing to do".to_owned(), launch.to_string()));
    flops.chain(bandwidth).chain(launch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Verbosity;

    fn device(api: &str, name: &str, state: State) -> Device {
        Device {
            api: api.to_owned(),
            name: name.to_owned(),
            kind: (!name.is_empty()).then(|| "cpu".to_owned()),
            driver: None,
            memory_bytes: (!name.is_empty()).then_some(3 << 30),
            state,
        }
    }

    fn found() -> Vec<Device> {
        let absent = State::Absent {
            reason: "no NVIDIA driver".to_owned(),
            fix: Some("apt-get install nvidia-driver".to_owned()),
        };
        vec![
            device("cpu", "EPYC", State::Usable { took_ms: 0.004 }),
            device("cuda", "", absent),
            device("vulkan", "llvmpipe", State::Usable { took_ms: 41.25 }),
            device(
                "vulkan",
                "a\u{1b}[31mliar",
                State::Unusable { reason: "wrong result: 0 for 3".to_owned() },
            ),
            device("qnn", "libQnnCpu.so", State::Unproven { reason: "not implemented".to_owned() }),
        ]
    }

    #[test]
    fn each_api_is_named_once() {
        let shell = Shell::new(Verbosity::Normal, anstream::ColorChoice::Never);
        let text = devices(&found(), TableOrJson::Table, &shell).expect("text");
        // Marks are colored until they are printed.
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn scripts_get_what_people_get() {
        let shell = Shell::new(Verbosity::Normal, anstream::ColorChoice::Never);
        let text = devices(&found(), TableOrJson::Json, &shell).expect("text");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&document["kind"], &document["format"]), (&"devices".into(), &1.into()));
        assert_eq!(document["devices"][1]["state"]["is"], "absent");
        assert_eq!(document["devices"][2]["state"]["took_ms"], 41.25);
        assert_eq!(document["devices"][2]["memory_bytes"], 3_u64 << 30);
    }

    #[test]
    fn limits_have_units() {
        let measured = Limits {
            flops_per_s: BTreeMap::from([("f32".to_owned(), 60.25e9)]),
            bytes_per_s: BTreeMap::from([(16 << 10, 31.5e9), (256 << 20, 9.0e9)]),
            launch_seconds: Some(2.5e-6),
        };
        let of_all = BTreeMap::from([("ndarray", measured), ("wgpu", Limits::default())]);
        let text = limits(&of_all, "epyc-2c", TableOrJson::Table).expect("text");
        insta::assert_snapshot!(text);
        let text = limits(&of_all, "epyc-2c", TableOrJson::Json).expect("text");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(document["backends"][0]["bytes_per_s"][1]["moved_bytes"], 256 << 20);
        assert_eq!(document["backends"][0]["launch_ns"], 2500.0);
        assert_eq!(document["backends"][1]["launch_ns"], serde_json::Value::Null);
    }
}
