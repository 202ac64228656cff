//! Two records to be compared: read from the store where they are, measured in turns where they are not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use accel_bench_record::RunRecord;

use super::session::Machine;
use super::side::SUSPECTS;
use super::{Looks, Prepared, Project, Session, SideSpec, Sources, measure, measure_in_turns, prepare};
use crate::compare::{Drift, open_rows};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::git::Checkout;
use crate::manifest::Percent;
use crate::plan::{Scope, Selection, Side};
use crate::runner::Ended;

/// Where the numbers of a comparison come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum From {
    /// Both sides measured now, in turns, unless they were before.
    #[default]
    Anywhere,
    /// The store only.
    Store,
    /// Both sides measured now, in turns, whatever there is.
    Now,
}

/// The wish for a pair.
pub(crate) struct Wanted {
    pub(crate) base: SideSpec,
    pub(crate) candidate: SideSpec,
    pub(crate) from: From,
    pub(crate) selection: Selection,
    /// In place of the manifest's tolerance.
    pub(crate) threshold: Option<Percent>,
    pub(crate) budget: Option<Duration>,
    /// Of all that is selected only these cases, by id, are measured.
    pub(crate) only: Option<BTreeSet<String>>,
}

/// Both records, and how their measuring ended if it took place.
pub(crate) struct Pair {
    pub(crate) base: RunRecord,
    pub(crate) candidate: RunRecord,
    pub(crate) ended: Ended,
    /// Cases that were to be measured and were not begun: the budget ended before.
    pub(crate) unreached: usize,
}

impl Pair {
    /// Nothing had to be measured.
    fn found(base: RunRecord, candidate: RunRecord) -> Self {
        Self { base, candidate, ended: Ended::Complete, unreached: 0 }
    }
}

