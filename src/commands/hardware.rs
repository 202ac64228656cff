//! `hardware`: the devices of this machine, and what they can do.

use super::{building, doctor, show};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, TableOrJson};
use accel_bench_engine::executor::Ended;
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::{Project, RunRequest, peaks_of};
use accel_bench_engine::plan::Selection;
use accel_bench_engine::roof::CATEGORY;
use accel_bench_probes::devices::{APIS, Device};
use accel_bench_probes::doctor::{devices, gather};

const EXAMPLES: &str = "\
A device is usable if a small kernel gave the right result on it, a moment ago, in a process that the driver may crash or \
hang without harm. Chromium (on PATH, or at CHROME_PATH) is asked for WebGPU and WebNN, where it is installed.

Examples:
  cargo accel-bench hardware                 every device, or why there is none
  cargo accel-bench hardware list cuda       one kind of them
  cargo accel-bench hardware probe           measure what they can do
  cargo accel-bench hardware limits          what the last probes measured";

/// Arguments of `hardware`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Option<Act>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Act {
    /// Every device, whether a kernel runs on it, or why there is none (the default)
    List(ListArgs),
    /// Measure operations and bytes per second, launches and copies, and store them
    Probe(ProbeArgs),
    /// Show what the last probes measured
    Limits(LimitsArgs),
}

/// Arguments of `hardware list`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct ListArgs {
    /// Only these
    #[arg(value_name = "API", value_parser = APIS)]
    apis: Vec<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: TableOrJson,
}

/// Arguments of `hardware probe`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct ProbeArgs {
    /// On these backends [default: those that bench.toml names]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    backend: Vec<String>,
    /// How much to measure: quick, default, full, or a profile of bench.toml
    #[arg(long, value_name = "NAME", default_value = "quick")]
    profile: String,
    #[command(flatten)]
    building: building::Args,
    #[command(flatten)]
    limits: LimitsArgs,
}

/// Arguments of `hardware limits`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct LimitsArgs {
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: TableOrJson,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    match args.act {
        Some(Act::Probe(args)) => probe(&args, cx),
        Some(Act::Limits(args)) => {
            let project = Project::load(&cx.host)?;
            limits(&project, args.format, cx)
        }
        Some(Act::List(args)) => list(&args, cx),
        None => list(&args.list, cx),
    }
}

fn list(args: &ListArgs, cx: &mut Context) -> Result<Exit> {
    let is_asked_for = |api: &&str| args.apis.is_empty() || args.apis.iter().any(|name| name == api);
    let apis = APIS.into_iter().filter(is_asked_for).collect();
    let found: Vec<Device> = devices(&gather(doctor::given(cx, None, apis)));
    let text = report::devices(&found, args.format, &cx.shell)?;
    cx.shell.out(|to| to.write_all(text.as_bytes()))?;
    // One that was asked for by name should be there.
    let missing = !args.apis.is_empty() && !found.iter().any(Device::is_usable);
    Ok(if missing { Exit::FailedCase } else { Exit::Fine })
}

fn probe(args: &ProbeArgs, cx: &mut Context) -> Result<Exit> {
    let project = args.building.project(cx)?;
    // The project's own suite of probes, if it has one: of all targets, those without probes would be built as well.
    let has_suite = project.sources.manifest.suites.contains_key(CATEGORY);
    let selection = Selection {
        suite: Some(if has_suite { CATEGORY } else { "all" }.to_owned()),
        categories: vec![Pattern::new(CATEGORY)],
        backends: args.backend.clone(),
        profile: Some(args.profile.clone()),
        ..Selection::default()
    };
    let request = RunRequest { project: &project, selection: &selection, budget: None, counts: false };
    let outcome = cx.engine(|engine| engine.run(&request)).map_err(|error| match Error::from(error) {
        error if error.exit() == Exit::NothingToRun => Error::nothing(
            format!("no benchmark here has the category `{CATEGORY}`"),
            "run it in a checkout of accel-bench, and `cargo accel-bench history pull CHECKOUT` brings the results here",
        ),
        error => error,
    })?;
    if let Some(fault) = outcome.fault {
        return Err(fault.into());
    }
    cx.shell.status("Stored", show::kept_as(&outcome.record));
    if outcome.ended == Ended::Interrupted {
        return Ok(Exit::Interrupted);
    }
    let failed = outcome.record.cases.iter().any(|case| case.status.is_fault());
    limits(&project, args.limits.format, cx)?;
    Ok(if failed { Exit::FailedCase } else { Exit::Fine })
}

fn limits(project: &Project, format: TableOrJson, cx: &mut Context) -> Result<Exit> {
    let machine = cx.host.hardware.machine();
    let peaks = peaks_of(project, &machine)?;
    let limits = peaks.limits();
    if limits.is_empty() {
        let what = format!("nothing was probed on {} with these drivers", machine.id);
        return Err(Error::nothing(what, "`cargo accel-bench hardware probe` measures"));
    }
    let text = report::limits(&limits, &machine.id.to_string(), format)?;
    cx.shell.out(|to| to.write_all(text.as_bytes()))?;
    Ok(Exit::Fine)
}
