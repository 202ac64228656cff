//! Devices of CUDA and of ROCm: a kernel on each, through the vendor's driver library. Both have the same functions under
//! names of their own.
//!
//! Nothing is released: the process ends after its last device.
#![expect(unsafe_code, reason = "drivers are C libraries that are loaded at run time")]

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::time::Instant;

use super::device::{Device, State, check, inputs, twice_plus_one};
use crate::library::Library;

/// The differences between the two.
pub(super) struct Dialect {
    api: &'static str,
    libraries: &'static [&'static str],
    init: &'static str,
    count: &'static str,
    get: &'static str,
    name: &'static str,
    total: &'static str,
    version: &'static str,
    load: &'static str,
    function: &'static str,
    allocate: &'static str,
    to_device: &'static str,
    to_host: &'static str,
    launch: &'static str,
    synchronize: &'static str,
    /// Makes the device the current one of this thread.
    enter: fn(&Library, ordinal: c_int, device: c_int) -> Result<(), String>,
    /// The kernel in a form that the driver loads.
    code: fn() -> Result<Vec<u8>, String>,
    /// A driver's version as its number says it.
    version_of: fn(c_int) -> String,
    fault: fn(&Library, Status) -> String,
}

type Status = c_int;

pub(super) const CUDA: Dialect = Dialect {
    api: "cuda",
    libraries: &["libcuda.so.1", "libcuda.so", "nvcuda.dll"],
    init: "cuInit",
    count: "cuDeviceGetCount",
    get: "cuDeviceGet",
    name: "cuDeviceGetName",
    total: "cuDeviceTotalMem_v2",
    version: "cuDriverGetVersion",
    load: "cuModuleLoadData",
    function: "cuModuleGetFunction",
    allocate: "cuMemAlloc_v2",
    to_device: "cuMemcpyHtoD_v2",
    to_host: "cuMemcpyDtoH_v2",
    launch: "cuLaunchKernel",
    synchronize: "cuCtxSynchronize",
    enter: |library, _, device| {
        let create: unsafe extern "C" fn(*mut *mut c_void, c_uint, c_int) -> Status =
            library.function("cuCtxCreate_v2")?;
        let mut context = ptr::null_mut();
        // SAFETY: the declaration is that of cuda.h; the context lives as long as the process.
        succeeded(cuda_fault, library, "making a context", unsafe { create(&raw mut context, 0, device) })
    },
    code: || Ok([PTX.as_bytes(), &[0]].concat()),
    version_of: |number| format!("CUDA {}.{}", number / 1000, number % 1000 / 10),
    fault: cuda_fault,
};

pub(super) const ROCM: Dialect = Dialect {
    api: "rocm",
    libraries: &["libamdhip64.so", "libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5"],
    init: "hipInit",
    count: "hipGetDeviceCount",
    get: "hipDeviceGet",
    name: "hipDeviceGetName",
    total: "hipDeviceTotalMem",
    version: "hipDriverGetVersion",
    load: "hipModuleLoadData",
    function: "hipModuleGetFunction",
    allocate: "hipMalloc",
    to_device: "hipMemcpyHtoD",
    to_host: "hipMemcpyDtoH",
    launch: "hipModuleLaunchKernel",
    synchronize: "hipDeviceSynchronize",
    enter: |library, ordinal, _| {
        let set: unsafe extern "C" fn(c_int) -> Status = library.function("hipSetDevice")?;
        // SAFETY: the declaration is that of hip_runtime_api.h.
        succeeded(hip_fault, library, "choosing the device", unsafe { set(ordinal) })
    },
    code: compiled_by_hiprtc,
    version_of: |number| format!("HIP {}.{}", number / 10_000_000, number / 100_000 % 100),
    fault: hip_fault,
};

/// `2x + 1` for any NVIDIA device since Maxwell, compiled by the driver.
const PTX: &str = "\
.version 6.0
.target sm_50
.address_size 64
.visible .entry twice(.param .u64 values) {
    .reg .b32 %r<5>;
    .reg .b64 %a<4>;
    ld.param.u64 %a1, [values];
    cvta.to.global.u64 %a1, %a1;
    mov.u32 %r1, %ctaid.x;
    mov.u32 %r2, %ntid.x;
    mov.u32 %r3, %tid.x;
    mad.lo.u32 %r1, %r1, %r2, %r3;
    mul.wide.u32 %a2, %r1, 4;
    add.s64 %a3, %a1, %a2;
    ld.global.u32 %r4, [%a3];
    mad.lo.u32 %r4, %r4, 2, 1;
    st.global.u32 [%a3], %r4;
    ret;
}
";

/// The same for AMD's devices, compiled by its runtime compiler.
const HIP: &CStr = c"extern \"C\" __global__ void twice(unsigned* values) {
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    values[i] = 2 * values[i] + 1;
}
";

