//! `calibrate`: how often are verdicts wrong here, and what do they find?

use accel_bench_record::{CALIBRATION_FORMAT, CalibrationRecord, CaseKey};

use super::{building, selection};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Format};
use accel_bench_engine::Machine;
use accel_bench_engine::compare::{CALIBRATION_TOLERANCE, Calibration, Tolerance};
use accel_bench_engine::manifest::Percent;
use accel_bench_engine::measure::{Prepared, Project, prepare, trial};

const EXAMPLES: &str = "\
Compares the working tree with itself, again and again: as it is, where every change that is told is a false alarm, and
with real extra work in every case, which should be found. What identical code shows becomes each case's noise floor on
this machine: no later comparison calls less a change.

Examples:
  cargo accel-bench calibrate                          20 comparisons as it is, 5 with each of 1, 2, 3 and 5 %
  cargo accel-bench calibrate matmul --comparisons 50
  cargo accel-bench calibrate --add --slowed 0         20 more, beside what was tried before
  cargo accel-bench calibrate --show --format markdown what was tried before";

/// Arguments of `calibrate`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only cases whose id matches one of these
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Comparisons of identical code
    #[arg(long, value_name = "N", default_value_t = 20)]
    comparisons: usize,
    /// Comparisons with each slow-down
    #[arg(long, value_name = "N", default_value_t = 5)]
    slowed: usize,
    /// The slow-downs
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', default_value = "1%,2%,3%,5%", value_parser = Percent::parse)]
    slowdowns: Vec<Percent>,
    /// Keep what was tried before
    #[arg(long)]
    add: bool,
    /// Try nothing, show what was tried before
    #[arg(long, conflicts_with = "add")]
    show: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    #[command(flatten)]
    building: building::Args,
    #[command(flatten)]
    selection: selection::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = args.building.project(cx)?;
    let machine = cx.host.hardware.machine();
    let before = project.store.calibration(&machine.id)?;
    if args.show {
        let Some(record) = before else {
            return Err(Error::nothing(
                format!("nothing was calibrated on {} yet", machine.id),
                "leave out `--show`",
            ));
        };
        return show(cx, &record, args.format);
    }
    let selection = args.selection.resolve(&args.filters)?;
    let prepared =
        cx.engine(|engine| prepare(engine, &project.sources, &selection, None, project.commit()?))?;
    let mut record = match before {
        Some(before) if args.add => before,
        _ => new(cx, &machine, &prepared),
    };
    let exit = all(cx, &project, &machine, &prepared, &args, &mut record)?;
    show(cx, &record, args.format)?;
    Ok(exit)
}

fn new(cx: &Context, machine: &Machine, prepared: &Prepared) -> CalibrationRecord {
    CalibrationRecord {
        format: CALIBRATION_FORMAT,
        machine: machine.id.to_string(),
        started: cx.host.now().to_string(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        rustc: prepared.build.rustc.clone(),
        tolerance: CALIBRATION_TOLERANCE,
        comparisons: Vec::new(),
    }
}

/// Tries everything, and stores after each comparison.
fn all(
    cx: &mut Context,
    project: &Project,
    machine: &Machine,
    prepared: &Prepared,
    args: &Args,
    record: &mut CalibrationRecord,
) -> Result<Exit> {
    let tolerance = Tolerance { tolerance: CALIBRATION_TOLERANCE, ..Tolerance::default() };
    let order = order(args);
    let count = order.len();
    for (at, slowdown) in order.into_iter().enumerate() {
        let what = match slowdown {
            0.0 => "identical code".to_owned(),
            share => format!("{} % more work", (share * 1e4).round() / 1e2),
        };
        cx.shell.note("Comparing", format!("{what} ({} of {count})", at + 1));
        let gate = |_: &CaseKey| tolerance;
        let trial = cx.engine(|engine| trial(engine, project, machine, prepared, slowdown, &gate));
        match trial? {
            Some(trial) => record.comparisons.push(trial),
            None => return Ok(Exit::Interrupted),
        }
        project.store.keep_calibration(record)?;
    }
    Ok(Exit::Fine)
}

/// The slow-downs of all comparisons, evenly mixed, so that a busy hour of the machine meets all of them.
fn order(args: &Args) -> Vec<f64> {
    let slowed = args.slowdowns.iter().map(|percent| (percent.share(), args.slowed));
    let kinds: Vec<(f64, usize)> = [(0.0, args.comparisons)].into_iter().chain(slowed).collect();
    let mut order: Vec<(f64, f64)> = kinds
        .into_iter()
        .flat_map(|(slowdown, count)| (0..count).map(move |at| ((at as f64 + 0.5) / count as f64, slowdown)))
        .collect();
    order.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    order.into_iter().map(|(_, slowdown)| slowdown).collect()
}

fn show(cx: &mut Context, record: &CalibrationRecord, format: Format) -> Result<Exit> {
    let width = cx.shell.width();
    let calibration = Calibration::of(record);
    cx.shell.out(|to| report::calibration(record, &calibration, format, width, to))?;
    Ok(Exit::Fine)
}
