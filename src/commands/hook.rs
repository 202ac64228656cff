//! `hook`: git asks before a merge (or a push) whether the code would get slower.

use std::io::Read;

use clap::{Subcommand, ValueEnum};

use super::judge;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::git::{self, HookKind, Reach, Repo, Source};
use crate::measure::{From, Machine, Project, SideSpec, Wanted, pair};
use crate::plan::Selection;
use crate::report::Format;
use crate::runner::Ended;

const EXAMPLES: &str = "\
The hook measures the tree that would result from the merge against the branch merged into, and blocks on a
regression. `git merge --no-verify`, or ACCEL_BENCH_SKIP_HOOK=1, goes on regardless.

Examples:
  cargo accel-bench hook install                before each merge
  cargo accel-bench hook install --on pre-push  before each push";

/// Arguments of `hook`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Clone, Debug, Subcommand)]
enum Act {
    /// Put the hook where git looks for it; a hook that is there goes on working
    Install {
        #[arg(long, value_name = "HOOK", default_value = "pre-merge-commit")]
        on: On,
        /// Also into a hooks folder that other clones or other repositories share
        #[arg(long)]
        shared: bool,
    },
    /// Take the hook out again
    Uninstall {
        #[arg(long, value_name = "HOOK", default_value = "pre-merge-commit")]
        on: On,
    },
    /// Say which hooks are installed, and where
    Status,
    /// What the installed hook calls
    #[command(hide = true)]
    Run { on: On, rest: Vec<String> },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum On {
    PreMergeCommit,
    PrePush,
}

impl std::convert::From<On> for HookKind {
    fn from(on: On) -> Self {
        match on {
            On::PreMergeCommit => Self::PreMergeCommit,
            On::PrePush => Self::PrePush,
        }
    }
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    if let Act::Run { on, .. } = args.act {
        return hooked(cx, on.into());
    }
    let repo = Repo::discover(cx.cwd())?.ok_or_else(|| {
        Error::usage(
            "hooks need a git repository",
            "`git init` makes one; `cargo accel-bench compare` works without",
        )
    })?;
    match args.act {
        Act::Install { on, shared } => {
            let widest = if shared { Reach::AllRepositories } else { Reach::Clone };
            let installed = repo.install_hook(on.into(), widest)?;
            cx.shell.status("Installed", installed);
        }
        Act::Uninstall { on } => {
            let uninstalled = repo.uninstall_hook(on.into())?;
            cx.shell.status("Removed", uninstalled);
        }
        Act::Status => {
            let statuses = HookKind::ALL.into_iter().map(|kind| repo.hook_status(kind));
            let statuses = statuses.collect::<std::result::Result<Vec<_>, _>>()?;
            cx.shell.out(|to| statuses.iter().try_for_each(|status| writeln!(to, "{status}")))?;
        }
        Act::Run { .. } => unreachable!("it returned above"),
    }
    Ok(Exit::Fine)
}

fn hooked(cx: &mut Context, kind: HookKind) -> Result<Exit> {
    if cx.var(git::SKIP_VARIABLE).is_some() {
        cx.shell.note("Skipped", format!("the hook, as {} says", git::SKIP_VARIABLE));
        return Ok(Exit::Fine);
    }
    let project = Project::load(cx)?;
    let repo =
        project.repo.as_ref().ok_or_else(|| Error::usage("a hook runs in git", "see `hook --help`"))?;
    let pairs = match kind {
        HookKind::PreMergeCommit => {
            let merge = repo.pending_merge(&git::merge_heads(cx.var_names()))?;
            vec![(Source::Commit(merge.ours.clone()), merge.source())]
        }
        HookKind::PrePush => pushed(repo)?,
    };
    for (base, candidate) in pairs {
        let exit = gate(cx, &project, base, candidate, kind)?;
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

fn gate(
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
        from: From::Now,
        selection: Selection { suite: hook.suite, profile: Some(hook.profile), ..Selection::default() },
        budget: Some(hook.budget),
    };
    cx.shell.note("Measuring", format!("{} against {}", wanted.candidate.name(), wanted.base.name()));
    let pair = pair(cx, project, &Machine::probe(cx.tool()), &wanted)?;
    if pair.ended == Ended::OutOfTime {
        let budget = hook.budget.as_secs();
        cx.shell
            .warn(format!("the budget of {budget} s ran out (`[hook] budget`); what was measured is judged"));
    }
    let sides = (&pair.base, &pair.candidate);
    let exit = judge::conclude(cx, project, sides, &judge::Args::default(), Format::Table)?;
    Ok(match exit {
        Exit::Regression | Exit::FailedCase => {
            let undo = kind.undo().map(|undo| format!("; `{undo}` takes the merge back")).unwrap_or_default();
            let hint = format!("`{}` goes on regardless{undo}", kind.go_on_regardless());
            cx.shell.error("the code gets slower or breaks a case, so git stops here", Some(&hint));
            exit
        }
        // What could not be judged is no reason to stop anybody.
        _ => Exit::Fine,
    })
}