const THREADS: c_uint = 64;

/// Reports each device when it was found and again when its kernel ended. `Err` without a driver to ask.
pub(super) fn probe(dialect: &Dialect, report: &mut dyn FnMut(&Device)) -> Result<(), String> {
    let library = Library::open(dialect.libraries)?;
    let driver = Driver { dialect, library };
    let devices = match driver.devices() {
        Ok(devices) => devices,
        Err(reason) => {
            report(&Device { state: State::Unusable { reason }, ..Device::found(dialect.api, "") });
            return Ok(());
        }
    };
    devices.iter().for_each(|(_, device)| report(device));
    for (ordinal, device) in devices {
        report(&Device { state: State::of(driver.run(ordinal)), ..device });
    }
    Ok(())
}

struct Driver<'d> {
    dialect: &'d Dialect,
    library: Library,
}

impl Driver<'_> {
    fn ok(&self, doing: &str, status: Status) -> Result<(), String> {
        succeeded(self.dialect.fault, &self.library, doing, status)
    }

    fn devices(&self) -> Result<Vec<(c_int, Device)>, String> {
        let init: unsafe extern "C" fn(c_uint) -> Status = self.library.function(self.dialect.init)?;
        let count: unsafe extern "C" fn(*mut c_int) -> Status = self.library.function(self.dialect.count)?;
        let version: unsafe extern "C" fn(*mut c_int) -> Status =
            self.library.function(self.dialect.version)?;
        let (mut devices, mut driver) = (0, 0);
        // SAFETY: the declarations are those of cuda.h and hip_runtime_api.h, here and in every call below; what a call
        // writes to lives until it returns.
        unsafe {
            self.ok("starting the driver", init(0))?;
            self.ok("counting devices", count(&raw mut devices))?;
            self.ok("asking for its version", version(&raw mut driver))?;
        }
        let driver = (self.dialect.version_of)(driver);
        (0..devices).map(|ordinal| Ok((ordinal, self.device(ordinal, &driver)?))).collect()
    }

    fn device(&self, ordinal: c_int, driver: &str) -> Result<Device, String> {
        let name: unsafe extern "C" fn(*mut c_char, c_int, c_int) -> Status =
            self.library.function(self.dialect.name)?;
        let total: unsafe extern "C" fn(*mut usize, c_int) -> Status =
            self.library.function(self.dialect.total)?;
        let device = self.handle(ordinal)?;
        let (mut text, mut bytes) = ([0_u8; 256], 0_usize);
        // SAFETY: as above; the name is cut to the length that the call is given, one less than the buffer has.
        unsafe {
            self.ok("asking for a name", name(text.as_mut_ptr().cast(), 255, device))?;
            self.ok("asking for its memory", total(&raw mut bytes, device))?;
        }
        let name = CStr::from_bytes_until_nul(&text).unwrap_or_default().to_string_lossy();
        Ok(Device {
            driver: Some(driver.to_owned()),
            memory_bytes: Some(bytes as u64),
            ..Device::found(self.dialect.api, name)
        })
    }

    fn handle(&self, ordinal: c_int) -> Result<c_int, String> {
        let get: unsafe extern "C" fn(*mut c_int, c_int) -> Status =
            self.library.function(self.dialect.get)?;
        let mut device = 0;
        // SAFETY: as above.
        self.ok("asking for a device", unsafe { get(&raw mut device, ordinal) })?;
        Ok(device)
    }

    /// Milliseconds of a kernel whose result was right.
    fn run(&self, ordinal: c_int) -> Result<f64, String> {
        let start = Instant::now();
        (self.dialect.enter)(&self.library, ordinal, self.handle(ordinal)?)?;
        let kernel = self.kernel()?;
        let outputs = self.outputs(kernel)?;
        let took_ms = start.elapsed().as_secs_f64() * 1e3;
        check(&outputs, twice_plus_one).map(|()| took_ms)
    }

    fn kernel(&self) -> Result<*mut c_void, String> {
        type Find = unsafe extern "C" fn(*mut *mut c_void, *mut c_void, *const c_char) -> Status;
        let load: unsafe extern "C" fn(*mut *mut c_void, *const c_void) -> Status =
            self.library.function(self.dialect.load)?;
        let find: Find = self.library.function(self.dialect.function)?;
        let code = (self.dialect.code)()?;
        let (mut module, mut kernel) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: as above; the code is PTX with its final zero, or an object of the runtime compiler.
        unsafe {
            self.ok("loading the kernel", load(&raw mut module, code.as_ptr().cast()))?;
            self.ok("finding the kernel", find(&raw mut kernel, module, c"twice".as_ptr()))?;
        }
        Ok(kernel)
    }

    fn outputs(&self, kernel: *mut c_void) -> Result<Vec<u32>, String> {
        type Launch = unsafe extern "C" fn(
            *mut c_void,
            c_uint,
            c_uint,
            c_uint,
            c_uint,
            c_uint,
            c_uint,
            c_uint,
            *mut c_void,
            *mut *mut c_void,
            *mut *mut c_void,
        ) -> Status;
        let allocate: unsafe extern "C" fn(*mut u64, usize) -> Status =
            self.library.function(self.dialect.allocate)?;
        let to_device: unsafe extern "C" fn(u64, *const c_void, usize) -> Status =
            self.library.function(self.dialect.to_device)?;
        let to_host: unsafe extern "C" fn(*mut c_void, u64, usize) -> Status =
            self.library.function(self.dialect.to_host)?;
        let launch: Launch = self.library.function(self.dialect.launch)?;
        let synchronize: unsafe extern "C" fn() -> Status =
            self.library.function(self.dialect.synchronize)?;
        let mut values = inputs();
        let (bytes, groups) = (size_of_val(values.as_slice()), values.len() as c_uint / THREADS);
        let mut there = 0_u64;
        // SAFETY: as above; addresses of devices have 64 bits, copies are as long as the host's buffer and the device's, and
        // the one parameter is the address.
        unsafe {
            self.ok("allocating memory", allocate(&raw mut there, bytes))?;
            self.ok("copying to it", to_device(there, values.as_ptr().cast(), bytes))?;
            let mut parameters = [(&raw mut there).cast::<c_void>()];
            let null = ptr::null_mut();
            let launched = launch(
                kernel,
                groups,
                1,
                1,
                THREADS,
                1,
                1,
                0,
                null,
                parameters.as_mut_ptr(),
                ptr::null_mut(),
            );
            self.ok("launching the kernel", launched)?;
            self.ok("waiting for the kernel", synchronize())?;
            self.ok("copying from it", to_host(values.as_mut_ptr().cast(), there, bytes))?;
        }
        Ok(values)
    }
}

