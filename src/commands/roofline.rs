//! `roofline`: how close each case comes to the limits of its device.

use super::show;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Form, Roofline};
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::{Project, last_of_code, peaks};
use accel_bench_engine::roof::{is_probe, place};
use accel_bench_record::{CaseRecord, RunRecord};
use accel_bench_report::Section;

const EXAMPLES: &str = "\
The roofs are the operations and bytes per second that the last probes reached, with the same backend and drivers on the same
machine. They are ordinary benchmarks: `cargo accel-bench --suite hardware` in a checkout of accel-bench runs them, on the
backends of `--backend`. `cargo accel-bench history pull CHECKOUT` brings their results into another project.

Examples:
  cargo accel-bench roofline                     the last run
  cargo accel-bench roofline llama --run main    cases of another
  cargo accel-bench roofline --format html > roofline.html";

/// Arguments of `roofline`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` means anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// A run's id, a revision, a baseline or a result file [default: the last run that has more than probes]
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let record = match &args.run {
        Some(run) => show::stored(cx, &project, Some(run))?,
        None => last_of_code(&project)?
            .ok_or_else(|| Error::nothing("no run is stored here", "`cargo accel-bench` measures"))?,
    };
    let peaks = peaks(&project, &record)?;
    let filters: Vec<_> = args.filters.iter().map(Pattern::new).collect();
    let is_meant =
        |case: &&CaseRecord| filters.is_empty() || filters.iter().any(|filter| filter.matches_case(&case.id));
    let cases = record.cases.iter().filter(|case| !is_probe(case)).filter(is_meant);
    let placed: Vec<_> = cases.map(|case| (case.id.clone(), place(case, &peaks))).collect();
    if placed.is_empty() {
        let what = format!("run {} has no such case", record.id);
        return Err(Error::nothing(what, "`cargo accel-bench show` shows what it has"));
    }
    let found = Roofline::new(placed, peaks, &record.machine);
    let width = cx.shell.width();
    match args.format {
        Form::Text(format) => cx.shell.out(|to| report::roofline(&found, format, width, to))?,
        Form::Html => cx.shell.out(|to| report::roofline_page(&found, to))?,
    }
    Ok(Exit::Fine)
}

/// The roofline of a run, for a report; empty where nothing was probed.
pub(crate) fn section_of(project: &Project, record: &RunRecord) -> Result<Section> {
    let peaks = peaks(project, record)?;
    let cases = record.cases.iter().filter(|case| !is_probe(case));
    let placed = cases.map(|case| (case.id.clone(), place(case, &peaks))).collect();
    Ok(report::roofline_section(&Roofline::new(placed, peaks, &record.machine)))
}
