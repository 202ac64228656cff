//! `log`: the stored runs by commit.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::measure::Project;
use crate::report;

/// Arguments of `log`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// At most this many runs, newest first
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    max_count: usize,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(cx)?;
    let listing = project.store.runs()?;
    for skipped in &listing.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    let view = cx.shell.view();
    let newest: Vec<_> = listing.runs.iter().rev().take(args.max_count).collect();
    if newest.is_empty() {
        cx.shell.note("Empty", "no runs are stored here; `cargo accel-bench` makes the first");
        return Ok(Exit::Fine);
    }
    cx.shell.out(|to| report::log::table(&newest, view, to))?;
    Ok(Exit::Fine)
}
