//! GPU adapters, software rasterisers included.
//!
//! Drivers print, keep threads, and sometimes crash: they are loaded in a process of their own.

use std::io::Read;
use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use accel_bench_record::Adapter;
use wgpu::{AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

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
    /// Waits for the drivers. Where one of them fails, only what the kernel tells is left.
    pub(super) fn join(self) -> Vec<Adapter> {
        let mut found = self.child.and_then(answer).unwrap_or_default();
        found.extend(nvidia::adapters(&SystemFiles::of_this_machine()));
        found
    }
}

/// What the process printed, if it ended well and in time.
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

/// What the subcommand prints: the adapters that the graphics drivers show to this process.
pub fn visible_adapters() -> Vec<Adapter> {
    graphics().iter().map(describe).collect()
}

fn graphics() -> Vec<AdapterInfo> {
    let descriptor = InstanceDescriptor {
        backends: Backends::VULKAN | Backends::METAL | Backends::DX12,
        // Validation layers would be loaded for nothing, and print.
        flags: InstanceFlags::empty(),
        ..InstanceDescriptor::new_without_display_handle()
    };
    let instance = Instance::new(descriptor);
    // Outside a browser this never waits: one poll gives the answer.
    let enumerated = pin!(instance.enumerate_adapters(Backends::all()));
    match enumerated.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(adapters) => adapters.iter().map(wgpu::Adapter::get_info).collect(),
        Poll::Pending => Vec::new(),
    }
}

fn describe(info: &AdapterInfo) -> Adapter {
    Adapter {
        name: info.name.clone(),
        api: info.backend.to_str().to_owned(),
        kind: kind(info.device_type).to_owned(),
        driver: info.driver.clone(),
        driver_version: info.driver_info.clone(),
    }
}

fn kind(of: DeviceType) -> &'static str {
    match of {
        DeviceType::DiscreteGpu => "discrete-gpu",
        DeviceType::IntegratedGpu => "integrated-gpu",
        DeviceType::VirtualGpu => "virtual-gpu",
        DeviceType::Cpu => "cpu",
        DeviceType::Other => "other",
    }
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

    #[test]
    fn kinds() {
        assert_eq!(kind(DeviceType::Cpu), "cpu");
        assert_eq!(kind(DeviceType::DiscreteGpu), "discrete-gpu");
    }
}
