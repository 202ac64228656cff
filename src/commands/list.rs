//! `list`: what is registered, without running any.

use clap::ValueEnum;

use super::selection;
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::measure::{Project, benchmarks};
use crate::report;

/// Arguments of `list`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` stands for anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    #[command(flatten)]
    selection: selection::Args,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let selection = args.selection.resolve(&args.filters)?;
    let project = Project::load(cx)?;
    let found = benchmarks(cx, &project.sources, &selection)?;
    let view = cx.shell.view();
    cx.shell.out(|to| match args.format {
        Format::Table => report::benchmarks::table(&found, view, to),
        Format::Json => report::benchmarks::json(&found, to),
    })?;
    Ok(Exit::Fine)
}