fn succeeded(
    fault: fn(&Library, Status) -> String,
    library: &Library,
    doing: &str,
    status: Status,
) -> Result<(), String> {
    if status == 0 { Ok(()) } else { Err(format!("{doing}: {}", fault(library, status))) }
}

fn cuda_fault(library: &Library, status: Status) -> String {
    type Named = unsafe extern "C" fn(Status, *mut *const c_char) -> Status;
    let mut name = ptr::null();
    if let Ok(named) = library.function::<Named>("cuGetErrorName") {
        // SAFETY: the declaration is that of cuda.h.
        unsafe { named(status, &raw mut name) };
    }
    said(name, status)
}

fn hip_fault(library: &Library, status: Status) -> String {
    type Named = unsafe extern "C" fn(Status) -> *const c_char;
    // SAFETY: the declaration is that of hip_runtime_api.h.
    let name =
        library.function::<Named>("hipGetErrorName").map_or(ptr::null(), |named| unsafe { named(status) });
    said(name, status)
}

fn said(name: *const c_char, status: Status) -> String {
    if name.is_null() {
        return format!("error {status}");
    }
    // SAFETY: drivers keep the names of their errors as constants that end in zero.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// An object for the device that is current.
fn compiled_by_hiprtc() -> Result<Vec<u8>, String> {
    type Create = unsafe extern "C" fn(
        *mut *mut c_void,
        *const c_char,
        *const c_char,
        c_int,
        *const *const c_char,
        *const *const c_char,
    ) -> Status;
    let library = Library::open(&["libhiprtc.so", "libhiprtc.so.7", "libhiprtc.so.6", "libamdhip64.so"])?;
    let create: Create = library.function("hiprtcCreateProgram")?;
    let compile: unsafe extern "C" fn(*mut c_void, c_int, *const *const c_char) -> Status =
        library.function("hiprtcCompileProgram")?;
    let size: unsafe extern "C" fn(*mut c_void, *mut usize) -> Status =
        library.function("hiprtcGetCodeSize")?;
    let get: unsafe extern "C" fn(*mut c_void, *mut c_char) -> Status = library.function("hiprtcGetCode")?;
    let ok = |doing: &str, status: Status| match status {
        0 => Ok(()),
        _ => Err(format!("{doing}: error {status} of hiprtc")),
    };
    let (mut program, mut bytes) = (ptr::null_mut(), 0);
    // SAFETY: the declarations are those of hiprtc.h; the buffer is as long as the compiler says.
    unsafe {
        let made = create(&raw mut program, HIP.as_ptr(), ptr::null(), 0, ptr::null(), ptr::null());
        ok("reading the kernel", made)?;
        ok("compiling the kernel", compile(program, 0, ptr::null()))?;
        ok("compiling the kernel", size(program, &raw mut bytes))?;
        let mut code = vec![0_u8; bytes];
        ok("compiling the kernel", get(program, code.as_mut_ptr().cast()))?;
        Ok(code)
    }
}