/// Finds or measures both sides.
pub(crate) fn pair(cx: &mut Context, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Pair> {
    match wanted.from {
        From::Store => stored(cx, project, machine, wanted),
        From::Anywhere => match earlier(cx, project, machine, wanted)? {
            Some(pair) => Ok(pair),
            None => measured(cx, project, machine, wanted),
        },
        From::Now => measured(cx, project, machine, wanted),
    }
}

/// The newest run of each side, whenever it was.
fn stored(cx: &mut Context, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Pair> {
    let base = project.stored(&wanted.base, Some(&machine.id), None)?;
    let candidate = project.stored(&wanted.candidate, Some(&machine.id), None)?;
    match (base, candidate) {
        (Some(base), Some(candidate)) => {
            tell_age(cx, &base, &candidate);
            Ok(Pair::found(base, candidate))
        }
        (base, _) => {
            let side = if base.is_none() { &wanted.base } else { &wanted.candidate };
            Err(Error::NotComparable {
                what: format!("there is no stored run of {} on this machine class", side.name()),
                hint: "leave out `--stored` to measure both sides now".to_owned(),
            })
        }
    }
}

/// Complete runs of both sides that were measured just as it is wanted, whenever that was.
pub(crate) fn stored_pair(project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Option<Pair>> {
    let profile = Scope::new(&project.sources.manifest, &wanted.selection)?.record();
    let of = |side| project.stored(side, Some(&machine.id), Some(&profile));
    Ok(of(&wanted.base)?.zip(of(&wanted.candidate)?).map(|(base, candidate)| Pair::found(base, candidate)))
}

/// What was measured in turns of just these two sides before and decides every row: nothing has changed since.
fn earlier(cx: &mut Context, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Option<Pair>> {
    if let (SideSpec::Record { record: base, .. }, SideSpec::Record { record: candidate, .. }) =
        (&wanted.base, &wanted.candidate)
    {
        let (base, candidate) = ((**base).clone(), (**candidate).clone());
        return Ok(Some(Pair::found(base, candidate)));
    }
    let profile = Scope::new(&project.sources.manifest, &wanted.selection)?.record();
    let Some((base, candidate)) =
        project.interleaved(&wanted.base, &wanted.candidate, &machine.id, &profile)?
    else {
        return Ok(None);
    };
    // A narrower tolerance than they were measured for, or a budget that ended before they were decided.
    let gate = project.gate(cx, wanted.threshold, &machine.id, Drift::default());
    let open = open_rows(&base, &candidate, &gate);
    if open > 0 {
        let all = candidate.cases.len();
        cx.shell.note("Compared", format!("before, with {open} of {all} cases undecided; measuring again"));
        return Ok(None);
    }
    cx.shell.note("Compared", format!("before, at {}; `--measure` does it again", candidate.started));
    Ok(Some(Pair::found(base, candidate)))
}

/// Measures what can be measured: both sides in turns, or the candidate alone against a result that exists.
fn measured(cx: &mut Context, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Pair> {
    let sides = [(Side::Baseline, &wanted.base), (Side::Candidate, &wanted.candidate)];
    let mut checkouts = Vec::new();
    let mut prepared = Vec::new();
    for (side, spec) in sides.into_iter().filter(|(_, spec)| spec.is_measurable()) {
        prepared.push((side, prepare_side(cx, project, spec, &wanted.selection, &mut checkouts)?));
    }
    check_listed(&prepared)?;
    let mut profile = Scope::new(&project.sources.manifest, &wanted.selection)?.record();
    if let Some(only) = &wanted.only {
        prepared.iter_mut().for_each(|(_, prepared)| prepared.keep(only));
        // Not all that was selected: no later question is answered by it.
        profile.name = SUSPECTS.to_owned();
    }
    let is_pair = prepared.len() == 2;
    let session = Session { sides: prepared, profile, budget: wanted.budget };
    let mut measured = if is_pair {
        let gate = project.gate(cx, wanted.threshold, &machine.id, Drift::default());
        let looks = Looks { gate: &gate, slowdowns: BTreeMap::new(), seed: fastrand::u64(..) };
        measure_in_turns(cx, &project.store, machine, session, &looks)?
    } else {
        measure(cx, project, machine, session)?
    };
    if let Some(fault) = measured.fault {
        cx.shell.warn(format!("not everything could be stored: {fault}"));
    }
    if measured.ended == Ended::Interrupted {
        let runs: Vec<_> = measured.records.values().map(|record| record.id.as_str()).collect();
        cx.shell.note("Kept", format!("what was finished, as run {}", runs.join(" and run ")));
        return Err(Error::Interrupted);
    }
    let mut take = |side, spec: &SideSpec| match spec {
        SideSpec::Record { record, .. } => (**record).clone(),
        _ => measured.records.remove(&side).expect("a measurable side was measured"),
    };
    let base = take(Side::Baseline, &wanted.base);
    let candidate = take(Side::Candidate, &wanted.candidate);
    Ok(Pair { base, candidate, ended: measured.ended, unreached: measured.unreached })
}

fn prepare_side(
    cx: &mut Context,
    project: &Project,
    spec: &SideSpec,
    selection: &Selection,
    checkouts: &mut Vec<Checkout>,
) -> Result<Prepared> {
    let SideSpec::Source { source, name } = spec else {
        return prepare(cx, &project.sources, selection, None, project.commit()?);
    };
    let Some(repo) = &project.repo else {
        return Err(Error::usage("a revision needs git", "compare with a result file or a baseline instead"));
    };
    let checkout = repo.check_out(source, &project.checkouts())?;
    for limit in &checkout.limits {
        cx.shell.warn(format!("the checkout of {name} is not complete: {limit}"));
    }
    let inside = repo.relative(project.sources.root()).unwrap_or_default();
    let sources = Sources::load(cx, &checkout.path.join(inside))?.at_home_in(project.sources.root());
    let commit = Some(repo.info_of(source)?);
    checkouts.push(checkout);
    prepare(cx, &sources, selection, Some(&project.sources.workspace.target_dir), commit)
}

/// A target of the candidate that cannot even list would leave its cases missing, which nobody is stopped by.
fn check_listed(prepared: &[(Side, Prepared)]) -> Result<()> {
    let of = |side| {
        prepared.iter().filter(move |(of, _)| *of == side).flat_map(|(_, prepared)| &prepared.unlisted)
    };
    match of(Side::Candidate).find(|bench| !of(Side::Baseline).any(|other| other == *bench)) {
        None => Ok(()),
        Some(bench) => Err(Error::NotComparable {
            what: format!(
                "the candidate's bench `{bench}` cannot list its benchmarks, so nothing of it can be judged"
            ),
            hint: "the line `Failed` above says why".to_owned(),
        }),
    }
}

/// Time lies between stored runs; whoever reads their difference should know how much.
fn tell_age(cx: &mut Context, base: &RunRecord, candidate: &RunRecord) {
    let started = |run: &RunRecord| run.started.parse::<jiff::Timestamp>().ok();
    if base.id != candidate.id
        && let (Some(one), Some(other)) = (started(base), started(candidate))
    {
        let seconds = (other - one).total(jiff::Unit::Second).unwrap_or_default().abs();
        if seconds > 1.0 {
            let apart = jiff::SignedDuration::from_secs(seconds as i64);
            cx.shell.note(
                "Stored",
                format!("both sides were measured {apart:#} apart; `--measure` takes them in turns"),
            );
        }
    }
}
