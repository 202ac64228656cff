//! `list`: what is registered, without running any.

use super::selection;
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::{self, BenchmarkRow, Format};
use accel_bench_engine::measure::{Project, benchmarks};

/// Arguments of `list`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` means anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    #[command(flatten)]
    selection: selection::Args,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let selection = args.selection.resolve(&args.filters)?;
    let project = Project::load(&cx.host)?;
    let found = cx.engine(|engine| benchmarks(engine, &project.sources, &selection))?;
    let rows: Vec<_> =
        found.benchmarks.into_iter().map(|(bench, info)| BenchmarkRow { bench, info }).collect();
    let width = cx.shell.width();
    cx.shell.out(|to| report::listing(&rows, args.format, width, to))?;
    Ok(if found.unlisted.is_empty() { Exit::Fine } else { Exit::FailedCase })
}
