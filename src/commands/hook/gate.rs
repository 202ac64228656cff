//! The installed hook: measures the two sides and says whether git may go on.

use std::io::Read;

use super::super::budget::{self, Budget};
use super::super::judge;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{Form, Format};
use accel_bench_engine::git::{self, HookKind, Repo, Source};
use accel_bench_engine::measure::{From, Project, SideSpec, Wanted, pair};
use accel_bench_engine::plan::Selection;

/// Judges what git is about to merge or push.
pub(super) fn gate(cx: &mut Context, kind: HookKind) -> Result<Exit> {
    if cx.host.var(git::SKIP_VARIABLE) == Some("1") {
        cx.shell.note("Skipped", format!("the hook, as {} says", git::SKIP_VARIABLE));
        return Ok(Exit::Fine);
    }
    let project = Project::load(&cx.host)?;
    let repo =
        project.repo.as_ref().ok_or_else(|| Error::usage("a hook runs in git", "see `hook --help`"))?;
    let pairs = match kind {
        HookKind::PreMergeCommit => {
            let merge = repo.pending_merge(&git::merge_heads(cx.host.var_names()))?;
            vec![(Source::Commit(merge.ours.clone()), merge.source())]
        }
        HookKind::PrePush => pushed(repo)?,
    };
    for (base, candidate) in pairs {
        let exit = judged(cx, &project, base, candidate, kind)?;
        if exit != Exit::Fine {
            return Ok(exit);
        }
    }
    Ok(Exit::Fine)
}

fn pushed(repo: &Repo) -> Result<Vec<(Source, Source)>> {
    let mut lines = String::new();
    std::io::stdin().lock().read_to_string(&mut lines)?;
    let updates = git::parse_push(&lines)?;
    let pairs = updates.iter().map(|update| repo.pushed_pair(update));
    Ok(pairs.collect::<std::result::Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn judged(
    cx: &mut Context,
    project: &Project,
    base: Source,
    candidate: Source,
    kind: HookKind,
) -> Result<Exit> {
    let base = SideSpec::Source { name: base.name(), source: base };
    let candidate = SideSpec::Source { name: candidate.name(), source: candidate };
    if !project.is_affected(&base, &candidate)? {
        cx.shell.status("Unaffected", "nothing that the benches are built from changes");
        return Ok(Exit::Fine);
    }
    let hook = project.sources.manifest.hook.clone();
    let wanted = Wanted {
        base,
        candidate,
        from: From::Anywhere,
        selection: Selection { suite: hook.suite, profile: Some(hook.profile), ..Selection::default() },
        threshold: None,
        budget: Some(hook.budget),
        counts: false,
        only: None,
    };
    let exit = match compared(cx, project, &wanted) {
        Ok(exit) => exit,
        Err(error) => {
            cx.shell.error(&error.in_words(), error.hint().as_deref());
            let hint = format!("`{}` goes on anyway", kind.go_on_regardless());
            cx.shell.error("the two sides could not be compared, so git stops here", Some(&hint));
            return Ok(error.exit());
        }
    };
    Ok(match exit {
        Exit::Regression | Exit::FailedCase => {
            let undo = kind.undo().map(|undo| format!("; `{undo}` takes the merge back")).unwrap_or_default();
            let hint = format!("`{}` goes on anyway{undo}", kind.go_on_regardless());
            cx.shell.error("the code gets slower or breaks a case, so git stops here", Some(&hint));
            exit
        }
        // An undecided comparison is not a reason to stop anybody.
        _ => Exit::Fine,
    })
}

fn compared(cx: &mut Context, project: &Project, wanted: &Wanted) -> Result<Exit> {
    let machine = cx.host.hardware.machine();
    cx.shell.note("Measuring", format!("{} against {}", wanted.candidate.name(), wanted.base.name()));
    let pair = cx.engine(|engine| pair(engine, project, &machine, wanted))?;
    if !pair.is_measured {
        return Ok(Exit::Fine);
    }
    let budget = Budget { time: wanted.budget, set_by: "[hook] budget".to_owned() };
    budget::tell_of_time(cx, &pair, &budget);
    let sides = (&pair.base, &pair.candidate);
    judge::conclude(cx, project, sides, &judge::Args::default(), Form::Text(Format::Table))
}
