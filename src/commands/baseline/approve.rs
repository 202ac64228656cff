//! `baseline approve`: the only way into `baselines/`.

use accel_bench_record::{RunRecord, TreeState};

use super::super::show;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Form, Format, Metrics};
use accel_bench_engine::compare::{self, Apart};
use accel_bench_engine::git::Repo;
use accel_bench_engine::measure::Project;
use accel_bench_engine::store::{Approval, Name, is_stable};
use accel_bench_record::{CommitId, MachineId};

/// The options of the approval.
pub(super) struct Wish {
    pub(super) name: Name,
    pub(super) reason: String,
    pub(super) yes: bool,
    pub(super) unstable: bool,
}

pub(super) fn approve(cx: &mut Context, project: &Project, wish: Wish, record: RunRecord) -> Result<Exit> {
    let machine = MachineId::new(&record.machine);
    let is_of_commit = record.commit.as_ref().is_none_or(|commit| commit.tree == TreeState::Clean);
    if !is_of_commit && !wish.unstable {
        return Err(Error::not_comparable(
            format!("run {} is not reproducible: it was measured with uncommitted changes", record.id),
            "commit and measure again, or approve it with `--unstable`",
        ));
    }
    if let (Err(why), false) = (is_stable(&record), wish.unstable) {
        return Err(Error::not_comparable(
            format!("run {} is not a baseline: {why}", record.id),
            "measure again with `--profile full` on a quiet machine, or approve it with `--unstable`",
        ));
    }
    match project.baselines.load(&wish.name, &machine)? {
        Some(old) => {
            let drift = project.drift(&machine)?;
            let gate = project.gate(None, drift, Apart::Result);
            let comparison = compare::compare(&old.run, &record, &gate);
            let width = cx.shell.width();
            cx.shell.out(|to| report::comparison((&comparison, None), Format::Table, width, to))?;
        }
        None => show::write(cx, &record, Form::Text(Format::Table), &Metrics::default())?,
    }
    let question = format!("approve run {} as baseline `{}` of {machine}?", record.id, wish.name);
    let agreed = wish.yes
        || cx.shell.ask(&question).ok_or_else(|| {
            Error::usage("no one is here to approve the baseline", "`--yes` approves without a question")
        })?;
    if !agreed {
        cx.shell.note("Unchanged", "nothing was approved");
        return Ok(Exit::Fine);
    }
    let approval = approval(cx, project, wish.reason, &record)?;
    let path = project.baselines.approve(&wish.name, approval, record)?;
    cx.shell.status("Approved", format!("{}; commit it", path.display()));
    Ok(Exit::Fine)
}

fn approval(cx: &Context, project: &Project, why: String, record: &RunRecord) -> Result<Approval> {
    let who = project.repo.as_ref().and_then(Repo::user);
    let commit = record.commit.as_ref();
    let clean =
        commit.filter(|commit| commit.tree == TreeState::Clean).map(|commit| CommitId::new(&commit.id));
    let tag = match (&project.repo, clean) {
        // A commit that this clone does not have is still what was measured.
        (Some(repo), Some(commit)) => repo.describe_tag(&commit).unwrap_or_default(),
        _ => None,
    };
    Ok(Approval {
        who: who.or_else(|| cx.host.var("USER").map(str::to_owned)).unwrap_or_else(|| "unknown".to_owned()),
        when: cx.host.now().to_string(),
        why,
        commit: commit.map(|commit| commit.id.clone()),
        tag,
    })
}
