//! `report`: a run, or two of them, as a document with pages and charts.

use std::path::{Path, PathBuf};

use accel_bench_record::{CommitId, MachineId, RunId, RunRecord, TreeState};

use super::{history, judge, roofline, show};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Made, Pages};
use accel_bench_engine::compare::{Apart, are_interleaved};
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::{self, Query, Tree};

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench report                      the last run, as HTML
  cargo accel-bench report v1.2.0               the last run of a revision
  cargo accel-bench report main..HEAD           the stored runs of two revisions
  cargo accel-bench report --format markdown --output docs/bench.md

A run that was compared, interleaved, is shown with the comparison.";

/// Arguments of `report`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A run's id, a revision, a baseline or a result file, or two of them: `BASE..CANDIDATE` [default: the last run]
    what: Option<String>,
    /// The form of the report
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    format: Made,
    /// Where it is written; `-` is stdout [default: .accel-bench/reports/]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    if args.format == Made::Pdf && !cfg!(feature = "pdf") {
        return Err(Error::usage(
            "this build of cargo-accel-bench makes no PDF: it was built without the feature `pdf`",
            "install it with the feature: `cargo install --path . --locked --features pdf`, or print the HTML",
        ));
    }
    let project = Project::load(&cx.host)?;
    let (base, record) = sides(cx, &project, args.what.as_deref())?;
    let elsewhere = elsewhere(cx, &project, &record)?;
    let comparison = match &base {
        Some(base) => {
            let apart = if are_interleaved(base, &record) { Apart::Result } else { Apart::Stored };
            // Both sides were named: of two machine classes, the report says that they are.
            let args = judge::Args { force: true, ..judge::Args::default() };
            Some(judge::judged(&project, (base, &record), &args, apart)?)
        }
        None => None,
    };
    let trends = history::trends_of(cx, &project, &record)?;
    let outliers = history::outliers_of(cx, &project, &record)?;
    let roofline = roofline::section_of(&project, &record)?;
    let sections: Vec<_> = trends.into_iter().chain(outliers).chain([roofline]).collect();
    let mut pages = Pages { elsewhere: &elsewhere, ..Pages::of(&record) };
    if let (Some(base), Some(comparison)) = (&base, &comparison) {
        pages = pages.against(base, comparison, None);
    }
    let path = args.output.unwrap_or_else(|| {
        project.store.root().join("reports").join(format!("{}.{}", record.id, args.format.extension()))
    });
    let charts = format!("{}-charts", path.file_stem().unwrap_or_default().to_string_lossy());
    let (text, files) = report::made(&pages, sections, args.format, &charts)?;
    if path == Path::new("-") {
        if !files.is_empty() {
            let hint = "name a file with `--output`: its charts are written next to it";
            return Err(Error::usage("Markdown with charts is more than one file", hint));
        }
        cx.shell.out(|to| to.write_all(&text))?;
        return Ok(Exit::Fine);
    }
    let path = cx.host.cwd.join(path);
    let folder = path.parent().unwrap_or(&path);
    for (name, contents) in &files {
        store::write_whole(&folder.join(name), contents)?;
    }
    store::write_whole(&path, &text)?;
    cx.shell.status("Report", path.display());
    Ok(Exit::Fine)
}

/// The baseline, where there is one, and the run that the report is about.
fn sides(cx: &mut Context, project: &Project, what: Option<&str>) -> Result<(Option<RunRecord>, RunRecord)> {
    // A path may begin with two points, too.
    let is_file = what.is_some_and(|what| cx.host.cwd.join(what).is_file());
    if let Some((base, candidate)) = what.and_then(|what| what.split_once("..")).filter(|_| !is_file) {
        let base = if base.is_empty() { "HEAD" } else { base };
        let candidate = if candidate.is_empty() { "HEAD" } else { candidate };
        return Ok((
            Some(show::stored(cx, project, Some(base))?),
            show::stored(cx, project, Some(candidate))?,
        ));
    }
    let record = show::stored(cx, project, what)?;
    let Some(turns) = &record.interleaved else { return Ok((None, record)) };
    // The other side may have been removed: the run stays what it is.
    let other = project.store.load(&RunId::new(turns.with.clone())).ok();
    let is_base = |other: &RunRecord| {
        let controls =
            |run: &RunRecord| run.interleaved.as_ref().is_some_and(|turns| !turns.control.is_empty());
        !controls(other) && (controls(&record) || other.id <= record.id)
    };
    Ok((other.filter(is_base), record))
}

/// The newest run of the same commit on each other machine class.
fn elsewhere(cx: &mut Context, project: &Project, record: &RunRecord) -> Result<Vec<RunRecord>> {
    let commit = record.commit.as_ref().filter(|commit| commit.tree == TreeState::Clean);
    let Some(commit) = commit else { return Ok(Vec::new()) };
    let commit = Some(CommitId::new(commit.id.clone()));
    let runs = project.store.matching(&Query { commit, tree: Tree::Clean, ..Query::default() })?;
    let mut machines = vec![MachineId::new(record.machine.clone())];
    let mut found = Vec::new();
    for run in runs.iter().rev() {
        let machine = MachineId::new(run.machine.to_string());
        if machines.contains(&machine) {
            continue;
        }
        match project.store.load_summarised(run) {
            Ok(record) => found.push(record),
            Err(error) => cx.shell.warn(format!("passed over run {}: {error}", run.id)),
        }
        machines.push(machine);
    }
    Ok(found)
}
