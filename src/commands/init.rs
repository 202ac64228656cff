//! `init`: a first bench.toml and bench target that run as they stand.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::cargo::Workspace;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::manifest::{self, Entry, HarnessSource};
use crate::plan::Harness;

/// The name of the first bench target.
const TARGET: &str = "accel";

/// Arguments of `init`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Nothing that exists is overwritten. Criterion benches that are there are registered as they are."
)]
pub(crate) struct Args {
    /// The package that gets a first bench target [default: the one of this folder, if there is no bench yet]
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
    /// Take the harness from this folder [default: the clone that the tool was installed from, else the registry]
    #[arg(long, value_name = "DIR")]
    harness_path: Option<String>,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let workspace = Workspace::load(&cx.cargo(), cx.cwd())?;
    let manifest = workspace.root.join("bench.toml");
    if manifest.exists() {
        return Err(Error::usage(
            format!("`{}` exists", manifest.display()),
            "`cargo accel-bench` runs it; `cargo accel-bench schema` says what can stand in it",
        ));
    }
    let mut entries = Vec::new();
    for target in workspace.bench_targets().iter().filter(|target| target.harness.is_some()) {
        let harness = target.harness.unwrap_or_default();
        let package = (workspace.packages.len() > 1).then(|| target.package.clone());
        entries.push(Entry { target: target.target.clone(), package, harness });
    }
    // Benches that exist are enough to begin with; whoever names a package wants a new one.
    if entries.is_empty() || args.package.is_some() {
        entries.push(first_target(cx, &workspace, &args)?);
    }
    create(&manifest, &manifest::bench_toml(&entries))?;
    cx.shell.status("Created", manifest.display());
    cx.shell.note("Next", "`cargo accel-bench` measures, stores and shows");
    Ok(Exit::Fine)
}

/// Adds a bench target to the package at hand.
fn first_target(cx: &mut Context, workspace: &Workspace, args: &Args) -> Result<Entry> {
    let of_folder = || {
        workspace
            .packages
            .iter()
            .filter(|package| cx.cwd().starts_with(&package.root))
            .max_by_key(|package| package.root.components().count())
    };
    let package = match &args.package {
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
    let source = harness_source(cx, args);
    let text = fs::read_to_string(&package.manifest).map_err(|source| Error::Io {
        act: "read",
        path: package.manifest.clone(),
        source,
    })?;
    let edited = manifest::add_bench(&text, TARGET, &source)?;
    let bench = package.root.join("benches").join(format!("{TARGET}.rs"));
    if !bench.exists() {
        create(&bench, manifest::first_bench())?;
        cx.shell.status("Created", bench.display());
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
        cx.shell.status("Edited", package.manifest.display());
    }
    let shown = (workspace.packages.len() > 1).then(|| package.name.clone());
    Ok(Entry { target: TARGET.to_owned(), package: shown, harness: Harness::AccelBench })
}

/// A tool that was installed from a clone writes benches against that clone's harness: the registry need not
/// have one of this version.
fn harness_source(cx: &Context, args: &Args) -> HarnessSource {
    let of_clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join("harness");
    match &args.harness_path {
        Some(path) => HarnessSource::Path(cx.cwd().join(path).display().to_string()),
        None if of_clone.is_dir() => HarnessSource::Path(of_clone.display().to_string()),
        None => HarnessSource::Version(env!("CARGO_PKG_VERSION").to_owned()),
    }
}

fn create(path: &Path, text: &str) -> Result<()> {
    let fault = |source| Error::Io { act: "create", path: path.to_path_buf(), source };
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(fault)?;
    fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(fault)
}
