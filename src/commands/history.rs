//! `history`: the table of all results.

use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::{Error, Exit, Result};
pub(crate) use crate::history::follow;
use crate::history::{self, Reading};
use crate::report::count;
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::Store;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench history                        bring the table up to date
  cargo accel-bench history rebuild                make it again from all runs
  cargo accel-bench history export --parquet DIR   copy it
  cargo accel-bench history push /mnt/team/bench   give these runs to others
  cargo accel-bench history pull /mnt/team/bench   and take theirs
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
        /// The folder of the other store, such as a shared one; made where it does not exist
        dir: PathBuf,
    },
    /// Copy the runs of another store that this one does not have
    Pull {
        /// The folder of the other store
        dir: PathBuf,
    },
    /// Copy the table as it is
    Export {
        /// A folder for Parquet files; files of the same name are replaced
        #[arg(long, value_name = "DIR")]
        parquet: PathBuf,
    },
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    match &args.act {
        Some(Act::Push { dir }) => exchange(cx, "Pushed", &project.store, &other(cx, dir, MayBeNew::Yes)?)?,
        Some(Act::Pull { dir }) => exchange(cx, "Pulled", &other(cx, dir, MayBeNew::No)?, &project.store)?,
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
    if let Some(Act::Export { parquet }) = args.act {
        let folder = cx.host.cwd.join(parquet);
        let files = table.export(&folder)?;
        cx.shell.status("Exported", format!("{} to `{}`", count(files, "file"), folder.display()));
    }
    Ok(Exit::Fine)
}

#[derive(Clone, Copy)]
enum MayBeNew {
    Yes,
    No,
}

/// The store in a folder, which may be a project's or its store's own.
fn other(cx: &Context, dir: &Path, may_be_new: MayBeNew) -> Result<Store> {
    if dir.to_string_lossy().contains("://") {
        return Err(Error::usage(
            format!("`{}` is not a folder; stores behind an address are not supported yet", dir.display()),
            "mount it, or copy it with a tool such as rsync and name the copy",
        ));
    }
    let dir = cx.host.cwd.join(dir);
    let inside = dir.join(".accel-bench");
    let root = if inside.is_dir() { inside } else { dir };
    if matches!(may_be_new, MayBeNew::No) && !root.join("runs").is_dir() {
        return Err(Error::usage(
            format!("`{}` has no runs", root.display()),
            "name the folder that `history push` was given, or a project",
        ));
    }
    Ok(Store::open(root))
}

fn exchange(cx: &mut Context, verb: &str, from: &Store, to: &Store) -> Result<()> {
    let done = from.copy_runs_to(to)?;
    let known = if done.known > 0 { format!(", {} there already", done.known) } else { String::new() };
    cx.shell.status(verb, format!("{} to `{}`{known}", count(done.copied, "run"), to.root().display()));
    for skipped in &done.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    for run in &done.different {
        cx.shell.warn(format!("run {run} is there with other contents; neither was changed"));
    }
    Ok(())
}
