//! `compatibility`: which models run on which backends, in which precisions.

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Format};
use accel_bench_engine::choice::compatibility;
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::Project;

const EXAMPLES: &str = "\
From the last result of each case on this machine. `untested` is what was run in another place and not in this one;
`cargo accel-bench --suite full` in a checkout of accel-bench runs every model in every precision.

Examples:
  cargo accel-bench compatibility
  cargo accel-bench compatibility bert --format json";

/// Arguments of `compatibility`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` means anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let machine = cx.host.hardware.machine().id;
    let filters: Vec<_> = args.filters.iter().map(Pattern::new).collect();
    let cases = project.store.last_cases(&machine, &|_| true)?.into_values();
    let cases: Vec<_> = cases
        .filter(|case| filters.is_empty() || filters.iter().any(|filter| filter.matches_case(&case.id)))
        .collect();
    let found = compatibility(&cases);
    if found.models.is_empty() {
        return Err(Error::nothing(
            format!("no such case of a model was run on {machine}"),
            "`cargo accel-bench log` shows what was; cases of models have a parameter `model`",
        ));
    }
    let width = cx.shell.width();
    cx.shell.out(|to| report::compatibility(&found, args.format, width, to))?;
    Ok(Exit::Fine)
}
