//! Where a case spends its time: the stacks of one long sample, recorded by Linux' perf.
//!
//! <https://perfwiki.github.io>

use std::path::Path;
use std::process::{Command, Stdio};

use super::seat::Fault;
use super::under::{Under, is_installed, reason, sampled};
use super::{Alone, Error, Settings};
use crate::plan::Harness;

/// Stacks a second: a prime number, so that what happens each millisecond is not always met in the same place.
const FREQUENCY: &str = "997";

/// Bytes of the stack that are copied with each of them: deeper frames are lost.
const STACK: &str = "dwarf,16384";

/// Two seconds have some two thousand stacks.
const SAMPLE_NANOS: u64 = 2_000_000_000;
const WARM_UP_NANOS: u64 = 100_000_000;

/// The recorded stacks, as `perf script` prints them; or why there are none.
pub(super) type Stacks = Result<String, String>;

/// See [`Executor::profile`](super::Executor::profile).
pub(super) fn profile(alone: Alone<'_>, settings: &Settings) -> Result<Option<Stacks>, Error> {
    let none = |reason: String| Ok(Some(Err(reason)));
    if alone.unit.harness == Harness::Criterion {
        return none("Criterion does not let one sample be recorded alone".to_owned());
    }
    if !is_installed("perf") {
        return none(
            "perf is not installed; `apt install linux-perf`, or your system's package of it".to_owned(),
        );
    }
    let folder = tempfile::Builder::new().prefix("accel-bench-").tempdir();
    let folder = folder.map_err(|source| Error::Channel { source })?;
    let output = folder.path().join("perf.data");
    let under = Under {
        program: program(&output),
        slower: 2,
        warm_up_nanos: WARM_UP_NANOS,
        sample_nanos: SAMPLE_NANOS,
    };
    match sampled(alone, under, settings) {
        Ok(_) => Ok(Some(script(&output))),
        Err(Fault::Stopped) => Ok(None),
        Err(Fault::Run(error)) => Err(error),
        Err(Fault::Case(status)) => none(format!("under perf: {}", reason(&status))),
    }
}

fn program(output: &Path) -> Vec<String> {
    let output = output.display().to_string();
    // By the clock, which every machine has, and which counts nanoseconds.
    let words = ["perf", "record", "--quiet", "--no-buildid", "--event", "cpu-clock", "--freq", FREQUENCY];
    words
        .into_iter()
        .chain(["--call-graph", STACK])
        .chain(["--output", &output, "--"])
        .map(str::to_owned)
        .collect()
}

/// The stacks in text. Inlined functions would have to be looked up one by one, which takes minutes.
fn script(recorded: &Path) -> Stacks {
    let mut command = Command::new("perf");
    command.args(["script", "--no-inline", "--input"]).arg(recorded).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("`perf script` did not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() && !text.is_empty() {
        true => Ok(text),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it recorded nothing");
            Err(format!("`perf script` failed: {}", last.trim()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_runs_under_perf() {
        let words = program(Path::new("/tmp/x"));
        assert_eq!(words[..2], ["perf", "record"]);
        assert!(words.ends_with(&["/tmp/x".to_owned(), "--".to_owned()]), "{words:?}");
    }

    #[test]
    fn a_broken_record_has_a_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("none");
        std::fs::write(&file, "not recorded").expect("it is written");
        let reason = script(&file).expect_err("it is broken");
        assert!(reason.starts_with("`perf script` "), "{reason}");
    }
}
