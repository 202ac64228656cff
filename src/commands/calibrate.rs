//! `calibrate`: how often are verdicts wrong here, and what do they find?

use accel_bench_record::{CALIBRATION_FORMAT, CalibrationRecord, CaseKey};

use super::itself;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Format};
use accel_bench_engine::Machine;
use accel_bench_engine::compare::{CALIBRATION_TOLERANCE, Calibration, Tolerance};
use accel_bench_engine::manifest::Percent;
use accel_bench_engine::measure::{Prepared, Project, Trial, trial};

const EXAMPLES: &str = "\
Compares the working tree with itself, again and again: as it is and with its functions at other addresses, where every
change that is told is a false alarm; and with real extra work in every case, or in one of ten, which should be found.

Examples:
  cargo accel-bench calibrate                          20 comparisons of each kind, 5 with each of 1, 2, 3 and 5 %
  cargo accel-bench calibrate matmul --comparisons 50 --moved 50
  cargo accel-bench calibrate --add --slowed 0 --few 0 more of identical code, beside what was tried before
  cargo accel-bench calibrate --show --format markdown what was tried before";

/// Arguments of `calibrate`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Comparisons of identical code
    #[arg(long, value_name = "N", default_value_t = 20)]
    comparisons: usize,
    /// Comparisons of identical code with functions at other addresses
    #[arg(long, value_name = "N", default_value_t = 20)]
    moved: usize,
    /// Comparisons with each slow-down in all cases
    #[arg(long, value_name = "N", default_value_t = 5)]
    slowed: usize,
    /// Comparisons with each slow-down in one case of ten, drawn each time
    #[arg(long, value_name = "N", default_value_t = 5)]
    few: usize,
    /// The slow-downs
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', default_value = "1%,2%,3%,5%", value_parser = Percent::parse)]
    slowdowns: Vec<Percent>,
    /// Keep what was tried before
    #[arg(long)]
    add: bool,
    /// Try nothing, show what was tried before
    #[arg(long, conflicts_with = "add")]
    show: bool,
    #[command(flatten)]
    itself: itself::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = args.itself.project(cx)?;
    let machine = cx.host.hardware.machine();
    let before = project.store.calibration(&machine.id)?;
    if args.show {
        let Some(record) = before else {
            return Err(Error::nothing(
                format!("nothing was calibrated on {} yet", machine.id),
                "leave out `--show`",
            ));
        };
        return show(cx, &record, args.itself.format);
    }
    let prepared = args.itself.prepared(cx, &project)?;
    let mut record = match before {
        Some(before) if args.add => before,
        _ => new(cx, &machine, &prepared),
    };
    let exit = all(cx, &project, &machine, &prepared, &args, &mut record)?;
    show(cx, &record, args.itself.format)?;
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
    for (at, wanted) in order.into_iter().enumerate() {
        cx.shell.note("Comparing", format!("{wanted} ({} of {count})", at + 1));
        let gate = |_: &CaseKey| tolerance;
        let trial = cx.engine(|engine| trial(engine, project, machine, prepared, wanted, &gate));
        match trial? {
            Some(trial) => record.comparisons.push(trial),
            None => return Ok(Exit::Interrupted),
        }
        project.store.keep_calibration(record)?;
    }
    Ok(Exit::Fine)
}

fn order(args: &Args) -> Vec<Trial> {
    let slowed = args.slowdowns.iter().flat_map(|percent| {
        let all = Trial { slowdown: percent.share(), ..Trial::default() };
        [(all, args.slowed), (Trial { few: true, ..all }, args.few)]
    });
    let moved = Trial { moved: Some(0), ..Trial::default() };
    let kinds = [(Trial::default(), args.comparisons), (moved, args.moved)];
    Trial::evenly(kinds.into_iter().chain(slowed))
}

fn show(cx: &mut Context, record: &CalibrationRecord, format: Format) -> Result<Exit> {
    let width = cx.shell.width();
    let calibration = Calibration::of(record);
    cx.shell.out(|to| report::calibration(record, &calibration, format, width, to))?;
    Ok(Exit::Fine)
}
