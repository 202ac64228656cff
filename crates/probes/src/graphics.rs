//! The adapters that the graphics drivers show: through Vulkan's loader, and through Metal on macOS.
//!
//! Only names are asked for, which is little of what wgpu can do and much of what it takes to build.

use accel_bench_record::Adapter;

#[cfg(not(target_os = "macos"))]
pub(super) fn adapters() -> Vec<Adapter> {
    vulkan::adapters().unwrap_or_default()
}

#[cfg(target_os = "macos")]
pub(super) fn adapters() -> Vec<Adapter> {
    metal::adapters()
}

#[cfg(not(target_os = "macos"))]
#[expect(unsafe_code, reason = "a driver is a C library that is loaded at run time")]
pub(crate) mod vulkan {
    use std::ffi::CStr;

    use accel_bench_record::Adapter;
    use ash::{Entry, Instance, LoadingError, vk};

    /// The least version that says which driver an adapter has.
    const VERSION: u32 = vk::API_VERSION_1_2;

    pub(super) fn adapters() -> Option<Vec<Adapter>> {
        let (_entry, instance) = instance()?;
        // SAFETY: the instance is alive.
        let devices = unsafe { instance.enumerate_physical_devices() }.unwrap_or_default();
        let found = devices.into_iter().filter_map(|device| describe(&instance, device)).collect();
        // SAFETY: nothing was made from the instance that is still used.
        unsafe { instance.destroy_instance(None) };
        Some(found)
    }

    /// `None` without a loader, or where it makes no instance. The loader must outlive the instance.
    pub(crate) fn instance() -> Option<(Entry, Instance)> {
        let entry = load().ok()?;
        let application = vk::ApplicationInfo::default().api_version(VERSION);
        let wanted = vk::InstanceCreateInfo::default().application_info(&application);
        // SAFETY: what the call is given lives until it returns.
        let instance = unsafe { entry.create_instance(&wanted, None) }.ok()?;
        Some((entry, instance))
    }

    fn load() -> Result<Entry, LoadingError> {
        // SAFETY: the library that is loaded is the system's Vulkan loader; a driver that crashes takes this process alone,
        // which does nothing else.
        unsafe { Entry::load() }
    }

    /// `None` for a driver that does not conform to Vulkan; wgpu passes it over as well.
    pub(crate) fn describe(instance: &Instance, device: vk::PhysicalDevice) -> Option<Adapter> {
        // SAFETY: the device is the instance's, which is alive.
        let properties = unsafe { instance.get_physical_device_properties(device) };
        let (mut driver, mut driver_version) = (String::new(), String::new());
        if properties.api_version >= VERSION {
            let mut of_driver = vk::PhysicalDeviceDriverProperties::default();
            let mut all = vk::PhysicalDeviceProperties2::default().push_next(&mut of_driver);
            // SAFETY: the device is the instance's, and both have Vulkan 1.2, which has these properties.
            unsafe { instance.get_physical_device_properties2(device, &mut all) };
            if of_driver.conformance_version.major == 0 {
                return None;
            }
            driver = text(of_driver.driver_name_as_c_str());
            driver_version = text(of_driver.driver_info_as_c_str());
        }
        Some(Adapter {
            name: text(properties.device_name_as_c_str()),
            api: "vulkan".to_owned(),
            kind: kind(properties.device_type).to_owned(),
            driver,
            driver_version,
        })
    }

    fn text<E>(name: Result<&CStr, E>) -> String {
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn kind(of: vk::PhysicalDeviceType) -> &'static str {
        match of {
            vk::PhysicalDeviceType::DISCRETE_GPU => "discrete-gpu",
            vk::PhysicalDeviceType::INTEGRATED_GPU => "integrated-gpu",
            vk::PhysicalDeviceType::VIRTUAL_GPU => "virtual-gpu",
            vk::PhysicalDeviceType::CPU => "cpu",
            _ => "other",
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn kinds() {
            let check = |of, expected: &str| assert_eq!(kind(of), expected);
            check(vk::PhysicalDeviceType::CPU, "cpu");
            check(vk::PhysicalDeviceType::DISCRETE_GPU, "discrete-gpu");
            check(vk::PhysicalDeviceType::OTHER, "other");
        }

        #[test]
        fn every_adapter_has_a_name_and_a_driver() {
            for adapter in adapters().unwrap_or_default() {
                assert!(!adapter.name.is_empty() && !adapter.driver.is_empty(), "{adapter:?}");
            }
        }
    }
}

#[cfg(target_os = "macos")]
mod metal {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use accel_bench_record::Adapter;
    use wgpu::{AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor};

    pub(super) fn adapters() -> Vec<Adapter> {
        let descriptor = InstanceDescriptor {
            backends: Backends::METAL,
            ..InstanceDescriptor::new_without_display_handle()
        };
        let instance = Instance::new(descriptor);
        // Outside a browser this never waits: one poll gives the answer.
        let enumerated = pin!(instance.enumerate_adapters(Backends::METAL));
        match enumerated.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(adapters) => adapters.iter().map(|adapter| describe(&adapter.get_info())).collect(),
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
}
