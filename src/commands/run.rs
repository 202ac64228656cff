//! `run`, the default: build, measure, store, show.

use std::path::PathBuf;

use accel_bench_record::RunRecord;

use super::selection;
use super::{budget, building, judge, metrics, planned, show};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{Form, count};
use accel_bench_engine::executor::Ended;
use accel_bench_engine::measure::{From, Project, RunRequest, SideSpec, Wanted, pair};
use accel_bench_engine::plan::Selection;
use accel_bench_engine::store::{self, Name};

/// Arguments of `run`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Only cases whose id contains one of these (`*` means anything)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    #[command(flatten)]
    selection: selection::Args,
    /// Show what would be measured, measure nothing
    #[arg(long)]
    dry_run: bool,
    /// Build the bench targets, run none
    #[arg(long, conflicts_with = "dry_run")]
    no_run: bool,
    /// Write the result into this folder as well
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// How the results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
    #[command(flatten)]
    metrics: metrics::Args,
    /// Compare with a revision, a baseline, a run or a result file
    #[arg(long, value_name = "REV|FILE")]
    compare: Option<String>,
    /// Keep the run under this name, to compare with later
    #[arg(long, value_name = "NAME")]
    save_baseline: Option<String>,
    /// Count instructions, cache misses and branches as well, by valgrind's callgrind
    #[arg(long)]
    counts: bool,
    #[command(flatten)]
    budget: budget::Args,
    #[command(flatten)]
    building: building::Args,
    #[command(flatten)]
    judge: judge::Args,
}

impl Args {
    /// The first word that chooses cases.
    pub(crate) fn first_filter(&self) -> Option<&str> {
        self.filters.first().map(String::as_str)
    }
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    if args.compare.is_none() && (args.judge.threshold.is_some() || args.judge.force) {
        return Err(Error::usage(
            "`--threshold` and `--force` need `--compare`",
            "add `--compare REV`, or use `cargo accel-bench compare REV`",
        ));
    }
    let selection = args.selection.resolve(&args.filters)?;
    // A name that cannot be one should not cost a run first.
    let name = args.save_baseline.as_ref().map(|name| Name::new(name.as_str())).transpose()?;
    let project = args.building.project(cx)?;
    if args.no_run || args.dry_run {
        return planned::only(cx, &project, &selection, args.dry_run);
    }
    let (record, exit) = match &args.compare {
        Some(text) => compared(cx, &project, selection, text, &args)?,
        None => measured(cx, &project, &selection, &args)?,
    };
    if let Some(dir) = &args.output {
        let path = store::export(&record, &cx.host.cwd.join(dir))?;
        cx.shell.status("Wrote", path.display());
    }
    if let Some(name) = name {
        project.store.save_as(&name, &record)?;
        cx.shell
            .status("Saved", format!("baseline `{name}`; compare with `cargo accel-bench compare {name}`"));
    }
    Ok(exit)
}

fn measured(
    cx: &mut Context,
    project: &Project,
    selection: &Selection,
    args: &Args,
) -> Result<(RunRecord, Exit)> {
    let budget = args.budget.resolve(project, selection)?;
    let request = RunRequest { project, selection, budget: budget.time, counts: args.counts };
    let outcome = cx.engine(|engine| engine.run(&request))?;
    let record = outcome.record;
    show::write(cx, &record, args.format, &args.metrics.resolve())?;
    if let Some(fault) = outcome.fault {
        cx.shell.error(
            &Error::from(fault).in_words(),
            Some("the table above is all that is left; free some space"),
        );
        return Ok((record, Exit::Storage));
    }
    cx.shell.status("Stored", show::kept_as(&record));
    if outcome.ended == Ended::Interrupted {
        let kept = count(record.cases.len(), "finished case");
        cx.shell.warn(format!("interrupted; {kept} kept"));
        return Ok((record, Exit::Interrupted));
    }
    if outcome.ended == Ended::OutOfTime {
        budget::tell_what_ran_out(cx, &budget, "what was measured is kept", outcome.unreached);
    }
    let failed = !outcome.unlisted.is_empty() || record.cases.iter().any(|case| case.status.is_fault());
    Ok((record, if failed { Exit::FailedCase } else { Exit::Fine }))
}

fn compared(
    cx: &mut Context,
    project: &Project,
    selection: Selection,
    text: &str,
    args: &Args,
) -> Result<(RunRecord, Exit)> {
    let machine = cx.host.hardware.machine();
    let base = project.side(&cx.host, &machine.id, text)?;
    let (candidate, threshold) = (SideSpec::WorkingTree, args.judge.threshold);
    let budget = args.budget.resolve(project, &selection)?;
    let (from, counts) = (From::Now, args.counts);
    let wanted =
        Wanted { base, candidate, from, selection, threshold, budget: budget.time, counts, only: None };
    let pair = cx.engine(|engine| pair(engine, project, &machine, &wanted))?;
    budget::tell_of_time(cx, &pair, &budget);
    let exit = judge::conclude(cx, project, (&pair.base, &pair.candidate), &args.judge, args.format)?;
    Ok((pair.candidate, exit))
}
