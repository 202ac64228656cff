//! NVIDIA GPUs: the driver's management library (NVML), loaded at run time.
//!
//! Bound by hand: the `nvml-wrapper` crate would add half a megabyte of declarations and eleven crates to every install of the
//! tool, for seven functions.
#![expect(unsafe_code, reason = "NVML is a C library that is loaded at run time")]

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

use accel_bench_record::MeterReading;

use super::Sensors;
use crate::library::Library;

type Status = c_int;
type Handle = *mut c_void;

/// `nvmlClockType_t`: the streaming multiprocessors'.
const CLOCK_SM: c_uint = 1;
/// `nvmlTemperatureSensors_t`: the die's.
const ON_DIE: c_uint = 0;
/// `nvmlClocksEventReason…`: power cap in software, slowdown in hardware, heat in software, heat in hardware, power brake.
const SLOWED_DOWN: c_ulonglong = 0x4 | 0x8 | 0x20 | 0x40 | 0x80;

/// No device takes more; a larger number is an error of the library's.
const MOST_WATTS: f64 = 10_000.0;

/// One GPU.
#[derive(Debug)]
pub(super) struct Nvml {
    functions: Functions,
    device: Device,
    /// Keeps the functions where they are.
    _library: Library,
    /// Millijoules: the counter at the last reading, and what it rose by since the first.
    last_energy: Option<u64>,
    energy: u64,
}

/// NVML may be called from any thread.
#[derive(Debug)]
struct Device(Handle);

// SAFETY: NVML's documentation: the API is thread-safe, and a device's handle is valid in the whole process.
unsafe impl Send for Device {}

type GetUint = unsafe extern "C" fn(Handle, *mut c_uint) -> Status;
type GetLong = unsafe extern "C" fn(Handle, *mut c_ulonglong) -> Status;
type GetUintOf = unsafe extern "C" fn(Handle, c_uint, *mut c_uint) -> Status;

#[derive(Debug)]
struct Functions {
    energy: Option<GetLong>,
    power: Option<GetUint>,
    clock: Option<GetUintOf>,
    temperature: Option<GetUintOf>,
    reasons: Option<GetLong>,
}

impl Nvml {
    /// The GPU of this index.
    pub(super) fn open(index: u32) -> Result<Self, String> {
        let library = Library::open(&["libnvidia-ml.so.1", "libnvidia-ml.so", "nvml.dll"])?;
        let init: unsafe extern "C" fn() -> Status = library.function("nvmlInit_v2")?;
        let get: unsafe extern "C" fn(c_uint, *mut Handle) -> Status =
            library.function("nvmlDeviceGetHandleByIndex_v2")?;
        let mut device = ptr::null_mut();
        // SAFETY: the declarations are those of nvml.h, here and below; what a call writes to lives until it returns.
        unsafe {
            ok(&library, "starting NVML", init())?;
            ok(&library, "asking NVML for the device", get(index, &raw mut device))?;
        }
        let functions = Functions {
            energy: library.function("nvmlDeviceGetTotalEnergyConsumption").ok(),
            power: library.function("nvmlDeviceGetPowerUsage").ok(),
            clock: library.function("nvmlDeviceGetClockInfo").ok(),
            temperature: library.function("nvmlDeviceGetTemperature").ok(),
            reasons: library.function("nvmlDeviceGetCurrentClocksThrottleReasons").ok(),
        };
        Ok(Self { functions, device: Device(device), _library: library, last_energy: None, energy: 0 })
    }

    fn uint(&self, get: Option<GetUint>) -> Option<f64> {
        let mut value = 0;
        // SAFETY: as above.
        (unsafe { get?(self.device.0, &raw mut value) } == 0).then_some(f64::from(value))
    }

    fn long(&self, get: Option<GetLong>) -> Option<u64> {
        let mut value = 0;
        // SAFETY: as above.
        (unsafe { get?(self.device.0, &raw mut value) } == 0).then_some(value)
    }

    fn uint_of(&self, get: Option<GetUintOf>, of: c_uint) -> Option<f64> {
        let mut value = 0;
        // SAFETY: as above.
        (unsafe { get?(self.device.0, of, &raw mut value) } == 0).then_some(f64::from(value))
    }

    /// Joules since the first reading; `None` where the counter fell: the driver was loaded again, or it is wrong.
    fn joules(&mut self) -> Option<f64> {
        let now = self.long(self.functions.energy)?;
        let rose = now.checked_sub(self.last_energy.replace(now).unwrap_or(now))?;
        self.energy += rose;
        Some(self.energy as f64 / 1e3)
    }
}

impl Sensors for Nvml {
    fn read(&mut self) -> MeterReading {
        MeterReading {
            energy_joules: self.joules(),
            power_watts: self
                .uint(self.functions.power)
                .map(|milli| milli / 1e3)
                .filter(|watts| *watts <= MOST_WATTS),
            clock_mhz: self.uint_of(self.functions.clock, CLOCK_SM),
            temperature_c: self.uint_of(self.functions.temperature, ON_DIE),
            is_throttled: self.long(self.functions.reasons).map(|reasons| reasons & SLOWED_DOWN != 0),
        }
    }
}

fn ok(library: &Library, doing: &str, status: Status) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    let named = library.function::<unsafe extern "C" fn(Status) -> *const c_char>("nvmlErrorString");
    // SAFETY: as above.
    let text = named.map_or(ptr::null(), |named| unsafe { named(status) });
    if text.is_null() {
        return Err(format!("{doing}: error {status}"));
    }
    // SAFETY: the library's texts are constants that end in zero.
    Err(format!("{doing}: {}", unsafe { CStr::from_ptr(text) }.to_string_lossy()))
}
