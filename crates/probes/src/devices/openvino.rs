//! Devices of OpenVINO: a small model on each, through its C library.
//!
//! Bound by hand: the `openvino` crate builds a logger and regular expressions into every install of the tool.
#![expect(unsafe_code, reason = "OpenVINO is a C library that is loaded at run time")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::time::Instant;

use super::device::{Device, State, check, inputs};
use crate::library::Library;

type Status = c_int;
type Object = *mut c_void;

/// `x + x` over 256 numbers.
const MODEL: &str = r#"<?xml version="1.0"?>
<net name="probe" version="11"><layers>
<layer id="0" name="x" type="Parameter" version="opset1"><data element_type="f32" shape="256"/>
<output><port id="0" precision="FP32"><dim>256</dim></port></output></layer>
<layer id="1" name="twice" type="Add" version="opset1"><data auto_broadcast="numpy"/>
<input><port id="0" precision="FP32"><dim>256</dim></port><port id="1" precision="FP32"><dim>256</dim></port></input>
<output><port id="2" precision="FP32"><dim>256</dim></port></output></layer>
<layer id="2" name="y" type="Result" version="opset1">
<input><port id="0" precision="FP32"><dim>256</dim></port></input></layer>
</layers><edges>
<edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
<edge from-layer="0" from-port="0" to-layer="1" to-port="1"/>
<edge from-layer="1" from-port="2" to-layer="2" to-port="0"/>
</edges></net>"#;

/// Reports each device when it was found and again when its model ended. The library is looked for where the dynamic linker
/// does, then in `folders`, then in the `package` that Python finds. `Err` where there is none.
pub(super) fn probe(
    folders: &[PathBuf],
    package: &dyn Fn() -> Option<PathBuf>,
    report: &mut dyn FnMut(&Device),
) -> Result<(), String> {
    let runtime = Runtime::load(open(folders, package)?)?;
    let devices = runtime.devices()?;
    devices.iter().for_each(&mut *report);
    for device in devices {
        let state = State::of(runtime.run(&device.name));
        report(&Device { state, ..device });
    }
    Ok(())
}

fn open(folders: &[PathBuf], package: &dyn Fn() -> Option<PathBuf>) -> Result<Library, String> {
    let mut names = vec![PathBuf::from("libopenvino_c.so"), PathBuf::from("openvino_c.dll")];
    names.extend(folders.iter().filter_map(|folder| in_folder(folder)));
    Library::open(&names).or_else(|error| {
        let library = package().and_then(|folder| in_folder(&folder.join("libs"))).ok_or(error)?;
        Library::open(&[library])
    })
}

struct Runtime {
    library: Library,
    core: Object,
    version: String,
}

#[repr(C)]
struct Version {
    build_number: *const c_char,
    description: *const c_char,
}

#[repr(C)]
struct Devices {
    names: *mut *mut c_char,
    count: usize,
}

impl Runtime {
    fn load(library: Library) -> Result<Self, String> {
        let get: unsafe extern "C" fn(*mut Version) -> Status =
            library.function("ov_get_openvino_version")?;
        let create: unsafe extern "C" fn(*mut Object) -> Status = library.function("ov_core_create")?;
        let (mut version, mut core) =
            (Version { build_number: ptr::null(), description: ptr::null() }, ptr::null_mut());
        // SAFETY: the declarations are those of openvino/c/ov_core.h, here and in every call below; what a call writes to
        // lives until it returns.
        unsafe {
            ok(&library, "asking for its version", get(&raw mut version))?;
            ok(&library, "starting OpenVINO", create(&raw mut core))?;
        }
        let version = format!("OpenVINO {}", text(version.build_number));
        Ok(Self { library, core, version })
    }

    fn devices(&self) -> Result<Vec<Device>, String> {
        let get: unsafe extern "C" fn(Object, *mut Devices) -> Status =
            self.library.function("ov_core_get_available_devices")?;
        let mut devices = Devices { names: ptr::null_mut(), count: 0 };
        // SAFETY: as above.
        ok(&self.library, "listing devices", unsafe { get(self.core, &raw mut devices) })?;
        // SAFETY: the library fills the array with that many strings.
        let names = (0..devices.count).map(|at| text(unsafe { *devices.names.add(at) }));
        Ok(names.map(|name| self.device(name)).collect())
    }

    fn device(&self, name: String) -> Device {
        let full = self.property(&name, c"FULL_DEVICE_NAME").unwrap_or_default();
        Device {
            kind: Some(full).filter(|full| !full.is_empty()),
            driver: Some(self.version.clone()),
            ..Device::found("openvino", name)
        }
    }

