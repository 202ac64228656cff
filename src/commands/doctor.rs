//! `doctor`: what each backend lacks on this machine, with the command that mends it.

use crate::cargo::Workspace;
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::hardware::doctor::{self, Finding, Given, Level};
use crate::manifest::Manifest;
use crate::shell::{Mark, Shell};

/// Arguments of `doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "The exit code is 3 when one of the named backends cannot run here.")]
pub(crate) struct Args {
    /// Only these backends [default: all that are built in]
    #[arg(value_name = "BACKEND")]
    backends: Vec<String>,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let facts = doctor::gather(given(cx));
    let all = || Manifest::of_targets([]).backends.into_keys().collect();
    let backends: Vec<String> = if args.backends.is_empty() { all() } else { args.backends.clone() };
    tell(&mut cx.shell, "machine", &doctor::machine(&facts))?;
    let mut worst = Level::Ok;
    for backend in &backends {
        let findings = doctor::backend(backend, &facts);
        worst = worst.max(findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok));
        tell(&mut cx.shell, backend, &findings)?;
    }
    let is_asked_for = !args.backends.is_empty();
    Ok(if is_asked_for && worst == Level::Missing { Exit::FailedCase } else { Exit::Fine })
}

fn given(cx: &Context) -> Given {
    // The store of the project at hand; outside of one, this folder's disk is what there is to look at.
    let workspace = Workspace::load(&cx.cargo(), cx.cwd());
    let root = workspace.map_or_else(|_| cx.cwd().to_path_buf(), |workspace| workspace.root);
    Given {
        tool: cx.tool().to_path_buf(),
        libtorch: cx.var("LIBTORCH").map(Into::into),
        use_pytorch: cx.var("LIBTORCH_USE_PYTORCH").is_some(),
        virtual_env: cx.var("VIRTUAL_ENV").map(Into::into),
        library_path: cx.paths("LD_LIBRARY_PATH"),
        cuda_path: cx.var("CUDA_PATH").map(Into::into),
        store: root.join(".accel-bench"),
    }
}

fn tell(shell: &mut Shell, of: &str, findings: &[Finding]) -> Result<()> {
    let marks: Vec<_> = findings.iter().map(|finding| (mark(finding.level), finding)).collect();
    let painted: Vec<_> = marks.iter().map(|(mark, finding)| (shell.mark(*mark), *finding)).collect();
    shell.out(|to| {
        writeln!(to, "{of}")?;
        for (mark, finding) in &painted {
            writeln!(to, "  {mark} {}", finding.what)?;
            if let Some(fix) = &finding.fix {
                writeln!(to, "    $ {fix}")?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn mark(level: Level) -> Mark {
    match level {
        Level::Ok => Mark::Good,
        Level::Warning => Mark::Fair,
        Level::Missing => Mark::Bad,
    }
}
