//! `history`: the table of all results.

use std::path::PathBuf;

use crate::context::Context;
use crate::error::{Exit, Result};
pub(crate) use crate::history::follow;
use crate::history::{self, Reading};
use crate::report::count;
use accel_bench_engine::measure::Project;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench history                         bring the table up to date
  cargo accel-bench history rebuild                 make it again from all runs
  cargo accel-bench history export --parquet DIR    copy it, for another machine
  duckdb -c \"SELECT case_name, median(value) FROM '.accel-bench/history/*.parquet'
             WHERE metric = 'latency-ns' GROUP BY case_name\"

docs/history.md describes the columns.";

/// Arguments of `history`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Act {
    /// Add the runs that are not in the table yet (the default)
    Update,
    /// Remove the table and make it again from all runs
    Rebuild,
    /// Copy the table as it is
    Export {
        /// A folder for Parquet files; files of the same name are replaced
        #[arg(long, value_name = "DIR")]
        parquet: PathBuf,
    },
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let reading = if matches!(args.act, Some(Act::Rebuild)) { Reading::All } else { Reading::New };
    let update = history::update(cx, &project, reading)?;
    let table = history::table(&project);
    if update.runs == 0 {
        cx.shell.note("Empty", "no runs are stored here; `cargo accel-bench` makes the first");
        return Ok(Exit::Fine);
    }
    let removed = if update.removed > 0 { format!(", {} removed", update.removed) } else { String::new() };
    let runs = count(update.runs, "run");
    let what = format!("{runs} in `{}`: {} added{removed}", table.folder().display(), update.added);
    cx.shell.status("History", what);
    if let Some(Act::Export { parquet }) = args.act {
        let folder = cx.host.cwd.join(parquet);
        let files = table.export(&folder)?;
        cx.shell.status("Exported", format!("{} to `{}`", count(files, "file"), folder.display()));
    }
    Ok(Exit::Fine)
}