    fn property(&self, device: &str, key: &CStr) -> Result<String, String> {
        type Get = unsafe extern "C" fn(Object, *const c_char, *const c_char, *mut *mut c_char) -> Status;
        let get: Get = self.library.function("ov_core_get_property")?;
        let device = CString::new(device).map_err(|error| error.to_string())?;
        let mut value = ptr::null_mut();
        // SAFETY: as above.
        ok(&self.library, "asking a device", unsafe {
            get(self.core, device.as_ptr(), key.as_ptr(), &raw mut value)
        })?;
        Ok(text(value))
    }

    /// Milliseconds of a model whose result was right.
    fn run(&self, device: &str) -> Result<f64, String> {
        let start = Instant::now();
        let request = self.request(device)?;
        let values = inputs();
        let infer: unsafe extern "C" fn(Object) -> Status =
            self.library.function("ov_infer_request_infer")?;
        let data = self.data(request, "ov_infer_request_get_input_tensor")?;
        values.iter().enumerate().for_each(|(at, value)| {
            // SAFETY: the tensor is the model's: that many numbers of 32 bits.
            unsafe { data.add(at).write(*value as f32) }
        });
        // SAFETY: as above.
        ok(&self.library, "running the model", unsafe { infer(request) })?;
        let data = self.data(request, "ov_infer_request_get_output_tensor")?;
        // SAFETY: as for the input.
        let outputs = (0..values.len()).map(|at| unsafe { data.add(at).read() });
        let outputs: Vec<u32> = outputs.map(|output| output as u32).collect();
        let took_ms = start.elapsed().as_secs_f64() * 1e3;
        check(&outputs, |x| 2 * x).map(|()| took_ms)
    }

    fn request(&self, device: &str) -> Result<Object, String> {
        type Read = unsafe extern "C" fn(Object, *const c_char, usize, Object, *mut Object) -> Status;
        type Compile = unsafe extern "C" fn(Object, Object, *const c_char, usize, *mut Object, ...) -> Status;
        let read: Read = self.library.function("ov_core_read_model_from_memory_buffer")?;
        let compile: Compile = self.library.function("ov_core_compile_model")?;
        let create: unsafe extern "C" fn(Object, *mut Object) -> Status =
            self.library.function("ov_compiled_model_create_infer_request")?;
        let device = CString::new(device).map_err(|error| error.to_string())?;
        let (mut model, mut compiled, mut request) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: as above; a model without weights has none.
        unsafe {
            let status = read(self.core, MODEL.as_ptr().cast(), MODEL.len(), ptr::null_mut(), &raw mut model);
            ok(&self.library, "reading the model", status)?;
            let status = compile(self.core, model, device.as_ptr(), 0, &raw mut compiled);
            ok(&self.library, "compiling the model", status)?;
            ok(&self.library, "making a request", create(compiled, &raw mut request))?;
        }
        Ok(request)
    }

    fn data(&self, request: Object, tensor_of: &str) -> Result<*mut f32, String> {
        let get: unsafe extern "C" fn(Object, *mut Object) -> Status = self.library.function(tensor_of)?;
        let data: unsafe extern "C" fn(Object, *mut Object) -> Status =
            self.library.function("ov_tensor_data")?;
        let (mut tensor, mut numbers) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: as above.
        unsafe {
            ok(&self.library, "asking for a tensor", get(request, &raw mut tensor))?;
            ok(&self.library, "asking for its numbers", data(tensor, &raw mut numbers))?;
        }
        Ok(numbers.cast())
    }
}

fn ok(library: &Library, doing: &str, status: Status) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    let last = library.function::<unsafe extern "C" fn() -> *const c_char>("ov_get_last_err_msg");
    // SAFETY: the declaration is that of openvino/c/ov_common.h.
    let why = last.map(|last| text(unsafe { last() })).unwrap_or_default();
    let why =
        why.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason given").to_owned();
    Err(format!("{doing}: {why} (status {status})"))
}

/// The text of a C string that the library keeps.
fn text(from: *const c_char) -> String {
    if from.is_null() {
        return String::new();
    }
    // SAFETY: the library's strings end in zero and are not released by this process.
    unsafe { CStr::from_ptr(from) }.to_string_lossy().into_owned()
}

/// The C library in `folder`, whatever version its name ends in: wheels have no name without one.
fn in_folder(folder: &Path) -> Option<PathBuf> {
    let names = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| {
            name.starts_with("libopenvino_c.so") || name.starts_with("libopenvino_c.dylib")
        })
    };
    names.filter(is_it).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_has_a_version_in_the_name() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(in_folder(dir.path()), None);
        for name in ["libopenvino.so.2500", "libopenvino_c.so.2500", "libopenvino_c.so.2641"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(in_folder(dir.path()), Some(dir.path().join("libopenvino_c.so.2641")));
        let error = probe(&[dir.path().into()], &|| None, &mut |_| ()).unwrap_err();
        assert!(error.contains("libopenvino_c.so"), "{error}");
    }
}
