//! `hook`: git asks before a merge (or a push) whether the code would get slower.

mod gate;

use clap::{Subcommand, ValueEnum};

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use accel_bench_engine::git::{HookKind, Reach, Repo};

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
    /// Called by the installed hook
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
        return gate::gate(cx, on.into());
    }
    let repo = Repo::discover(&cx.host.cwd)?.ok_or_else(|| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_command_line_is_the_files_name() {
        let words = On::value_variants().iter().map(|on| (HookKind::from(*on), on.to_possible_value()));
        for (kind, word) in words {
            assert_eq!(word.expect("no variant is hidden").get_name(), kind.name());
        }
    }
}
