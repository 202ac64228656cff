//! Energy, power, clock and temperature of the device that a backend works on, from what the vendor's driver or the kernel
//! counts. What cannot be read is absent, with its reason.

mod amdgpu;
mod nvml;
mod package;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use accel_bench_record::MeterReading;
use accel_bench_record::backends;

use crate::system_files::SystemFiles;

/// The variable that says which of several GPUs a process sees.
pub const VISIBLE_DEVICES: &str = "CUDA_VISIBLE_DEVICES";

/// The sensors of one device.
trait Sensors: fmt::Debug + Send {
    fn read(&mut self) -> MeterReading;
}

/// The sensors that a backend's work shows in.
#[derive(Debug)]
pub struct Meters {
    /// `rapl`, `nvml` or `hwmon`.
    source: &'static str,
    sensors: Mutex<Box<dyn Sensors>>,
}

impl Meters {
    fn new(source: &'static str, sensors: impl Sensors + 'static) -> Self {
        Self { source, sensors: Mutex::new(Box::new(sensors)) }
    }

    /// Where the values come from: `rapl`, `nvml` or `hwmon`.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    pub fn read(&self) -> MeterReading {
        // A reading that panicked left nothing behind but numbers.
        self.sensors.lock().unwrap_or_else(PoisonError::into_inner).read()
    }
}

/// The sensors of the device that `backend` works on, or why there are none. `visible` is `CUDA_VISIBLE_DEVICES`: of several
/// devices the first that the process sees is read.
///
/// # Errors
///
/// With the reason, for people.
pub fn meters(backend: &str, visible: Option<&str>) -> Result<Meters, String> {
    of_device(backend, visible, SystemFiles::of_this_machine())
}

fn of_device(backend: &str, visible: Option<&str>, files: SystemFiles) -> Result<Meters, String> {
    // A backend that is not known here computes on the CPU, as far as anyone knows.
    let shown_in = backends::meant_by(backend).map_or(backends::Sensors::Cpu, |backend| backend.sensors);
    let nvidia = || nvml::Nvml::open(first(visible)).map(|sensors| Meters::new("nvml", sensors));
    let amd = || amdgpu::Amdgpu::find(files.clone()).map(|sensors| Meters::new("hwmon", sensors));
    match shown_in {
        backends::Sensors::Cpu => package::Packages::find(files).map(|sensors| Meters::new("rapl", sensors)),
        backends::Sensors::Nvidia => nvidia(),
        backends::Sensors::Amd => amd(),
        backends::Sensors::Gpu => {
            amd().or_else(|of_amd| nvidia().map_err(|of_nvidia| format!("{of_amd}; {of_nvidia}")))
        }
        backends::Sensors::Apple => Err("Apple's counters need root and are not read".to_owned()),
        backends::Sensors::None => Err("nothing reads this device's energy".to_owned()),
    }
}

/// The first device of `CUDA_VISIBLE_DEVICES`, where it is a number.
fn first(visible: Option<&str>) -> u32 {
    visible.and_then(|list| list.split(',').next()?.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    #[test]
    fn visible_devices() {
        let check = |list: Option<&str>, expected: u32| assert_eq!(first(list), expected, "{list:?}");
        check(None, 0);
        check(Some("3,1"), 3);
        check(Some(" 2 "), 2);
        check(Some("GPU-8932f937"), 0);
        check(Some(""), 0);
    }

    #[test]
    fn each_backend_has_the_sensors_of_its_device() {
        let (_guard, files) = fake::machine(&[
            ("/sys/class/powercap/intel-rapl:0/name", "package-0"),
            ("/sys/class/powercap/intel-rapl:0/energy_uj", "5000000"),
            ("/sys/class/drm/card0/device/vendor", "0x1002"),
            ("/sys/class/drm/card0/device/hwmon/hwmon3/power1_average", "40000000"),
        ]);
        let source = |backend: &str| of_device(backend, None, files.clone()).map(|meters| meters.source());
        assert_eq!(source("ndarray"), Ok("rapl"));
        assert_eq!(source("host"), Ok("rapl"));
        assert_eq!(source("tch"), Ok("rapl"));
        assert_eq!(source("rocm"), Ok("hwmon"));
        assert_eq!(source("wgpu"), Ok("hwmon"));
        assert_eq!((source("ort-cpu"), source("ort-openvino")), (Ok("rapl"), Ok("rapl")));
        assert_eq!(source("ort-rocm"), Ok("hwmon"));
        assert_eq!((source("web-wasm"), source("web-webgpu")), (Ok("rapl"), Ok("hwmon")));
        assert!(source("ort-qnn").unwrap_err().contains("nothing reads"));
        assert!(source("metal").unwrap_err().contains("Apple"));
        let (_guard, bare) = fake::machine(&[]);
        let reason = |backend: &str| of_device(backend, None, bare.clone()).unwrap_err();
        assert!(reason("flex").contains("powercap"), "{}", reason("flex"));
        assert!(reason("vulkan").contains("no AMD GPU"), "{}", reason("vulkan"));
    }
}
