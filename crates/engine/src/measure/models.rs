//! Models that are named by their folder, or by their file in the case of ONNX: where each one is, and whether a benchmark can load
//! it from there.
//!
//! A case is called by the path as it is written, so that it is the same case in each checkout and on each machine; its
//! benchmark is given the whole path.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use accel_bench_record::ParamValue;

use super::Sources;
use crate::error::{Error, Result};
use crate::manifest::{MODEL, called};
use crate::plan::{Listing, Scope, Selection, Unit};

/// Where the models are that are named by their folder.
#[derive(Debug, Default)]
pub(super) struct Models {
    /// By what they are called.
    folders: BTreeMap<String, PathBuf>,
    /// Values that are neither clearly a path nor a folder that is there: a benchmark may register such a name.
    doubtful: Vec<(ParamValue, Fault)>,
}

/// Finds the models that the command line names, and calls them as the file would.
///
/// A value with a separator is a path, relative to where the user is, unless it is the name of a model: those of hubs
/// have separators too.
pub(super) fn of_arguments(
    cwd: &Path,
    sources: &Sources,
    selection: &Selection,
) -> Result<(Selection, Models)> {
    let (mut selection, mut models) = (selection.clone(), Models::default());
    let Some(values) = selection.params.get_mut(MODEL) else { return Ok((selection, models)) };
    for value in values.iter_mut() {
        let ParamValue::Text(written) = value else { continue };
        if !written.contains(std::path::is_separator) {
            continue;
        }
        let path = flat(&cwd.join(&*written));
        if let Some(fault) = fault(written, &path) {
            if path.exists() || written.starts_with('.') || Path::new(&*written).is_absolute() {
                return Err(fault.into_usage());
            }
            models.doubtful.push((value.clone(), fault));
            continue;
        }
        let inside = path.strip_prefix(sources.home()).ok().and_then(Path::to_str);
        let name = inside.map_or_else(|| called(written), str::to_owned);
        models.folders.insert(name.clone(), path);
        *value = name.into();
    }
    // Two ways to write one path are one model.
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_string()));
    Ok((selection, models))
}

impl Models {
    /// Adds those that the file names and the selection may run.
    pub(super) fn add_of_file(&mut self, sources: &Sources, scope: &Scope<'_>) -> Result<()> {
        for folder in scope.folders() {
            let path = flat(&sources.home().join(&folder.name));
            // A folder that an earlier revision names may be gone by now; its case then fails.
            if let Some(fault) = fault(&folder.name, &path).filter(|_| sources.is_at_home()) {
                let Fault { what, label, next } = fault.clone();
                let drawn = sources.manifest.problem_of_folder(folder, what, label, next);
                return Err(drawn.map_or_else(|| fault.into_usage(), Error::from));
            }
            self.folders.insert(folder.name.clone(), path);
        }
        Ok(())
    }

    /// Fails when a value of the command line is not a benchmark's model, nor a folder.
    pub(super) fn check(&mut self, listings: &[Listing]) -> Result<()> {
        let is_registered = |value: &ParamValue| {
            let mut benchmarks = listings.iter().flat_map(|listing| &listing.benchmarks);
            benchmarks.any(|info| info.params.get(MODEL).is_some_and(|models| models.contains(value)))
        };
        let stranger = self.doubtful.iter().position(|(value, _)| !is_registered(value));
        stranger.map_or(Ok(()), |at| Err(self.doubtful.swap_remove(at).1.into_usage()))
    }

    /// Lets the cases know where their models are.
    pub(super) fn place(&self, units: &mut [Unit]) {
        for case in units.iter_mut().flat_map(|unit| &mut unit.cases) {
            let model = case.id.params.get(MODEL).map(ToString::to_string);
            case.model_folder = model.and_then(|model| self.folders.get(&model).cloned());
        }
    }
}

/// Why a folder cannot be a model's.
#[derive(Clone, Debug)]
struct Fault {
    what: String,
    /// The label at the place in the file.
    label: &'static str,
    next: String,
}

impl Fault {
    fn into_usage(self) -> Error {
        Error::usage(self.what, self.next)
    }
}

fn fault(name: &str, path: &Path) -> Option<Fault> {
    let shown = path.display();
    let fetch = format!("`hf download ORG/NAME --local-dir {shown}` fetches a model");
    if !path.exists() {
        let what = format!("the folder of the model `{name}` does not exist");
        return Some(Fault { what, label: "not there", next: format!("looked for `{shown}`; {fetch}") });
    }
    if path.extension().is_some_and(|end| end == "onnx") && path.is_file() {
        return None;
    }
    if !path.is_dir() {
        let what = format!("the model `{name}` is not a folder");
        let next = format!(
            "name the folder that holds `config.json`, or a file that ends in `.onnx`, not `{shown}`"
        );
        return Some(Fault { what, label: "a file", next });
    }
    (!path.join("config.json").is_file()).then(|| Fault {
        what: format!("the folder of the model `{name}` has no `config.json`"),
        label: "no model",
        next: format!("looked into `{shown}`; every Hugging Face model has one: {fetch}"),
    })
}

/// An absolute path without `.` and `..`, whether it exists or not.
fn flat(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(flat.pop()),
            part => flat.push(part),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_flat() {
        let check =
            |path: &str, expected: &str| assert_eq!(flat(Path::new(path)), Path::new(expected), "{path}");
        check("/a/./b/../c", "/a/c");
        check("/a/b/", "/a/b");
        check("/../a", "/a");
    }

    #[test]
    fn what_a_folder_lacks() {
        let dir = tempfile::tempdir().expect("a folder");
        let check = |path: &Path, expected: Option<&str>| {
            assert_eq!(fault("m", path).map(|fault| fault.what).as_deref(), expected);
        };
        check(&dir.path().join("m"), Some("the folder of the model `m` does not exist"));
        check(dir.path(), Some("the folder of the model `m` has no `config.json`"));
        let config = dir.path().join("config.json");
        std::fs::write(&config, "{}").expect("a file");
        check(dir.path(), None);
        check(&config, Some("the model `m` is not a folder"));
    }

    /// Checks the fault of the folder `name` in a tree that holds a model, an empty folder and two files.
    #[track_caller]
    fn check_fault(name: &str, expected: Option<(&str, &str)>) {
        let tree = tempfile::tempdir().expect("a folder");
        for folder in ["whole", "empty"] {
            std::fs::create_dir(tree.path().join(folder)).expect("a folder");
        }
        for file in ["whole/config.json", "weights.bin", "model.onnx"] {
            std::fs::write(tree.path().join(file), "{}").expect("a file");
        }
        let found = fault(name, &tree.path().join(name));
        assert_eq!(found.as_ref().map(|fault| (fault.what.as_str(), fault.label)), expected);
        assert!(found.is_none_or(|fault| fault.next.contains(name)), "the next step names the place");
    }

    #[test]
    fn what_is_no_model() {
        check_fault("whole", None);
        check_fault("gone", Some(("the folder of the model `gone` does not exist", "not there")));
        check_fault("model.onnx", None);
        check_fault("weights.bin", Some(("the model `weights.bin` is not a folder", "a file")));
        check_fault("empty", Some(("the folder of the model `empty` has no `config.json`", "no model")));
    }
}
