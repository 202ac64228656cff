//! Where libtorch's libraries are, as its build script looks for them.
//!
//! The executables that it builds know them by name only: they must be started with the folder in the library path.

use std::path::{Path, PathBuf};

use accel_bench_record::backends::{self, Needs};

use super::python::{interpreter, package_folder};

/// The settings of the user's environment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LibtorchWish<'a> {
    /// `LIBTORCH`
    pub folder: Option<&'a Path>,
    /// Whether `LIBTORCH_USE_PYTORCH` is set; it goes before the folder.
    pub use_pytorch: bool,
    /// Whether `VIRTUAL_ENV` is set.
    pub virtual_env: bool,
}

impl LibtorchWish<'_> {
    /// The folder of its shared libraries, whether these are there or not. May start Python.
    pub(crate) fn libraries(&self) -> Option<PathBuf> {
        if self.use_pytorch {
            return package_folder(self.python(), "torch").map(|folder| folder.join("lib"));
        }
        self.folder.map(|folder| folder.join("lib"))
    }

    /// The interpreter that the build script asks.
    pub(super) fn python(&self) -> &'static str {
        interpreter(self.virtual_env)
    }
}

/// Where the shared libraries of a backend are, if its processes have to be given the folder; `var` answers for
/// environment variables. May start Python.
pub fn library_folder<'v>(backend: &str, var: &dyn Fn(&str) -> Option<&'v str>) -> Option<PathBuf> {
    if !matches!(backends::find(backend)?.needs, Needs::Libtorch | Needs::LibtorchWithCuda) {
        return None;
    }
    let wish = LibtorchWish {
        folder: var("LIBTORCH").map(Path::new),
        use_pytorch: var("LIBTORCH_USE_PYTORCH").is_some(),
        virtual_env: var("VIRTUAL_ENV").is_some(),
    };
    wish.libraries()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_its_libraries_in_lib() {
        let wish = LibtorchWish { folder: Some(Path::new("/opt/lt")), ..LibtorchWish::default() };
        assert_eq!(wish.libraries().as_deref(), Some(Path::new("/opt/lt/lib")));
        assert_eq!(LibtorchWish::default().libraries(), None);
    }
}
