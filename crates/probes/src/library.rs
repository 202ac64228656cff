//! A C library that is loaded at run time, and its functions.
//!
//! Loading one runs its code, so this is used only in a process that does nothing else.

use std::path::Path;

use libloading::Library as Loaded;

/// A library and the name that it was found by.
#[derive(Debug)]
pub(crate) struct Library {
    loaded: Loaded,
    name: String,
}

impl Library {
    /// Loads the first of `names` that the dynamic linker finds; an error names the first.
    #[expect(unsafe_code, reason = "a driver is a C library that is loaded at run time")]
    pub(crate) fn open<N: AsRef<Path>>(names: &[N]) -> Result<Self, String> {
        let mut first_error = None;
        for name in names {
            // SAFETY: its initialisers run, as those of any driver; a process that does nothing else bears what they do.
            match unsafe { Loaded::new(name.as_ref()) } {
                Ok(loaded) => return Ok(Self { loaded, name: name.as_ref().display().to_string() }),
                Err(error) => first_error = first_error.or(Some(error.to_string())),
            }
        }
        Err(first_error.unwrap_or_else(|| "no name of the library is known".to_owned()))
    }

    /// The function `name`.
    ///
    /// `F` must be its type as the library's header declares it; that is what calling it relies on.
    #[expect(unsafe_code, reason = "a driver is a C library that is loaded at run time")]
    pub(crate) fn function<F: Copy>(&self, name: &str) -> Result<F, String> {
        // SAFETY: callers give the type of the header. The pointer is used while the library is loaded: it is never closed
        // before the process, or the value that holds it, ends.
        unsafe { self.loaded.get::<F>(name.as_bytes()) }
            .map(|symbol| *symbol)
            .map_err(|_| format!("`{}` has no function `{name}`", self.name))
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_functions_that_are_not_there() {
        let error = Library::open(&["libnothing-of-the-kind.so.1"]).unwrap_err();
        assert!(error.contains("libnothing-of-the-kind.so.1"), "{error}");
        let libc = Library::open(&["libnothing-of-the-kind.so.1", "libc.so.6"]).unwrap();
        assert!(libc.function::<extern "C" fn() -> i32>("getpid").is_ok());
        let error = libc.function::<extern "C" fn() -> i32>("get_nothing").unwrap_err();
        assert_eq!(error, "`libc.so.6` has no function `get_nothing`");
        assert!(Library::open::<&str>(&[]).is_err());
    }
}
