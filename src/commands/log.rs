//! `log`: the stored runs by commit.

use accel_bench_record::{RunState, TreeState};

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::{self, Format, LogRow};
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::RunSummary;

/// Arguments of `log`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// At most this many runs, newest first
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    max_count: usize,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let listing = project.store.runs()?;
    for skipped in &listing.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    let rows: Vec<_> = listing.runs.iter().rev().take(args.max_count).map(row).collect();
    if rows.is_empty() && args.format == Format::Table {
        cx.shell.note("Empty", "no runs are stored here; `cargo accel-bench` makes the first");
        return Ok(Exit::Fine);
    }
    let width = cx.shell.width();
    cx.shell.out(|to| report::listing(&rows, args.format, width, to))?;
    Ok(Exit::Fine)
}

fn row(run: &RunSummary) -> LogRow {
    let (state, clean) = match run.state {
        RunState::Complete => ("complete", run.tree == Some(TreeState::Clean)),
        RunState::Interrupted => ("interrupted", run.tree == Some(TreeState::Clean)),
        RunState::Running => ("running", run.tree == Some(TreeState::Clean)),
    };
    LogRow {
        run: run.id.to_string(),
        started: run.started.to_string(),
        commit: run.commit.as_ref().map(ToString::to_string),
        branch: run.branch.clone(),
        subject: run.subject.clone(),
        clean,
        state: state.to_owned(),
        machine: run.machine.to_string(),
        cases: run.cases,
        failed: run.failed,
    }
}
