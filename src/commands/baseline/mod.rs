//! `baseline`: results with a name. Saved ones are the user's own; approved ones are in `baselines/` and
//! change only by `approve`.

mod approve;
mod arguments;

use accel_bench_record::RunRecord;

pub(crate) use self::arguments::Args;

use self::arguments::Act;
use super::{judge, show};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, BaselineRow, Format, Metrics};
use accel_bench_engine::measure::{Project, SideSpec};
use accel_bench_engine::store::{BaselineSummary, Name};

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let or_default =
        |name: Option<String>| name.unwrap_or_else(|| project.sources.manifest.baseline.name.clone());
    match args.act {
        Act::Save { name, run } => save(cx, &project, &or_default(name), run.as_deref()),
        Act::List => list(cx, &project),
        Act::Show { name, format } => {
            let record = named(cx, &project, &or_default(name))?;
            show::write(cx, &record, format, &Metrics::default()).map(|()| Exit::Fine)
        }
        Act::Approve { name, run, reason, yes, unstable } => {
            let wish = approve::Wish { name: Name::new(or_default(name))?, reason, yes, unstable };
            let record = record(cx, &project, run.as_deref())?;
            approve::approve(cx, &project, wish, record)
        }
        Act::Diff { name, run, format } => {
            let base = named(cx, &project, &or_default(name))?;
            let candidate = record(cx, &project, run.as_deref())?;
            judge::conclude(cx, &project, (&base, &candidate), &judge::Args::default(), format)
        }
        Act::Remove { name } => remove(cx, &project, &or_default(name)),
    }
}

fn save(cx: &mut Context, project: &Project, name: &str, run: Option<&str>) -> Result<Exit> {
    let name = Name::new(name)?;
    let record = record(cx, project, run)?;
    project.store.save_as(&name, &record)?;
    cx.shell.status("Saved", format!("run {} as baseline `{name}`", record.id));
    Ok(Exit::Fine)
}

fn list(cx: &mut Context, project: &Project) -> Result<Exit> {
    let approved = project.baselines.list()?;
    for skipped in &approved.skipped {
        cx.shell.warn(format!("passed over {skipped}"));
    }
    let saved = project.store.saved_names()?;
    if approved.baselines.is_empty() && saved.is_empty() {
        cx.shell.note("Empty", "no baselines; `cargo accel-bench baseline approve -m WHY` makes the first");
        return Ok(Exit::Fine);
    }
    let rows: Vec<_> = approved.baselines.iter().map(row).collect();
    let width = cx.shell.width();
    cx.shell.out(|to| report::listing(&rows, Format::Table, width, to))?;
    for (name, machine) in saved {
        cx.shell.note("Saved", format!("`{name}` of {machine}, in the store only"));
    }
    Ok(Exit::Fine)
}

fn remove(cx: &mut Context, project: &Project, name: &str) -> Result<Exit> {
    let name = Name::new(name)?;
    let machine = cx.host.hardware.machine().id;
    if project.baselines.load(&name, &machine)?.is_some() {
        let path = project.baselines.remove(&name, &machine)?;
        cx.shell.status("Removed", format!("{}; commit that", path.display()));
    } else {
        project.store.remove_saved(&name, &machine)?;
        cx.shell.status("Removed", format!("saved baseline `{name}`"));
    }
    Ok(Exit::Fine)
}

/// The run that an argument means; the last one without.
fn record(cx: &mut Context, project: &Project, run: Option<&str>) -> Result<RunRecord> {
    let machine = cx.host.hardware.machine().id;
    let side = match run {
        Some(text) => project.side(&cx.host, &machine, text)?,
        None => project.last_run()?,
    };
    let stored = cx.engine(|engine| project.stored(engine, &side, Some(&machine), None))?;
    stored.ok_or_else(|| {
        Error::nothing(
            format!("there is no stored run of {}", side.name()),
            "`cargo accel-bench` measures the working tree; `cargo accel-bench log` shows what there is",
        )
    })
}

fn named(cx: &Context, project: &Project, name: &str) -> Result<RunRecord> {
    let machine = cx.host.hardware.machine().id;
    match project.side(&cx.host, &machine, &format!("baseline:{name}"))? {
        SideSpec::Record { record, .. } => Ok(*record),
        _ => unreachable!("a baseline is a record"),
    }
}

fn row(baseline: &BaselineSummary) -> BaselineRow {
    let approval = baseline.approval.clone();
    BaselineRow {
        name: baseline.name.to_string(),
        machine: baseline.machine.to_string(),
        approved_by: approval.who,
        approved_at: approval.when,
        reason: approval.why,
        commit: approval.commit,
        tag: approval.tag,
        cases: baseline.cases,
    }
}
