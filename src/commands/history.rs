//! `history`: the table of all results.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub(crate) use super::forecast::{forecasts, outliers_of};
pub(crate) use super::trend::trends_of;
use super::{exchange, predict};
use crate::context::Context;
use crate::error::{Exit, Result};
pub(crate) use crate::history::follow;
use crate::history::{self, Reading};
use crate::report::count;
use crate::server;
use accel_bench_engine::measure::Project;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench history                        bring the table up to date
  cargo accel-bench history rebuild                make it again from all runs
  cargo accel-bench history export --parquet DIR   copy it
  cargo accel-bench history export --sqlite FILE   as a database
  cargo accel-bench history push /mnt/team/bench   give these runs to others
  cargo accel-bench history pull /mnt/team/bench   and take theirs
  cargo accel-bench history push git:bench-runs    through a branch of its own
  cargo accel-bench history push s3://team/bench   or a bucket
  cargo accel-bench history predict                what was not run
  duckdb -c \"SELECT case_name, median(value)
             FROM '.accel-bench/history/*.parquet'
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
    /// Copy the runs that another store does not have into it
    Push {
        /// A folder, made where it does not exist; `git:BRANCH`, `rsync:HOST:DIR` or `s3://BUCKET/PREFIX`
        dir: PathBuf,
    },
    /// Copy the runs of another store that this one does not have
    Pull {
        /// A folder, `git:BRANCH`, `rsync:HOST:DIR` or `s3://BUCKET/PREFIX`
        dir: PathBuf,
    },
    /// Copy the table
    Export(Target),
    /// Predict what cases would take that were not run here
    Predict(predict::Args),
}

/// Where the table is copied to.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// A folder for the Parquet files as they are; files of the same name are replaced
    #[arg(long, value_name = "DIR")]
    parquet: Option<PathBuf>,
    /// A new DuckDB file
    #[arg(long, value_name = "FILE")]
    duckdb: Option<PathBuf>,
    /// A new SQLite file
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    if let Some(Act::Predict(args)) = &args.act {
        return predict::run(args, cx);
    }
    let project = Project::load(&cx.host)?;
    match &args.act {
        Some(Act::Push { dir }) => exchange::push(cx, &project, dir)?,
        Some(Act::Pull { dir }) => exchange::pull(cx, &project, dir)?,
        _ => {}
    }
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
    match args.act {
        Some(Act::Export(target)) => export(cx, table.folder(), &target, &|folder| Ok(table.export(folder)?)),
        _ => Ok(Exit::Fine),
    }
}

fn export(
    cx: &mut Context,
    history: &Path,
    target: &Target,
    copy: &dyn Fn(&Path) -> Result<usize>,
) -> Result<Exit> {
    if let Some(parquet) = &target.parquet {
        let folder = cx.host.cwd.join(parquet);
        let files = copy(&folder)?;
        cx.shell.status("Exported", format!("{} to `{}`", count(files, "file"), folder.display()));
        return Ok(Exit::Fine);
    }
    let databases = [("--duckdb", &target.duckdb), ("--sqlite", &target.sqlite)];
    let named = databases.into_iter().filter_map(|(name, file)| Some((name, file.as_ref()?)));
    let words = named.flat_map(|(name, file)| [OsString::from(name), cx.host.cwd.join(file).into()]);
    let words = ["export".into(), "--history".into(), history.into()].into_iter().chain(words).collect();
    server::call(cx, words)
}
