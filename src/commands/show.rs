//! `show`: the results of one run.

use super::{judge, metrics};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::Format;
use accel_bench_engine::measure::Project;

/// Arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// A run's id, a revision, a baseline or a result file [default: the last run]
    what: Option<String>,
    /// How the results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    #[command(flatten)]
    metrics: metrics::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let machine = cx.host.hardware.machine().id;
    let side = match &args.what {
        Some(text) => project.side(&cx.host, &machine, text)?,
        None => project.last_run()?,
    };
    // A revision may have been measured elsewhere: showing it needs no comparable machine.
    let Some(record) = project.stored(&side, None, None)? else {
        return Err(Error::nothing(
            format!("there is no stored run of {}", side.name()),
            "`cargo accel-bench log` shows what there is; `cargo accel-bench` measures",
        ));
    };
    judge::show(cx, &record, args.format, &args.metrics.resolve())?;
    Ok(Exit::Fine)
}
