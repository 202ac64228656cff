//! GPU adapters, software rasterisers included.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

use accel_bench::record::Adapter;
use wgpu::{AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

use super::nvidia;
use super::system_files::SystemFiles;

/// All adapters of this machine. Loading drivers takes from 10 ms to some 100 ms.
pub(super) fn adapters() -> Vec<Adapter> {
    let mut found: Vec<_> = graphics().into_iter().map(|info| describe(&info)).collect();
    found.extend(nvidia::adapters(&SystemFiles::of_this_machine()));
    found
}

/// The same, in a thread of its own.
pub(super) fn adapters_later() -> PendingAdapters {
    PendingAdapters { thread: thread::Builder::new().name("adapters".to_owned()).spawn(adapters).ok() }
}

/// Adapters that are being looked for.
#[derive(Debug)]
pub(super) struct PendingAdapters {
    thread: Option<JoinHandle<Vec<Adapter>>>,
}

impl PendingAdapters {
    /// Waits for the drivers. Where one of them panics, only what the kernel tells is left.
    pub(super) fn join(self) -> Vec<Adapter> {
        let found = self.thread.and_then(|thread| thread.join().ok());
        found.unwrap_or_else(|| nvidia::adapters(&SystemFiles::of_this_machine()))
    }
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

    /// With drivers or without: a list, no crash, and twice the same.
    #[test]
    fn looking_for_adapters_always_ends() {
        let pending = adapters_later();
        let now = adapters();
        assert_eq!(pending.join(), now);
        assert!(now.iter().all(|adapter| !adapter.name.is_empty() && !adapter.kind.is_empty()), "{now:?}");
    }

    #[test]
    fn a_driver_that_panics_hides_nothing_else() {
        let thread = thread::spawn(|| -> Vec<Adapter> { panic!("a driver's fault") });
        let found = PendingAdapters { thread: Some(thread) }.join();
        assert_eq!(found, nvidia::adapters(&SystemFiles::of_this_machine()));
    }

    #[test]
    fn kinds() {
        assert_eq!(kind(DeviceType::Cpu), "cpu");
        assert_eq!(kind(DeviceType::DiscreteGpu), "discrete-gpu");
    }
}
