//! `noise`: how small a change can be seen here?

use std::time::Duration;

use super::{budget, itself};
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report;
use accel_bench_engine::compare::{CaseNoise, Tolerance};
use accel_bench_engine::measure::{Trial, trial};
use accel_bench_record::CaseKey;

const EXAMPLES: &str = "\
Measures the working tree next to itself for a moment: process pairs of identical code, as every comparison does it.
What they differ by is the noise that a change must exceed. Nothing is stored.

Examples:
  cargo accel-bench noise
  cargo accel-bench noise matmul --time 30s";

/// Arguments of `noise`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// How long is measured; builds are not counted
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = budget::time)]
    time: Duration,
    #[command(flatten)]
    itself: itself::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = args.itself.project(cx)?;
    let machine = cx.host.hardware.machine();
    let prepared = args.itself.prepared(cx, &project)?;
    // Nothing is within a tolerance of nothing, so that no case is done before the time is over.
    let gate = |_: &CaseKey| Tolerance { tolerance: 0.0, ..Tolerance::default() };
    let wanted = Trial { budget: Some(args.time), ..Trial::default() };
    let Some(tried) = cx.engine(|engine| trial(engine, &project, &machine, &prepared, wanted, &gate))? else {
        return Ok(Exit::Interrupted);
    };
    let found: Vec<_> = tried.rows.iter().map(CaseNoise::of).collect();
    if found.iter().any(|case| case.found.is_none()) {
        cx.shell.warn("some cases had fewer than two process pairs; a longer `--time`, or fewer cases");
    }
    let width = cx.shell.width();
    cx.shell.out(|to| report::noise(&found, args.itself.format, width, to))?;
    Ok(Exit::Fine)
}
