//! A first `bench.toml` and bench target.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Host;
use crate::cargo::Workspace;
use crate::error::{Error, Result};
use crate::manifest::{self, Entry, HarnessSource};
use crate::plan::Harness;

/// The name of the first bench target.
const TARGET: &str = "accel";

/// The options of a first `bench.toml`.
#[derive(Clone, Debug)]
pub struct InitRequest {
    /// The package that gets a first bench target; by default that of the current folder, if there is no bench yet.
    pub package: Option<String>,
    /// Where the package takes the harness from.
    pub harness: HarnessSource,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Created(PathBuf),
    Edited(PathBuf),
}

/// Registers the bench targets of the workspace around the current folder; where there is none, or a package is named,
/// writes a first one. Nothing that exists is overwritten.
///
/// # Errors
///
/// When there is a `bench.toml`, the package is not clear, or a file cannot be written.
pub fn init(host: &Host, request: &InitRequest) -> Result<Vec<Change>> {
    let workspace = Workspace::load(&host.cargo(), &host.cwd)?;
    let manifest = workspace.root.join("bench.toml");
    if manifest.exists() {
        return Err(Error::usage(
            format!("`{}` exists", manifest.display()),
            "`cargo accel-bench` runs it; `cargo accel-bench schema` says what is allowed in it",
        ));
    }
    let (mut entries, mut changes) = (Vec::new(), Vec::new());
    for target in workspace.bench_targets().iter().filter(|target| target.harness.is_some()) {
        let harness = target.harness.unwrap_or_default();
        let package = (workspace.packages.len() > 1).then(|| target.package.clone());
        entries.push(Entry { target: target.target.clone(), package, harness });
    }
    // Benches that exist are enough to begin with; whoever names a package wants a new one.
    if entries.is_empty() || request.package.is_some() {
        entries.push(first_target(host, &workspace, request, &mut changes)?);
    }
    create(&manifest, &manifest::bench_toml(&entries))?;
    changes.push(Change::Created(manifest));
    Ok(changes)
}

/// Adds a bench target to the package at hand.
fn first_target(
    host: &Host,
    workspace: &Workspace,
    request: &InitRequest,
    changes: &mut Vec<Change>,
) -> Result<Entry> {
    let of_folder = || {
        workspace
            .packages
            .iter()
            .filter(|package| host.cwd.starts_with(&package.root))
            .max_by_key(|package| package.root.components().count())
    };
    let package = match &request.package {
        Some(name) => workspace.packages.iter().find(|package| package.name == *name),
        None => of_folder().or_else(|| workspace.packages.first().filter(|_| workspace.packages.len() == 1)),
    };
    let Some(package) = package else {
        let names =
            workspace.packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(
            "which package gets the bench target?",
            format!("`--package` one of: {names}"),
        ));
    };
    let text = fs::read_to_string(&package.manifest).map_err(|source| Error::Io {
        act: "read",
        path: package.manifest.clone(),
        source,
    })?;
    let edited = manifest::add_bench(&text, TARGET, &request.harness)?;
    let bench = package.root.join("benches").join(format!("{TARGET}.rs"));
    if !bench.exists() {
        create(&bench, manifest::first_bench())?;
        changes.push(Change::Created(bench));
    }
    if edited != text {
        let written = tempfile::NamedTempFile::new_in(&package.root)
            .and_then(|mut file| file.write_all(edited.as_bytes()).map(|()| file))
            .and_then(|file| {
                fs::set_permissions(file.path(), fs::metadata(&package.manifest)?.permissions())
                    .map(|()| file)
            })
            .and_then(|file| file.persist(&package.manifest).map_err(|error| error.error));
        written.map_err(|source| Error::Io { act: "write", path: package.manifest.clone(), source })?;
        changes.push(Change::Edited(package.manifest.clone()));
    }
    let shown = (workspace.packages.len() > 1).then(|| package.name.clone());
    Ok(Entry { target: TARGET.to_owned(), package: shown, harness: Harness::AccelBench })
}

fn create(path: &Path, text: &str) -> Result<()> {
    let fault = |source| Error::Io { act: "create", path: path.to_path_buf(), source };
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(fault)?;
    fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(fault)
}
