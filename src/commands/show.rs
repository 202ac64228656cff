//! `show`: the results of one run.

use super::metrics;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Form, Metrics, Pages};
use accel_bench_engine::measure::Project;
use accel_bench_record::{RunRecord, TreeState};

/// Arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// A run's id, a revision, a baseline or a result file [default: the last run]
    what: Option<String>,
    /// How the results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    #[command(flatten)]
    metrics: metrics::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let record = stored(cx, &project, args.what.as_deref())?;
    write(cx, &record, args.format, &args.metrics.resolve())?;
    Ok(Exit::Fine)
}

/// The stored run that an argument means; without one, the last run.
pub(super) fn stored(cx: &mut Context, project: &Project, what: Option<&str>) -> Result<RunRecord> {
    let machine = cx.host.hardware.machine().id;
    let side = match what {
        Some(text) => project.side(&cx.host, &machine, text)?,
        None => project.last_run()?,
    };
    // A revision may have been measured elsewhere: showing it needs no comparable machine.
    let stored = cx.engine(|engine| project.stored(engine, &side, None, None))?;
    stored.ok_or_else(|| {
        Error::nothing(
            format!("there is no stored run of {}", side.name()),
            "`cargo accel-bench log` shows what there is; `cargo accel-bench` measures",
        )
    })
}

/// Writes a run to stdout.
pub(super) fn write(cx: &mut Context, run: &RunRecord, form: Form, metrics: &Metrics) -> Result<()> {
    let width = cx.shell.width();
    match form {
        Form::Text(format) => cx.shell.out(|to| report::run(run, format, metrics, width, to))?,
        Form::Html => cx.shell.out(|to| report::html(&Pages::of(run), to))?,
    }
    Ok(())
}

/// Which run was stored, of what.
pub(super) fn kept_as(record: &RunRecord) -> String {
    let of = match &record.commit {
        None => "of no commit: there is no git repository here, or none with a commit".to_owned(),
        Some(commit) => {
            let short = commit.id.get(..9).unwrap_or(&commit.id);
            match commit.tree {
                TreeState::Clean => format!("of commit {short}"),
                TreeState::Dirty { .. } => format!("of commit {short} with uncommitted changes"),
                TreeState::Merge { .. } => format!("of a merge into {short}"),
            }
        }
    };
    format!("run {} {of}, on {}", record.id, record.machine)
}
