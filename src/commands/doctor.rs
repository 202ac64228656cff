//! `doctor`: what each backend lacks on this machine, with the command that fixes it.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::shell::{Mark, Shell};
use accel_bench_engine::manifest::Manifest;
use accel_bench_engine::measure::Project;
use accel_bench_engine::plan;
use accel_bench_probes::doctor::{self, Finding, Given, Level};

/// Arguments of `doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "The exit code is 3 when one of the named backends cannot run here.")]
pub(crate) struct Args {
    /// Only these backends [default: all that are built in or in bench.toml]
    #[arg(value_name = "BACKEND")]
    backends: Vec<String>,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    // Outside of a project, or in a broken one, the machine is there to be looked at all the same.
    let project = Project::load(&cx.host).ok();
    let known: Vec<String> = match &project {
        Some(project) => project.sources.manifest.backends.keys().cloned().collect(),
        None => Manifest::of_targets([]).backends.into_keys().collect(),
    };
    args.backends.iter().try_for_each(|name| plan::check_known("backend", name, &known))?;
    let backends = if args.backends.is_empty() { &known } else { &args.backends };
    let facts = doctor::gather(given(cx, project.as_ref()));
    tell(&mut cx.shell, "machine", &doctor::machine(&facts))?;
    let mut worst = Level::Ok;
    for backend in backends {
        let findings = doctor::backend(backend, &facts);
        let gravest = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        worst = worst.max(gravest);
        tell(&mut cx.shell, &format!("{backend}: {}", verdict(gravest)), &findings)?;
    }
    let is_asked_for = !args.backends.is_empty();
    Ok(if is_asked_for && worst == Level::Missing { Exit::FailedCase } else { Exit::Fine })
}

fn given(cx: &Context, project: Option<&Project>) -> Given {
    // Outside of a project, this folder's disk is what there is to look at.
    let store = project.map_or_else(|| cx.host.cwd.clone(), |project| project.store.root().to_path_buf());
    Given {
        tool: cx.tool().to_path_buf(),
        libtorch: cx.host.var("LIBTORCH").map(Into::into),
        use_pytorch: cx.host.var("LIBTORCH_USE_PYTORCH").is_some(),
        virtual_env: cx.host.var("VIRTUAL_ENV").map(Into::into),
        library_path: cx.host.paths("LD_LIBRARY_PATH"),
        cuda_path: cx.host.var("CUDA_PATH").map(Into::into),
        store,
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

fn verdict(gravest: Level) -> &'static str {
    match gravest {
        Level::Ok => "can run here",
        Level::Warning => "can run here, with a catch",
        Level::Missing => "cannot run here",
    }
}

fn mark(level: Level) -> Mark {
    match level {
        Level::Ok => Mark::Good,
        Level::Warning => Mark::Fair,
        Level::Missing => Mark::Bad,
    }
}
