//! Copies of the family folder in `tests/data` that a test may spoil.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_workloads::parity::{Outcome, check_folder};
use accel_bench_workloads::{Backend, device_named};
use burn::tensor::Device;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

/// The folder of BERT as it was recorded.
pub(crate) fn recorded() -> PathBuf {
    family("encoder-only")
}

/// A family folder as it was recorded.
pub(crate) fn family(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub(crate) fn cpu() -> Device {
    device_named("ndarray").expect("the backend is built in")
}

/// What `parity` says of a folder on ndarray.
pub(crate) fn outcome(folder: &Path) -> Outcome {
    check_folder(folder, Backend::named("ndarray").expect("there is such a backend"), &cpu())
}

/// Holds what `parity` says of a folder, which it calls `DIR`, to an end.
#[track_caller]
pub(crate) fn check(folder: &Folder, expected: &str) {
    let line = outcome(folder.path()).to_string();
    let line = line.replace(&folder.path().display().to_string(), "DIR");
    assert!(line.ends_with(expected), "{line}");
}

/// Holds to `expected` what is said of the recorded configuration of a family with another text in it.
#[track_caller]
pub(crate) fn check_config(family: &str, [from, to]: [&str; 2], expected: &str) {
    let folder = Folder::of(family).config(from, to);
    check(&folder, &format!("FAILED (`DIR/config.json` is not a usable configuration: {expected})"));
}

/// A tensor as a file holds it.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) type Tensors = BTreeMap<String, Stored>;

/// A copy of the family folder in a temporary folder.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A copy of the folder of BERT.
    pub(crate) fn copy() -> Self {
        Self::of("encoder-only")
    }

    /// A copy of a family folder.
    pub(crate) fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for file in ["config.json", "model.safetensors", "inputs.safetensors", "expected.safetensors"] {
            fs::copy(family(name).join(file), folder.path().join(file)).expect("the folder can be copied");
        }
        Self(folder)
    }

    /// A copy with other tensors in `model.safetensors`.
    pub(crate) fn with_tensors(change: impl FnOnce(&mut Tensors)) -> Self {
        Self::copy().tensors(change)
    }

    /// A copy with another text in `config.json`.
    pub(crate) fn with_config(from: &str, to: &str) -> Self {
        Self::copy().config(from, to)
    }

    /// A copy with other bytes in `model.safetensors`.
    pub(crate) fn with_bytes(change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let folder = Self::copy();
        let mut bytes = fs::read(folder.file("model.safetensors")).expect("the model can be read");
        change(&mut bytes);
        fs::write(folder.file("model.safetensors"), bytes).expect("it can be written");
        folder
    }

    /// Changes the tensors in `model.safetensors`.
    pub(crate) fn tensors(self, change: impl FnOnce(&mut Tensors)) -> Self {
        let mut tensors = read(&self.file("model.safetensors"));
        change(&mut tensors);
        write(&self.file("model.safetensors"), &tensors);
        self
    }

    /// Changes a text in `config.json`.
    pub(crate) fn config(self, from: &str, to: &str) -> Self {
        let config = fs::read_to_string(self.file("config.json")).expect("the configuration can be read");
        assert!(config.contains(from), "{config}");
        fs::write(self.file("config.json"), config.replace(from, to)).expect("it can be written");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

pub(crate) fn read(path: &Path) -> Tensors {
    let bytes = fs::read(path).expect("the file can be read");
    let file = SafeTensors::deserialize(&bytes).expect("the file is sound");
    let stored = |view: TensorView<'_>| Stored {
        dtype: view.dtype(),
        shape: view.shape().to_vec(),
        bytes: view.data().to_vec(),
    };
    file.iter().map(|(name, view)| (name.to_owned(), stored(view))).collect()
}

pub(crate) fn write(path: &Path, tensors: &Tensors) {
    let views = tensors.iter().map(|(name, t)| {
        let view = TensorView::new(t.dtype, t.shape.clone(), &t.bytes).expect("the bytes fit the shape");
        (name.as_str(), view)
    });
    safetensors::serialize_to_file(views, None, path).expect("the file can be written");
}
