//! The end of every command that compares: refuse what cannot be compared, render, and the exit code.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::{self, Form, Pages};
use accel_bench_engine as engine;
use accel_bench_engine::compare::{self, Apart, Comparison, Drift, Outcome};
use accel_bench_engine::manifest::Percent;
use accel_bench_engine::measure::{Explained, Project};
use accel_bench_record::{MachineId, RunRecord};

/// How a comparison is judged and shown.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Judging")]
#[group(skip)]
pub(crate) struct Args {
    /// Changes within this are not regression (before bench.toml's `[gate] tolerance`)
    #[arg(long, value_name = "PERCENT", value_parser = Percent::parse)]
    pub(crate) threshold: Option<Percent>,
    /// Compare although the machine classes differ; the result is marked
    #[arg(long)]
    pub(crate) force: bool,
}

/// Judges two runs and says what the comparison comes to.
pub(crate) fn conclude(
    cx: &mut Context,
    project: &Project,
    sides: (&RunRecord, &RunRecord),
    args: &Args,
    form: Form,
) -> Result<Exit> {
    let comparison = judged(project, sides, args, Apart::Result)?;
    tell(cx, &comparison, sides, None, form)
}

/// Compares two runs, if they can be.
pub(crate) fn judged(
    project: &Project,
    (base, candidate): (&RunRecord, &RunRecord),
    args: &Args,
    apart: Apart,
) -> Result<Comparison> {
    match compare::comparable(base, candidate) {
        Err(mismatch) if !args.force => return Err(engine::Error::Mismatch(mismatch).into()),
        _ => {}
    }
    let machine = MachineId::new(candidate.machine.clone());
    // Sides that were interleaved have no time between them.
    let drift =
        if compare::are_interleaved(base, candidate) { Drift::default() } else { project.drift(&machine)? };
    let gate = project.gate(args.threshold, drift, apart);
    Ok(compare::compare(base, candidate, &gate))
}

/// Shows a comparison; what it comes to is the exit code.
pub(crate) fn tell(
    cx: &mut Context,
    comparison: &Comparison,
    (base, candidate): (&RunRecord, &RunRecord),
    explained: Option<&Explained>,
    form: Form,
) -> Result<Exit> {
    let width = cx.shell.width();
    let pages = Pages::of(candidate).against(base, comparison, explained);
    match form {
        Form::Text(format) => {
            cx.shell.out(|to| report::comparison((comparison, explained), format, width, to))?;
        }
        Form::Html => cx.shell.out(|to| report::html(&pages, to))?,
    }
    Ok(match comparison.worst() {
        Outcome::Fine => Exit::Fine,
        Outcome::Regression => Exit::Regression,
        Outcome::FailedCase => Exit::FailedCase,
        Outcome::Unfit => {
            cx.shell
                .warn("A/A control failed: this machine is too noisy to judge; try again when it is quieter");
            Exit::NotComparable
        }
        Outcome::NothingJudged if comparison.census.undecided > 0 => {
            cx.shell.warn("no case could be decided; each row says what it would take");
            Exit::Fine
        }
        Outcome::NothingJudged => Exit::NotComparable,
    })
}
