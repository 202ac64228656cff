//! `bisect`: which commits made a case slower.

use std::time::Duration;

use super::budget;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Format, count};
use accel_bench_engine::manifest::{Pattern, Percent};
use accel_bench_engine::measure::{Bisected, Explained, Project, Range, bisect, explain};
use accel_bench_engine::plan::Selection;

const EXAMPLES: &str = "\
Commits between GOOD and BAD are compared with GOOD, interleaved, along first
parents, until the first slower one is found; a merge is looked into. A commit
that does not build, or that cannot be decided, is passed over. What the commit
does not account for is searched for as well. Comparisons are stored: a search
that was stopped goes on where it was.

Examples:
  cargo accel-bench bisect v1.0 main           what made main slower than v1.0?
  cargo accel-bench bisect softmax v1.0 main   a case whose id contains softmax
  cargo accel-bench bisect v1.0 main --threshold 0.5%";

/// Arguments of `bisect`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "cargo accel-bench bisect [OPTIONS] [CASE] <GOOD> <BAD>")]
pub(crate) struct Args {
    /// A case, where one is meant (of several, the one that is slower by most); a commit where it was fast; one where it is slow
    #[arg(value_name = "REVISION", num_args = 2..=3, required = true)]
    words: Vec<String>,
    /// Search for changes larger than this
    #[arg(long, value_name = "PERCENT", value_parser = Percent::parse, default_value = "1%")]
    threshold: Percent,
    /// Begin no comparison later than this after the first
    #[arg(long, value_name = "TIME", value_parser = budget::time)]
    budget: Option<Duration>,
    /// Do not say which functions make the difference
    #[arg(long)]
    no_explain: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let mut project = Project::load(&cx.host)?;
    let machine = cx.host.hardware.machine();
    let range = range(&args, &project)?;
    let found = cx.engine(|engine| bisect(engine, &project, &machine, &range))?;
    if found.is_out_of_time {
        cx.shell.warn("the budget ran out before the search was at its end; the same command goes on");
    }
    let explained = if args.no_explain { Vec::new() } else { explained(cx, &mut project, &found) };
    let width = cx.shell.width();
    cx.shell.out(|to| report::bisected(&found, &explained, args.format, width, to))?;
    if found.culprits.is_empty() && !found.is_out_of_time {
        cx.shell.warn("no single commit accounts for the change: each step is smaller than `--threshold`");
    }
    Ok(Exit::Fine)
}

fn range(args: &Args, project: &Project) -> Result<Range> {
    let (case, ends) = args.words.split_at(args.words.len() - 2);
    let Some(repo) = &project.repo else {
        return Err(Error::usage("a search for commits needs git", "run it in a git repository"));
    };
    let filters = case.iter().map(Pattern::new).collect();
    Ok(Range {
        good: repo.resolve(&ends[0])?,
        bad: repo.resolve(&ends[1])?,
        selection: Selection { filters, ..Selection::default() },
        least: args.threshold,
        budget: args.budget,
    })
}

/// The functions that differ in each step; what cannot be explained is left out with a warning.
fn explained(cx: &mut Context, project: &mut Project, found: &Bisected) -> Vec<Option<Explained>> {
    cx.shell.note("Explaining", count(found.culprits.len(), "commit"));
    let mut of_step =
        |wanted| match cx.engine(|engine| explain(engine, project, wanted, &|id| *id == found.case)) {
            Ok(explained) => Some(explained),
            Err(error) => {
                let error = Error::from(error);
                cx.shell.warn(format!("cannot say which functions differ: {}", error.in_words()));
                None
            }
        };
    found.culprits.iter().map(|culprit| of_step(&culprit.wanted)).collect()
}
