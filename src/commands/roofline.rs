//! `roofline`: how close each case comes to the limits of its device.

use super::show;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Form, Roofline};
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::Project;
use accel_bench_engine::roof::{Peaks, is_probe, place};
use accel_bench_engine::store::Query;
use accel_bench_record::{CaseRecord, MachineId, RunRecord};
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

/// Probes are looked for in as many runs, the last first.
const LAST: usize = 100;

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let record = match &args.run {
        Some(run) => show::stored(cx, &project, Some(run))?,
        None => last(&project)?,
    };
    let peaks = peaks_of(&project, &record)?;
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
    let peaks = peaks_of(project, record)?;
    let cases = record.cases.iter().filter(|case| !is_probe(case));
    let placed = cases.map(|case| (case.id.clone(), place(case, &peaks))).collect();
    Ok(report::roofline_section(&Roofline::new(placed, peaks, &record.machine)))
}

/// The last run with a case that is about code.
fn last(project: &Project) -> Result<RunRecord> {
    for run in project.store.matching(&Query::default())?.iter().rev().take(LAST) {
        let Ok(record) = project.store.load_summarised(run) else { continue };
        if record.cases.iter().any(|case| !is_probe(case)) {
            return Ok(record);
        }
    }
    Err(Error::nothing("no run is stored here", "`cargo accel-bench` measures"))
}

/// The limits that the last probes of the run's machine found, for each backend of the run.
fn peaks_of(project: &Project, record: &RunRecord) -> Result<Peaks> {
    let machine = Some(MachineId::new(record.machine.clone()));
    let drivers = |run: &RunRecord| run.surroundings.environment.adapters.clone();
    let mut peaks = Peaks::default();
    for run in project.store.matching(&Query { machine, ..Query::default() })?.iter().rev().take(LAST) {
        let lacks = |case: &CaseRecord, peaks: &Peaks| !peaks.knows(&case.id.backend);
        if !record.cases.iter().any(|case| lacks(case, &peaks)) {
            break;
        }
        let Ok(other) = project.store.load_summarised(run) else { continue };
        // Another driver is another device.
        if drivers(&other) != drivers(record) {
            continue;
        }
        let known = peaks.clone();
        peaks = other.cases.iter().filter(|case| lacks(case, &known)).fold(peaks, Peaks::with);
    }
    Ok(peaks)
}
