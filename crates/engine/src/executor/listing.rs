//! Lists the benchmarks of an executable by asking it; nothing is run.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use accel_bench_record::Status;
use accel_bench_record::protocol::{BenchmarkInfo, Reply, Request};

use super::child::{Process, plain_command};
use super::serve::{self, Incoming, MOMENT, Unfit};
use super::{Error, Listed, Settings, criterion};
use crate::plan::Harness;

/// A target that cannot list within this is broken.
const LIMIT: Duration = Duration::from_secs(60);

/// The benchmarks of an executable.
pub(super) fn list(listed: Listed<'_>, settings: &Settings) -> Result<Vec<BenchmarkInfo>, Error> {
    let Listed { target, executable, cwd, harness, env } = listed;
    let fault = |reason: String| Error::List { target: target.to_owned(), reason };
    let command = plain_command((&[], executable), cwd, env, &settings.without_env);
    match harness {
        Harness::AccelBench => ask(command, settings, &fault),
        Harness::Criterion => {
            let listed = read(command, settings, &fault)?;
            criterion::benchmarks(&listed).ok_or_else(|| {
                let first = listed.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                fault(format!(
                    "its list is not understood, Criterion 0.3 to 0.8 are; it begins with `{first}`"
                ))
            })
        }
    }
}

fn ask(
    mut command: std::process::Command,
    settings: &Settings,
    fault: &dyn Fn(String) -> Error,
) -> Result<Vec<BenchmarkInfo>, Error> {
    let printed = tempfile::NamedTempFile::new().map_err(|source| Error::Channel { source })?;
    let clone = || printed.as_file().try_clone().map_err(|source| Error::Channel { source });
    command.stdout(clone()?).stderr(clone()?);
    let said = || {
        let text = std::fs::read_to_string(printed.path()).unwrap_or_default();
        text.lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .map(|line| format!(": {line}"))
            .unwrap_or_default()
    };
    let mut server = match serve::start(command, &[], &|| settings.is_stopped())? {
        Ok(server) => server,
        Err(Unfit::Status(Status::Failed { reason, .. })) => {
            return Err(fault(format!("{reason}{}", said())));
        }
        Err(_) => return Err(fault("interrupted".to_owned())),
    };
    server.ask(&Request::List).map_err(|error| fault(format!("it does not listen: {error}")))?;
    let start = Instant::now();
    while start.elapsed() < LIMIT && !settings.is_stopped() {
        match server.hear() {
            Incoming::Reply(reply) => {
                let Reply::Benchmarks { benchmarks } = *reply else {
                    return Err(fault("unexpected reply".to_owned()));
                };
                server.quit(MOMENT);
                return Ok(benchmarks);
            }
            Incoming::Broken(what) => return Err(fault(format!("it sent an invalid message: {what}"))),
            Incoming::Closed => return Err(fault(format!("it ended{}", said()))),
            Incoming::Nothing => {}
        }
    }
    Err(fault("no answer".to_owned()))
}

/// Returns what a Criterion target prints when asked for its list.
fn read(
    mut command: std::process::Command,
    settings: &Settings,
    fault: &dyn Fn(String) -> Error,
) -> Result<String, Error> {
    let printed = tempfile::NamedTempFile::new().map_err(|source| Error::Channel { source })?;
    let out = printed.as_file().try_clone().map_err(|source| Error::Channel { source })?;
    command.arg("--list").stdout(out).stderr(Stdio::null());
    let mut process = Process::spawn(command, &[]).map_err(|error| fault(error.to_string()))?;
    let start = Instant::now();
    while !process.wait_at_most(super::TICK) {
        if start.elapsed() > LIMIT || settings.is_stopped() {
            return Err(fault("no answer".to_owned()));
        }
    }
    let exit = process.end().map_err(|error| fault(error.to_string()))?;
    let mut text = String::new();
    let opened = File::open(printed.path()).and_then(|mut file| file.read_to_string(&mut text));
    opened.map_err(|error| fault(error.to_string()))?;
    if !exit.success() {
        return Err(fault(format!("`--list` ended with {exit}; is it a Criterion target?")));
    }
    Ok(text)
}
