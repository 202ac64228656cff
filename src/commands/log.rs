//! `log`: the stored runs by commit.

use accel_bench_record::{CaseRecord, Estimate, RunRecord, RunState, Status, TreeState};

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, CaseLogRow, Format, LogRow};
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::RunSummary;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench log            the last runs
  cargo accel-bench log softmax    what they measured of the cases whose id
                                   contains `softmax`, with their versions";

/// Arguments of `log`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Show what the runs measured of these cases (`*` means anything)
    case: Option<String>,
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
    if let Some(case) = &args.case {
        return of_case(cx, &project, &listing.runs, (&Pattern::new(case), &args));
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

/// The newest runs that have such a case.
fn of_case(
    cx: &mut Context,
    project: &Project,
    runs: &[RunSummary],
    (pattern, args): (&Pattern, &Args),
) -> Result<Exit> {
    let (mut rows, mut found) = (Vec::new(), 0);
    for run in runs.iter().rev() {
        if found == args.max_count {
            break;
        }
        match project.store.load_summarised(run) {
            Ok(record) => {
                let cases = record.cases.iter().filter(|case| pattern.matches_case(&case.id));
                let before = rows.len();
                rows.extend(cases.map(|case| case_row(&record, run, case)));
                found += usize::from(rows.len() > before);
            }
            Err(error) => cx.shell.warn(format!("passed over run {}: {error}", run.id)),
        }
    }
    if rows.is_empty() {
        let case = args.case.as_deref().unwrap_or_default();
        let hint = "`cargo accel-bench list` shows the benchmarks, `cargo accel-bench log` the runs";
        return Err(Error::nothing(format!("no stored run has a case that matches `{case}`"), hint));
    }
    let width = cx.shell.width();
    cx.shell.out(|to| report::listing(&rows, args.format, width, to))?;
    Ok(Exit::Fine)
}

fn case_row(record: &RunRecord, run: &RunSummary, case: &CaseRecord) -> CaseLogRow {
    CaseLogRow {
        run: record.id.clone(),
        started: record.started.clone(),
        commit: run.commit.as_ref().map(ToString::to_string),
        clean: run.tree == Some(TreeState::Clean),
        machine: record.machine.clone(),
        case: case.id.to_string(),
        version: case.version.clone(),
        latency_ns: Estimate::of_latency(case).map(|latency| latency.value),
        status: match &case.status {
            Status::Ok => "ok".to_owned(),
            Status::Failed { kind, .. } => kind.to_string(),
        },
    }
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
