//! `history predict`: what cases would take that were not run here.

use std::collections::BTreeMap;

use super::forecast::known;
use super::selection;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::history::{self, Reading};
use crate::report::{self, Basis, Format, PredictedRow, count};
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::{Described, Project, describe};
use accel_bench_history::predict::{Cell, FEWEST, Measured, Model, Work, evaluate};

const EXAMPLES: &str = "\
Builds the benches and asks each case what it does: operations, bytes, parameters. What it would take is predicted from the
cases that were measured on this machine. Nothing is run, and nothing is stored.

Examples:
  cargo accel-bench history predict llama          cases that were not run here
  cargo accel-bench history predict --suite full --all
                                                   measured ones beside them
  cargo accel-bench history predict --evaluate     how good predictions are";

/// Arguments of `history predict`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` means anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    #[command(flatten)]
    selection: selection::Args,
    /// Show the cases that were measured here, too
    #[arg(long)]
    all: bool,
    /// Keep back each model and each size in turn, and say how well they are predicted
    #[arg(long, conflicts_with = "all")]
    evaluate: bool,
    /// How the predictions are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(super) fn run(args: &Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    history::update(cx, &project, Reading::New)?;
    let machine = cx.host.hardware.machine().id.to_string();
    let known = known(cx, &project, &machine)?;
    let basis = Basis { machine: &machine, measured_cells: known.len() };
    let (format, width) = (args.format, cx.shell.width());
    if args.evaluate {
        let filters: Vec<_> = args.filters.iter().map(Pattern::new).collect();
        let is_meant = |own: &Measured| {
            filters.is_empty() || filters.iter().any(|filter| filter.matches_case(&own.cell.case))
        };
        let known: Vec<_> = known.iter().filter(|own| is_meant(own)).cloned().collect();
        let found = evaluate(&known);
        if found.held_out.is_empty() {
            return Err(too_few(known.len(), &machine));
        }
        let basis = Basis { measured_cells: known.len(), ..basis };
        cx.shell.out(|to| report::evaluated(&found, basis, format, width, to))?;
        return Ok(Exit::Fine);
    }
    let model = Model::fit(&known).ok_or_else(|| too_few(known.len(), &machine))?;
    let selection = args.selection.resolve(&args.filters)?;
    let described = cx.engine(|engine| describe(engine, &project.sources, &selection))?;
    let rows = rows(cx, described, &known, &model, args.all);
    if rows.is_empty() {
        cx.shell
            .note("Predicted", "nothing: no selected case is left to predict; `--all` shows measured ones");
        return Ok(Exit::Fine);
    }
    cx.shell.out(|to| report::predicted(&rows, basis, format, width, to))?;
    Ok(Exit::Fine)
}

fn rows(
    cx: &mut Context,
    described: Vec<Described>,
    known: &[Measured],
    model: &Model,
    all: bool,
) -> Vec<PredictedRow> {
    let known: BTreeMap<_, _> = known.iter().map(|own| (&own.cell.case, own)).collect();
    let mut unsaid: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for Described { case, says } in described {
        let measured = known.get(&case.id).map(|own| (own.latency_ns, own.memory));
        if measured.is_some() && !all {
            continue;
        }
        let work = says.and_then(|says| {
            Work::of(&says.metrics).ok_or_else(|| "the benchmark does not say what it does".to_owned())
        });
        match work {
            Ok(work) => {
                let forecast = model.predict(&Cell { case: case.id.clone(), work });
                rows.push(PredictedRow { case: case.id, forecast, measured });
            }
            Err(reason) => *unsaid.entry(reason).or_default() += 1,
        }
    }
    for (reason, cases) in unsaid {
        cx.shell.warn(format!("{} cannot be predicted: {reason}", count(cases, "case")));
    }
    rows
}

fn too_few(cells: usize, machine: &str) -> Error {
    Error::nothing(
        format!(
            "{} with its operations, bytes and parameters was measured on {machine}; predictions need {FEWEST}",
            count(cells, "case")
        ),
        "measure more: `cargo accel-bench --suite default` in a repository of models; \
         docs/history.md says what a benchmark has to report",
    )
}
