//! `init`: a first bench.toml and bench target that run as they are.

use std::path::Path;

use accel_bench_engine::init::{Change, InitRequest, init};
use accel_bench_engine::manifest::HarnessSource;

use crate::context::Context;
use crate::error::{Exit, Result};

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
    let harness = harness_source(cx, &args);
    for change in init(&cx.host, &InitRequest { package: args.package, harness })? {
        match change {
            Change::Created(path) => cx.shell.status("Created", path.display()),
            Change::Edited(path) => cx.shell.status("Edited", path.display()),
        }
    }
    cx.shell.note("Next", "`cargo accel-bench` measures, stores and shows");
    Ok(Exit::Fine)
}

/// A tool that was installed from a clone writes benches against that clone's harness: the registry need not
/// have one of this version.
fn harness_source(cx: &Context, args: &Args) -> HarnessSource {
    let of_clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join("harness");
    match &args.harness_path {
        Some(path) => HarnessSource::Path(cx.host.cwd.join(path).display().to_string()),
        None if of_clone.is_dir() => HarnessSource::Path(of_clone.display().to_string()),
        None => HarnessSource::Version(env!("CARGO_PKG_VERSION").to_owned()),
    }
}
