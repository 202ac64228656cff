//! `history push` and `history pull`: stores share their runs.

use std::path::Path;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::remote::Remote;
use crate::report::count;
use accel_bench_engine::git::Repo;
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::Store;

/// Runs are shared through a branch of the project's own repository where the place begins so.
const BRANCH: &str = "git:";

pub(super) fn push(cx: &mut Context, project: &Project, place: &Path) -> Result<()> {
    if let Some(remote) = Remote::of(place)? {
        return give(cx, project, &remote);
    }
    let Some(branch) = branch(place) else {
        let other = other(cx, place, MayBeNew::Yes)?;
        let to = format!("`{}`", other.root().display());
        return exchange(cx, "Pushed", &project.store, (&other, &to)).map(drop);
    };
    let (repo, scratch) = (repo(project)?, project.store.scratch()?);
    let read = repo.read_shared(&branch, scratch.path())?;
    let to = format!("the branch `{branch}`");
    let copied = exchange(cx, "Pushed", &project.store, (&Store::open(scratch.path()), &to))?;
    if copied > 0 {
        let message = format!("Add {}", count(copied, "benchmark run"));
        repo.write_shared(&branch, scratch.path(), read, &message)?;
        cx.shell.note("Next", format!("`git push origin {branch}` gives it to others"));
    }
    Ok(())
}

/// Gives a remote store the runs that it lacks. What it has is not read, so that runs of one id with other contents stay unseen.
fn give(cx: &mut Context, project: &Project, remote: &Remote) -> Result<()> {
    let scratch = project.store.scratch()?;
    let ready = project.store.copy_runs_to(&Store::open(scratch.path()))?;
    let copied = remote.give(cx, scratch.path())?;
    say(cx, "Pushed", (copied, &remote.to_string()), ready.copied.saturating_sub(copied));
    ready.skipped.iter().for_each(|skipped| cx.shell.warn(format!("passed over {skipped}")));
    Ok(())
}

pub(super) fn pull(cx: &mut Context, project: &Project, place: &Path) -> Result<()> {
    if let Some(remote) = Remote::of(place)? {
        let scratch = project.store.scratch()?;
        remote.take(cx, scratch.path(), project.store.root())?;
        let to = format!("`{}`", project.store.root().display());
        return exchange(cx, "Pulled", &Store::open(scratch.path()), (&project.store, &to)).map(drop);
    }
    let Some(branch) = branch(place) else {
        let other = other(cx, place, MayBeNew::No)?;
        let from = format!("`{}`", project.store.root().display());
        return exchange(cx, "Pulled", &other, (&project.store, &from)).map(drop);
    };
    let (repo, scratch) = (repo(project)?, project.store.scratch()?);
    if !repo.read_shared(&branch, scratch.path())?.exists() {
        let hint = format!("`git fetch origin {branch}:refs/remotes/origin/{branch}` gets it");
        return Err(Error::usage(
            format!("the branch `{branch}` is neither here nor fetched from `origin`"),
            hint,
        ));
    }
    let to = format!("`{}`", project.store.root().display());
    exchange(cx, "Pulled", &Store::open(scratch.path()), (&project.store, &to)).map(drop)
}

fn branch(place: &Path) -> Option<String> {
    Some(place.to_str()?.strip_prefix(BRANCH)?.to_owned())
}

fn repo(project: &Project) -> Result<&Repo> {
    let hint = "name a folder instead";
    project
        .repo
        .as_ref()
        .ok_or_else(|| Error::usage("`git:` needs a git repository, and there is none here", hint))
}

#[derive(Clone, Copy)]
enum MayBeNew {
    Yes,
    No,
}

/// The store in a folder, which may be a project's or its store's own.
fn other(cx: &Context, dir: &Path, may_be_new: MayBeNew) -> Result<Store> {
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

/// Returns how many runs were copied.
fn exchange(cx: &mut Context, verb: &str, from: &Store, (to, named): (&Store, &str)) -> Result<usize> {
    let done = from.copy_runs_to(to)?;
    say(cx, verb, (done.copied, named), done.known);
    for skipped in &done.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    for run in &done.different {
        cx.shell.warn(format!("run {run} is there with other contents; neither was changed"));
    }
    Ok(done.copied)
}

fn say(cx: &mut Context, verb: &str, (copied, to): (usize, &str), known: usize) {
    let known = if known > 0 { format!(", {known} there already") } else { String::new() };
    cx.shell.status(verb, format!("{} to {to}{known}", count(copied, "run")));
}
