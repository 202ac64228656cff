//! Probes in processes of their own, which a driver may crash or hang without harm.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::device::{Device, State};

/// The hidden subcommand whose lines this module reads: a device a line, and again when its probe has ended.
pub(super) const SUBCOMMAND: &str = "probe-devices";

/// A probe that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// Drivers print; more than this is not read.
const MOST_BYTES: u64 = 1 << 20;

/// Asks `tool`, this executable, for the devices of `api`.
pub(super) fn devices(tool: &Path, api: &str) -> Vec<Device> {
    let mut command = Command::new(tool);
    command.args([SUBCOMMAND, api]);
    answer(command, api, LIMIT)
}

fn answer(mut command: Command, api: &str, limit: Duration) -> Vec<Device> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let failed =
        |reason: String| vec![Device { state: State::Unusable { reason }, ..Device::found(api, "") }];
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return failed(format!("the probe does not start: {error}")),
    };
    let (mut devices, ended) = follow(&mut child, limit);
    let reason = match ended {
        Some(status) if status.success() => return devices,
        Some(status) => format!("the probe crashed ({status})"),
        None => format!("the probe did not end within {} s", limit.as_secs_f64()),
    };
    if devices.is_empty() {
        return failed(reason);
    }
    for device in &mut devices {
        if matches!(device.state, State::Unproven { .. }) {
            device.state = State::Unusable { reason: reason.clone() };
        }
    }
    devices
}

/// The last line of each device, and how the process ended; `None` where it had to be killed.
fn follow(child: &mut Child, limit: Duration) -> (Vec<Device>, Option<ExitStatus>) {
    let (start, mut devices) = (Instant::now(), Vec::new());
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        // It ends with the pipe, which is closed when the group is killed.
        thread::spawn(move || {
            for line in BufReader::new(out.take(MOST_BYTES)).split(b'\n').map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    let ended = loop {
        match lines.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(line) => keep(&mut devices, &line),
            Err(RecvTimeoutError::Timeout) => break None,
            // The pipe is closed: it ends, too, unless it closed the pipe by itself.
            Err(RecvTimeoutError::Disconnected) => break wait(child, limit.saturating_sub(start.elapsed())),
        }
    };
    // Processes that it has started, a browser for one, go with it.
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
    (devices, ended)
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if start.elapsed() >= limit {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Lines that a driver prints next to the answer are passed over.
fn keep(devices: &mut Vec<Device>, line: &[u8]) {
    let Ok(device) = serde_json::from_slice::<Device>(line) else { return };
    // Two devices of one kind have one name: the first that has no outcome yet is meant.
    let same = |it: &&mut Device| {
        it.api == device.api && it.name == device.name && matches!(it.state, State::Unproven { .. })
    };
    let has_ended = !matches!(device.state, State::Unproven { .. });
    match devices.iter_mut().find(same).filter(|_| has_ended) {
        Some(known) => *known = device,
        None => devices.push(device),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = r#"{"api":"cuda","name":"GPU","kind":null,"driver":null,"memory_bytes":null,"state":{"is":"unproven","reason":"-"}}"#;
    const RIGHT: &str = r#"{"api":"cuda","name":"GPU","kind":null,"driver":null,"memory_bytes":null,"state":{"is":"usable","took_ms":1.0}}"#;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let mut command = Command::new("sh");
        command.args(["-c", script]).env("FOUND", FOUND).env("RIGHT", RIGHT);
        let said: Vec<_> = answer(command, "cuda", Duration::from_millis(700))
            .into_iter()
            .map(|device| match device.state {
                State::Unusable { reason } => format!("{}: {reason}", device.name),
                state => format!("{} {}", device.name, state.word()),
            })
            .collect();
        assert_eq!(said, expected, "{script}");
    }

    const SAY: &str = r#"say() { printf '%s\n' "$1"; };"#;

    #[test]
    fn probes_that_end_well() {
        check("true", &[]);
        check(&format!("{SAY} say \"$FOUND\"; echo noise; say \"$RIGHT\""), &["GPU usable"]);
        check(
            &format!("{SAY} say \"$FOUND\"; say \"$FOUND\"; say \"$RIGHT\""),
            &["GPU usable", "GPU unproven"],
        );
        check(
            &format!("{SAY} say \"$FOUND\"; say \"$FOUND\"; say \"$RIGHT\"; say \"$RIGHT\""),
            &["GPU usable", "GPU usable"],
        );
    }

    #[test]
    fn probes_that_crash_or_hang() {
        let crashed = "the probe crashed (signal: 11 (SIGSEGV))";
        check("kill -SEGV $$", &[&format!(": {crashed}")]);
        check(&format!("{SAY} say \"$FOUND\"; kill -SEGV $$"), &[&format!("GPU: {crashed}")]);
        // A device that was proven before the crash stays proven.
        check(
            &format!("{SAY} say \"$FOUND\"; say \"$FOUND\"; say \"$RIGHT\"; kill -SEGV $$"),
            &["GPU usable", &format!("GPU: {crashed}")],
        );
        check(&format!("{SAY} say \"$FOUND\"; sleep 60"), &["GPU: the probe did not end within 0.7 s"]);
        check("sleep 60 & exec >&-; wait", &[": the probe did not end within 0.7 s"]);
        check("exit 3", &[": the probe crashed (exit status: 3)"]);
    }

    #[test]
    fn a_tool_that_is_not_there() {
        let found = devices(Path::new("/no/such/tool"), "cuda");
        assert!(
            matches!(&found[0].state, State::Unusable { reason } if reason.contains("does not start")),
            "{found:?}"
        );
    }
}
