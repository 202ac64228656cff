//! Backends of Qualcomm's QNN, through its libraries. What they say of themselves is reported; a graph is not run on them.
#![expect(unsafe_code, reason = "QNN's backends are C libraries that are loaded at run time")]

use std::ffi::{CStr, c_char, c_uint};
use std::ptr;

use super::device::{Device, State};
use crate::library::Library;

/// The processor that each library is for.
const BACKENDS: [(&str, &str); 3] =
    [("libQnnCpu.so", "cpu"), ("libQnnGpu.so", "gpu"), ("libQnnHtp.so", "npu (Hexagon)")];

/// The head of `QnnInterface_t`, as QnnInterface.h declares it.
#[repr(C)]
struct Interface {
    backend: c_uint,
    provider: *const c_char,
    core: [c_uint; 3],
    own: [c_uint; 3],
}

/// `Err` where none of the libraries is found.
pub(super) fn probe(report: &mut dyn FnMut(&Device)) -> Result<(), String> {
    let mut first_error = None;
    let mut found = false;
    for (library, kind) in BACKENDS {
        match Library::open(&[library]) {
            Ok(loaded) => {
                found = true;
                report(&device(&loaded, library, kind));
            }
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if found { Ok(()) } else { Err(first_error.unwrap_or_default()) }
}

fn device(library: &Library, name: &str, kind: &str) -> Device {
    let device = Device { kind: Some(kind.to_owned()), ..Device::found("qnn", name) };
    match provider(library) {
        Ok(driver) => {
            let reason = "its library answers; running a graph on it is not implemented".to_owned();
            Device { driver: Some(driver), state: State::Unproven { reason }, ..device }
        }
        Err(reason) => Device { state: State::Unusable { reason }, ..device },
    }
}

/// The first provider's name and version.
fn provider(library: &Library) -> Result<String, String> {
    type Get = unsafe extern "C" fn(*mut *const *const Interface, *mut c_uint) -> u64;
    let get: Get = library.function("QnnInterface_getProviders")?;
    let (mut list, mut count) = (ptr::null(), 0);
    // SAFETY: the declaration is that of QnnInterface.h; both pointers are to values that live until it returns.
    let status = unsafe { get(&raw mut list, &raw mut count) };
    if status != 0 || count == 0 || list.is_null() {
        return Err(format!("it lists no provider (status {status})"));
    }
    // SAFETY: the library fills the list with `count` interfaces that live as long as it is loaded.
    let first = unsafe { (*list).as_ref() }.ok_or("its first provider is a null pointer")?;
    let name = if first.provider.is_null() {
        "QNN".into()
    } else {
        // SAFETY: the name is a constant of the library that ends in zero.
        unsafe { CStr::from_ptr(first.provider) }.to_string_lossy()
    };
    let [major, minor, patch] = first.own;
    Ok(format!("{name} {major}.{minor}.{patch}, backend {}", first.backend))
}
