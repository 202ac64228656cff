//! `doctor`: what each backend lacks on this machine, with the command that fixes it.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::{self, Section, TableOrJson};
use accel_bench_engine::manifest::Manifest;
use accel_bench_engine::measure::Project;
use accel_bench_engine::plan;
use accel_bench_probes::VISIBLE_DEVICES;
use accel_bench_probes::doctor::{self, Given, Level};

/// Arguments of `doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "The exit code is 3 when one of the named backends cannot run here.")]
pub(crate) struct Args {
    /// Only these backends [default: all that are built in or in bench.toml]
    #[arg(value_name = "BACKEND")]
    backends: Vec<String>,
    /// How the findings are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: TableOrJson,
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
    let apis = doctor::apis(backends.iter().map(String::as_str));
    let facts = doctor::gather(given(cx, project.as_ref(), apis));
    let of_machine = [
        ("machine", doctor::machine(&facts)),
        ("instrument", doctor::instrument(&facts)),
        ("energy", doctor::energy(backends, cx.host.var(VISIBLE_DEVICES))),
    ];
    let mut sections: Vec<_> =
        of_machine.into_iter().map(|(name, findings)| Section::of_machine(name, findings)).collect();
    sections.extend(backends.iter().map(|name| Section::of_backend(name, doctor::backend(name, &facts))));
    let worst = sections.iter().filter(|section| section.is_of_backend()).map(Section::level).max();
    let worst = worst.unwrap_or(Level::Ok);
    let text = report::doctor(&sections, args.format, &cx.shell)?;
    cx.shell.out(|to| to.write_all(text.as_bytes()))?;
    let is_asked_for = !args.backends.is_empty();
    Ok(if is_asked_for && worst == Level::Missing { Exit::FailedCase } else { Exit::Fine })
}

/// What the checks are given; the devices of `apis` are probed.
pub(super) fn given(cx: &Context, project: Option<&Project>, apis: Vec<&'static str>) -> Given {
    // Outside of a project, this folder's disk is what there is to look at.
    let store = project.map_or_else(|| cx.host.cwd.clone(), |project| project.store.root().to_path_buf());
    Given {
        tool: cx.tool().to_path_buf(),
        libtorch: cx.host.var("LIBTORCH").map(Into::into),
        use_pytorch: cx.host.var("LIBTORCH_USE_PYTORCH").is_some(),
        virtual_env: cx.host.var("VIRTUAL_ENV").map(Into::into),
        library_path: cx.host.paths("LD_LIBRARY_PATH"),
        onnxruntime: cx.host.var("ORT_DYLIB_PATH").map(Into::into),
        ort_web: cx.host.var("ACCEL_BENCH_ORT_WEB").map(Into::into),
        browser: cx.host.var("CHROME_PATH").map(Into::into),
        path: cx.host.paths("PATH"),
        cuda_path: cx.host.var("CUDA_PATH").map(Into::into),
        store,
        apis,
    }
}
