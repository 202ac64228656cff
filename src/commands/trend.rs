//! `trend`: where results changed over the commits.

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::history::{self, Reading};
use crate::report::{self, Form, Span, TrendReport};
use accel_bench_engine::manifest::{Pattern, Percent};
use accel_bench_engine::measure::Project;
use accel_bench_history::{LATENCY, Series, Wanted};
use accel_bench_record::RunRecord;
use accel_bench_report::Section;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench trend                  every case, on the current branch
  cargo accel-bench trend softmax          cases whose id contains `softmax`;
                                           one alone is drawn
  cargo accel-bench trend --metric all     memory, rates and counts, too
  cargo accel-bench trend --since v1.2.0   what changed since a release
  cargo accel-bench trend --gate           in CI on main: exit code 1 for a new
                                           regression

A change is reported from the fifth commit at the new level on.";

/// Arguments of `trend`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only cases whose id contains this (`*` means anything)
    filters: Vec<String>,
    /// A metric, `all`, or a name with `*`
    #[arg(long, value_name = "NAME", default_value = LATENCY.0)]
    metric: String,
    /// The commits of this branch, along first parents
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    branch: String,
    /// Show only what came after this revision
    #[arg(long, value_name = "REV", conflicts_with = "commits")]
    since: Option<String>,
    /// Show only the last measured commits
    #[arg(long, value_name = "N")]
    commits: Option<usize>,
    /// Exit with 1 where a shown change is a regression [default of --commits: 20]
    #[arg(long)]
    gate: bool,
    /// Changes within this are not regressions (before bench.toml's `[gate] tolerance`)
    #[arg(long, value_name = "PERCENT", value_parser = Percent::parse, requires = "gate")]
    threshold: Option<Percent>,
    /// How the trends are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Form,
}

/// With `--gate`, changes that lie further back are old.
const NEW: usize = 20;

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    match history::update(cx, &project, Reading::New) {
        // The store of somebody else may be read only: its table is as good as it was.
        Err(error @ Error::History(_)) if !history::table(&project).runs()?.0.is_empty() => {
            cx.shell.warn(format!("the table was not brought up to date: {}", error.in_words()));
        }
        update => drop(update?),
    }
    let line = history::line(project.repo.as_ref(), &args.branch)?;
    let series = wanted(&args, &project, line.as_deref())?;
    if series.is_empty() {
        return Err(nothing(&args));
    }
    let span = span(&args, &project, line.as_deref())?;
    let gate = project.sources.manifest.gate.clone();
    let gate = args.threshold.map_or_else(|| gate.clone(), |threshold| gate.with_tolerance(threshold));
    let tolerance = |case: &_| gate.tolerance_for(case);
    let report = TrendReport::new(history::table(&project).trends(series), line.as_deref(), span, &tolerance);
    let width = cx.shell.width();
    match args.format {
        Form::Text(format) => cx.shell.out(|to| report::trend(&report, format, width, to))?,
        Form::Html => cx.shell.out(|to| report::trend_page(&report, to))?,
    }
    Ok(if args.gate && report.has_regressed() { Exit::Regression } else { Exit::Fine })
}

/// The trends of a run's cases, for a report; `None` where there is no table and no one asked for one.
pub(crate) fn trends_of(cx: &mut Context, project: &Project, run: &RunRecord) -> Result<Option<Section>> {
    if !history::table(project).folder().is_dir() {
        return Ok(None);
    }
    history::update(cx, project, Reading::New)?;
    let line = history::line(project.repo.as_ref(), "HEAD")?;
    let found = history::table(project).series(&Wanted {
        line: line.as_deref(),
        case: &|case| run.case(case).is_some(),
        metric: &|name| name == LATENCY.0,
    })?;
    let gate = &project.sources.manifest.gate;
    let trends = history::table(project).trends(found.series);
    let report = TrendReport::new(trends, line.as_deref(), Span::All, &|case| gate.tolerance_for(case));
    Ok(Some(report::trend_section(&report)))
}

fn wanted(args: &Args, project: &Project, line: Option<&[String]>) -> Result<Vec<Series>> {
    let filters: Vec<_> = args.filters.iter().map(Pattern::new).collect();
    let metric = Pattern::new(if args.metric == "all" { "*" } else { &args.metric });
    let found = history::table(project).series(&Wanted {
        line,
        case: &|case| filters.is_empty() || filters.iter().any(|filter| filter.matches_case(case)),
        metric: &|name| metric.matches_name(name),
    })?;
    Ok(found.series)
}

fn span(args: &Args, project: &Project, line: Option<&[String]>) -> Result<Span> {
    match (&args.since, &project.repo, line) {
        (Some(rev), Some(repo), Some(line)) => {
            let commit = repo.resolve(rev)?;
            let place = line.iter().position(|own| own == commit.as_str());
            let place = place.ok_or_else(|| {
                let what = format!("`{rev}` is not among the first parents of `{}`", args.branch);
                Error::usage(what, "name a commit of that branch, or another branch with `--branch`")
            })?;
            Ok(Span::Since(place))
        }
        (Some(_), ..) => Err(Error::usage("`--since` needs a git repository", "use `--commits` instead")),
        (None, ..) => Ok(match (args.commits, args.gate) {
            (Some(commits), _) => Span::Last(commits),
            (None, true) => Span::Last(NEW),
            (None, false) => Span::All,
        }),
    }
}

fn nothing(args: &Args) -> Error {
    let of = match args.filters.as_slice() {
        [] => String::new(),
        filters => format!(" of cases that match `{}`", filters.join("`, `")),
    };
    Error::nothing(
        format!("the history has no `{}`{of} on the commits of `{}`", args.metric, args.branch),
        "`cargo accel-bench log` shows which commits were measured; results of changed trees belong to no commit",
    )
}
