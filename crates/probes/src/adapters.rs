//! GPU adapters, software rasterisers included.
//!
//! Drivers print, keep threads, and sometimes crash: they are loaded in a process of their own.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use accel_bench_record::Adapter;

use super::graphics;
use super::nvidia;
use super::system_files::SystemFiles;

/// The hidden subcommand whose output this module reads.
pub(crate) const SUBCOMMAND: &str = "probe-adapters";

/// A driver that takes longer than this is left out.
const LIMIT: Duration = Duration::from_secs(10);

/// Adapters that are being looked for.
#[derive(Debug)]
pub(super) struct PendingAdapters {
    child: Option<Child>,
}

/// Starts `tool`, this executable, to look for adapters meanwhile: loading drivers takes from 10 ms to some
/// 100 ms.
pub(super) fn adapters_later(tool: &Path) -> PendingAdapters {
    let mut command = Command::new(tool);
    command.arg(SUBCOMMAND).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    PendingAdapters { child: command.spawn().ok() }
}

impl PendingAdapters {
    /// Waits for the drivers. Where one of them fails, only what the kernel reports is left.
    pub(super) fn join(self) -> Vec<Adapter> {
        let mut found = self.child.and_then(answer).unwrap_or_default();
        found.extend(nvidia::adapters(&SystemFiles::of_this_machine()));
        found
    }
}

/// Returns what the process printed, if it ended well and in time.
fn answer(mut child: Child) -> Option<Vec<Adapter>> {
    let mut out = child.stdout.take()?;
    let start = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if start.elapsed() > LIMIT {
            // It hangs in a driver; it is not waited for.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut text = String::new();
    out.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Returns what the subcommand prints: the adapters that the graphics drivers show to this process.
pub fn visible_adapters() -> Vec<Adapter> {
    graphics::adapters()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expected: Option<usize>) {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let found = answer(command.spawn().expect("a shell starts"));
        assert_eq!(found.map(|adapters| adapters.len()), expected, "{script}");
    }

    /// Whatever a driver does to its process, there is an answer or none.
    #[test]
    fn drivers_that_misbehave() {
        check("echo '[]'", Some(0));
        let one = r#"{"name":"a","api":"vulkan","kind":"cpu","driver":"d","driver_version":"1"}"#;
        check(&format!("echo noise >&2; echo '[{one}]'"), Some(1));
        check("kill -SEGV $$", None);
        check("echo noise; echo '[]'", None);
    }

    #[test]
    fn a_tool_that_cannot_be_started_hides_nothing_else() {
        let found = adapters_later(Path::new("/nowhere/at/all")).join();
        assert_eq!(found, nvidia::adapters(&SystemFiles::of_this_machine()));
    }
}
