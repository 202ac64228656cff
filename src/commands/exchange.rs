//! `history push` and `history pull`: stores share their runs.

use std::path::Path;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::report::count;
use accel_bench_engine::store::Store;

pub(super) fn push(cx: &mut Context, store: &Store, dir: &Path) -> Result<()> {
    let other = other(cx, dir, MayBeNew::Yes)?;
    exchange(cx, "Pushed", store, &other)
}

pub(super) fn pull(cx: &mut Context, store: &Store, dir: &Path) -> Result<()> {
    let other = other(cx, dir, MayBeNew::No)?;
    exchange(cx, "Pulled", &other, store)
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
