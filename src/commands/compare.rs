//! `compare`: is one state of the code slower than another?

use super::{budget, building, explain, judge, screen, selection};
use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::{Form, Format};
use accel_bench_engine::compare::{self, Apart};
use accel_bench_engine::measure::{From, SideSpec, Wanted, pair};

const EXAMPLES: &str = "\
Each side is a revision, a baseline's name, a run's id or a result file; `baseline:NAME` and `run:ID` say which.
Both sides are measured now, interleaved, in as many process pairs as it takes to be sure.

Examples:
  cargo accel-bench compare                     the working tree against the merge base with the default branch
  cargo accel-bench compare main                the working tree against main
  cargo accel-bench compare v1.0 HEAD           two revisions
  cargo accel-bench compare main --explain      and which functions make the difference
  cargo accel-bench compare main --stored       stored runs; suspected regressions again, interleaved
  cargo accel-bench compare a.json b.json --format markdown";

/// Arguments of `compare`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The baseline side [default: the merge base with the default branch]
    base: Option<String>,
    /// The candidate side [default: the working tree]
    candidate: Option<String>,
    /// Judge what merging this revision into BASE would result in, as the hook does [default BASE: HEAD]
    #[arg(long, value_name = "REV", conflicts_with = "candidate")]
    merge: Option<String>,
    /// Compare stored runs; suspected regressions are measured again, interleaved
    #[arg(long, conflicts_with = "measure")]
    stored: bool,
    /// With `--stored`: measure nothing at all
    #[arg(long, requires = "stored")]
    no_run: bool,
    /// Measure both sides again, although nothing has changed since they were compared
    #[arg(long)]
    measure: bool,
    /// Count instructions, cache misses and branches as well, by valgrind's callgrind
    #[arg(long)]
    counts: bool,
    #[command(flatten)]
    budget: budget::Args,
    #[command(flatten)]
    building: building::Args,
    /// How the table is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    #[command(flatten)]
    selection: selection::Args,
    #[command(flatten)]
    judge: judge::Args,
    #[command(flatten)]
    explain: explain::Args,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    args.explain.check(args.format)?;
    let mut project = args.building.project(cx)?;
    let machine = cx.host.hardware.machine();
    let base = match (&args.base, &args.merge) {
        (Some(text), _) => project.side(&cx.host, &machine.id, text)?,
        (None, Some(_)) => project.side(&cx.host, &machine.id, "HEAD")?,
        (None, None) => project.default_base()?,
    };
    let candidate = match (&args.candidate, &args.merge) {
        (Some(text), _) => project.side(&cx.host, &machine.id, text)?,
        (None, Some(rev)) => project.merge_into(&base, rev)?,
        (None, None) => SideSpec::WorkingTree,
    };
    let from = match (args.stored, args.measure) {
        (true, _) => From::Store,
        (_, true) => From::Now,
        _ => From::Anywhere,
    };
    if project.is_same(&base, &candidate)? && from == From::Anywhere {
        let what = format!(
            "{} and {} are the same code; `--measure` compares them all the same",
            base.name(),
            candidate.name()
        );
        cx.shell.status("Same", what);
        return Ok(Exit::Fine);
    }
    if from == From::Anywhere && !project.is_affected(&base, &candidate)? {
        cx.shell.status(
            "Unaffected",
            format!("nothing that the benches are built from differs from {}", base.name()),
        );
        return Ok(Exit::Fine);
    }
    cx.shell.note("Comparing", format!("{} with {}", candidate.name(), base.name()));
    let (selection, threshold) = (args.selection.resolve(&[])?, args.judge.threshold);
    let budget = args.budget.resolve(&project, &selection)?;
    let counts = args.counts;
    let wanted =
        Wanted { base, candidate, from, selection, threshold, budget: budget.time, counts, only: None };
    let pair = cx.engine(|engine| pair(engine, &project, &machine, &wanted))?;
    // The line that says so is enough for a reader; scripts and pull requests get their document.
    if !pair.is_measured && args.format == Form::Text(Format::Table) {
        return Ok(Exit::Fine);
    }
    budget::tell_of_time(cx, &pair, &budget);
    let apart = if from == From::Store { Apart::Stored } else { Apart::Result };
    let mut found = judge::judged(&project, (&pair.base, &pair.candidate), &args.judge, apart)?;
    let time_lies_between = !compare::are_interleaved(&pair.base, &pair.candidate);
    if from == From::Store && time_lies_between && !args.no_run {
        found = screen::confirmed(cx, &project, &machine, (wanted.clone(), &budget), found, &args.judge)?;
    }
    let explained = explain::explained(cx, &mut project, &wanted, &found, &args.explain);
    // Measured results are shown, also where they cannot be explained.
    let sides = (&pair.base, &pair.candidate);
    let exit = judge::tell(cx, &found, sides, explained.as_ref().ok().and_then(Option::as_ref), args.format)?;
    explained.map(|_| exit)
}
