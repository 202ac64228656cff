//! `rerun`: a stored run once more, to see whether its numbers come again.

use std::collections::BTreeSet;

use accel_bench_record::{CaseKey, RunRecord};

use super::building;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, AgainRow, Format, count};
use accel_bench_engine::compare::Again;
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::{Rerun, rerun};

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench rerun 20261128-0326          a run, by the start of its id
  cargo accel-bench rerun 20261128-0326 softmax  only some of its cases

The run's commit is built as it was then. What is missing, such as its compiler,
is an error.";

/// Arguments of `rerun`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The run's id, or its beginning
    run: String,
    /// Only cases whose id contains this (`*` means anything)
    case: Option<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let mut project = building::Args::default().project(cx)?;
    let id = project.store.resolve(args.run.trim_start_matches("run:"))?;
    let stored = project.store.load(&id)?;
    let only = args.case.as_deref().map(|case| of(&stored, case)).transpose()?;
    let machine = cx.host.hardware.machine();
    cx.shell.note("Rerunning", format!("run {id}"));
    let found = cx.engine(|engine| rerun(engine, &mut project, &machine, (stored, only)))?;
    let rows: Vec<_> = found.rows.iter().map(AgainRow::of).collect();
    let width = cx.shell.width();
    cx.shell.out(|to| report::listing(&rows, args.format, width, to))?;
    conclude(cx, &found);
    Ok(Exit::Fine)
}

/// The cases that are meant.
fn of(stored: &RunRecord, case: &str) -> Result<BTreeSet<CaseKey>> {
    let pattern = Pattern::new(case);
    let found: BTreeSet<_> =
        stored.cases.iter().map(|case| case.id.clone()).filter(|id| pattern.matches_case(id)).collect();
    if found.is_empty() {
        let hint = format!("`cargo accel-bench show run:{}` lists its cases", stored.id);
        return Err(Error::nothing(format!("run {} has no case that matches `{case}`", stored.id), hint));
    }
    Ok(found)
}

fn conclude(cx: &mut Context, found: &Rerun) {
    // Another lock file or another compiler flag is another build, wherever the numbers lie.
    let words: Vec<_> = found.surroundings.iter().filter_map(|difference| difference.in_words()).collect();
    if !words.is_empty() {
        cx.shell.warn(format!("the surroundings differ: {}", words.join("; ")));
    }
    let outside = found.rows.iter().filter(|row| Again::is_inside(row) == Some(false)).count();
    if outside == 0 {
        cx.shell.status("Stored", format!("run {}", found.now.id));
        return;
    }
    let cases = count(found.rows.len(), "case");
    cx.shell.warn(format!("{outside} of {cases} lie outside of the range of runs of the same code"));
}
