//! `gc`: old runs, checkouts and logs go; approved baselines and each branch's last run stay.

use std::time::{Duration, SystemTime};

use accel_bench::units::Bytes;

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::git;
use crate::measure::Project;
use crate::store::{Rules, select};

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
    let project = Project::load(cx)?;
    let kept = &project.sources.manifest.store;
    let days = args.keep_days.or(kept.keep_days);
    let rules = Rules {
        max_age: days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        keep: args.keep_runs.or(kept.keep_runs),
    };
    let listing = project.store.runs()?;
    let now = SystemTime::from(cx.now());
    let old = select(&listing.runs, &rules, &project.protected()?, now);
    if args.dry_run {
        cx.shell.out(|to| old.iter().try_for_each(|id| writeln!(to, "{id}")))?;
        cx.shell.note("Would", format!("remove {} of {} runs", old.len(), listing.runs.len()));
        return Ok(Exit::Fine);
    }
    let removed = project.store.remove(&old, now)?;
    cx.shell.status("Removed", format!("{} runs, {}", removed.runs, size(removed.bytes)));
    for checkout in git::remove_old_checkouts(&project.checkouts(), args.keep_checkouts)? {
        cx.shell
            .status("Removed", format!("checkout `{}`, {}", checkout.path.display(), size(checkout.bytes)));
    }
    Ok(Exit::Fine)
}

fn size(bytes: u64) -> String {
    Bytes::new(bytes as f64).map(|bytes| bytes.to_string()).unwrap_or_default()
}
