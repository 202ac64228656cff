//! `gc`: old runs with their logs, checkouts and what was built of them go; approved baselines and each branch's
//! last run stay.

use std::path::Path;
use std::time::{Duration, SystemTime};

use accel_bench_record::units::Bytes;

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::count;
use accel_bench_engine::cargo::{Leftover, leftovers};
use accel_bench_engine::git::{self, Removed};
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::{Rules, select};

/// Arguments of `gc`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Remove the runs beyond the newest this many (before bench.toml's `[store] keep-runs`)
    #[arg(long, value_name = "N")]
    keep_runs: Option<usize>,
    /// Remove runs older than this many days (before bench.toml's `[store] keep-days`)
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
    /// Checkouts to keep for later comparisons
    #[arg(long, value_name = "N", default_value_t = 3)]
    keep_checkouts: usize,
    /// Show what would be removed, remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let kept = &project.sources.manifest.store;
    let days = args.keep_days.or(kept.keep_days);
    let rules = Rules {
        max_age: days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        keep: args.keep_runs.or(kept.keep_runs),
    };
    let listing = project.store.runs()?;
    let now = SystemTime::from(cx.host.now());
    let old = select(&listing.runs, &rules, &project.protected()?, now);
    let target_dir = &project.sources.workspace.target_dir;
    if args.dry_run {
        cx.shell.out(|to| old.iter().try_for_each(|id| writeln!(to, "{id}")))?;
        cx.shell.note("Would", format!("remove {} of {}", old.len(), count(listing.runs.len(), "run")));
        let checkouts = git::old_checkouts(&project.checkouts(), args.keep_checkouts)?;
        let leftovers = leftovers(target_dir, &|tree| is_in(tree, &checkouts) || !tree.exists())?;
        say(cx, Act::WouldRemove, &checkouts, &leftovers);
        return Ok(Exit::Fine);
    }
    let removed = project.store.remove(&old, now)?;
    cx.shell.status("Removed", removed);
    let checkouts = git::remove_old_checkouts(&project.checkouts(), args.keep_checkouts)?;
    let leftovers = leftovers(target_dir, &|tree| !tree.exists())?;
    leftovers.iter().try_for_each(Leftover::remove)?;
    let freed = removed.bytes + say(cx, Act::Removed, &checkouts, &leftovers);
    cx.shell.status("Freed", size(freed));
    Ok(Exit::Fine)
}

#[derive(Clone, Copy)]
enum Act {
    Removed,
    WouldRemove,
}

/// Names them, and says how many bytes they are together.
fn say(cx: &mut Context, act: Act, checkouts: &[Removed], leftovers: &[Leftover]) -> u64 {
    let checkouts = checkouts.iter().map(|it| ("checkout", &it.path, it.bytes));
    let leftovers = leftovers.iter().map(|it| ("builds of", &it.tree, it.bytes));
    let all: Vec<_> = checkouts.chain(leftovers).collect();
    for (what, path, bytes) in &all {
        let line = format!("{what} `{}`, {}", path.display(), size(*bytes));
        match act {
            Act::Removed => cx.shell.status("Removed", line),
            Act::WouldRemove => cx.shell.note("Would", format!("remove {line}")),
        }
    }
    all.iter().map(|(_, _, bytes)| bytes).sum()
}

/// Returns whether a tree lies in one of the checkouts, whichever of them is spelled through a link.
fn is_in(tree: &Path, checkouts: &[Removed]) -> bool {
    let there = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    checkouts.iter().any(|checkout| there(tree).starts_with(there(&checkout.path)))
}

fn size(bytes: u64) -> String {
    Bytes::new(bytes as f64).map(|bytes| bytes.to_string()).unwrap_or_default()
}
