//! Two records to be compared: read from the store where they are, measured interleaved where they are not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use accel_bench_record::{CaseKey, Profile, RunRecord};

use super::code::same_code;
use super::identical::identical;
use super::interleaved::unmeasured;
use super::side::SUSPECTS;
use super::{Looks, Prepared, Project, Session, SideSpec, Sources, measure, measure_in_turns, prepare};
use crate::compare::{Apart, Drift, open_rows};
use crate::error::{Error, Result};
use crate::event::{Event, Warning};
use crate::executor::Ended;
use crate::git::Checkout;
use crate::manifest::Percent;
use crate::plan::{Selection, Side};
use crate::{Engine, Machine, with_causes};

/// Where the numbers of a comparison come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// Both sides measured now, interleaved, unless they were before.
    #[default]
    Anywhere,
    /// The store only.
    Store,
    /// Both sides measured now, interleaved, whatever there is.
    Now,
}

/// The wish for a pair.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub base: SideSpec,
    pub candidate: SideSpec,
    pub from: From,
    pub selection: Selection,
    /// In place of the manifest's tolerance.
    pub threshold: Option<Percent>,
    pub budget: Option<Duration>,
    /// Count all cases, and not those alone whose bench says so.
    pub counts: bool,
    /// Measure only these of the selected cases.
    pub only: Option<BTreeSet<CaseKey>>,
}

/// Both records, and how their measuring ended if it took place.
#[derive(Debug)]
pub struct Pair {
    pub base: RunRecord,
    pub candidate: RunRecord,
    pub ended: Ended,
    /// Cases that were to be measured and were not begun: the budget ended before.
    pub unreached: usize,
    /// False where nothing had to be: the executables of both sides are the same, and the records hold no more than that.
    pub is_measured: bool,
}

impl Pair {
    /// Nothing had to be measured.
    fn found(base: RunRecord, candidate: RunRecord) -> Self {
        Self { base, candidate, ended: Ended::Complete, unreached: 0, is_measured: true }
    }
}

/// Finds or measures both sides.
pub fn pair(engine: &mut Engine<'_>, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Pair> {
    match wanted.from {
        From::Store => stored(engine, project, machine, wanted),
        From::Anywhere => {
            let profile = project.sources.scope(&wanted.selection)?.record();
            match earlier(engine, project, machine, (wanted, &profile))? {
                Some(pair) => Ok(pair),
                None => measured(engine, project, machine, (wanted, profile)),
            }
        }
        From::Now => {
            let profile = project.sources.scope(&wanted.selection)?.record();
            measured(engine, project, machine, (wanted, profile))
        }
    }
}

/// The newest run of each side, whenever it was.
fn stored(engine: &mut Engine<'_>, project: &Project, machine: &Machine, wanted: &Wanted) -> Result<Pair> {
    let base = project.stored(engine, &wanted.base, Some(&machine.id), None)?;
    let candidate = project.stored(engine, &wanted.candidate, Some(&machine.id), None)?;
    match (base, candidate) {
        (Some(base), Some(candidate)) => {
            tell_age(engine, &base, &candidate);
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

/// Returns what was measured interleaved of just these two sides before and decides every row: nothing has changed since.
fn earlier(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    (wanted, profile): (&Wanted, &Profile),
) -> Result<Option<Pair>> {
    if let (SideSpec::Record { record: base, .. }, SideSpec::Record { record: candidate, .. }) =
        (&wanted.base, &wanted.candidate)
    {
        let (base, candidate) = ((**base).clone(), (**candidate).clone());
        return Ok(Some(Pair::found(base, candidate)));
    }
    let Some((base, candidate)) =
        project.interleaved(&wanted.base, &wanted.candidate, &machine.id, profile)?
    else {
        return Ok(None);
    };
    // A narrower tolerance than they were measured for, or a budget that ended before they were decided.
    let gate = project.gate(wanted.threshold, Drift::default(), Apart::default());
    let open = open_rows(&base, &candidate, &gate);
    let is_counted = candidate.cases.iter().any(|case| case.counts.is_some());
    if wanted.counts && !is_counted {
        return Ok(None);
    }
    if open > 0 {
        let all = candidate.cases.len();
        engine.report(&Event::FoundUndecided { open, cases: all });
        return Ok(None);
    }
    engine.report(&Event::FoundCompared { started: candidate.started.clone() });
    Ok(Some(Pair::found(base, candidate)))
}

/// Measures what can be measured: both sides interleaved, or the candidate alone against a result that exists.
fn measured(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    (wanted, mut profile): (&Wanted, Profile),
) -> Result<Pair> {
    let sides = [(Side::Baseline, &wanted.base), (Side::Candidate, &wanted.candidate)];
    let mut checkouts = Vec::new();
    let mut prepared = Vec::new();
    for (side, spec) in sides.into_iter().filter(|(_, spec)| spec.is_measurable()) {
        prepared.push((side, prepare_side(engine, project, spec, &wanted.selection, &mut checkouts)?));
    }
    check_listed(&prepared)?;
    if let Some(only) = &wanted.only {
        prepared.iter_mut().for_each(|(_, prepared)| prepared.keep(|case| only.contains(case)));
        // Not all that was selected: no later question is answered by it.
        profile.name = SUSPECTS.to_owned();
    }
    let is_pair = prepared.len() == 2;
    let identical = match prepared.as_mut_slice() {
        [(_, base), (_, candidate)] if wanted.from != From::Now => {
            leave_out_identical(engine, base, candidate)
        }
        _ => Vec::new(),
    };
    let is_measured = identical.is_empty() || prepared.iter().any(|(_, prepared)| !prepared.units.is_empty());
    let same_code = match prepared.as_slice() {
        [(_, base), (_, candidate)] => same_code(base, candidate),
        _ => Vec::new(),
    };
    let session = Session {
        sides: prepared,
        profile,
        budget: wanted.budget,
        identical,
        same_code,
        counts: wanted.counts,
    };
    if !is_measured {
        let [base, candidate] = unmeasured(engine.host(), machine, &session);
        return Ok(Pair { is_measured, ..Pair::found(base, candidate) });
    }
    let mut measured = if is_pair {
        let gate = project.gate(wanted.threshold, Drift::default(), Apart::default());
        let looks = Looks { gate: &gate, slowdowns: BTreeMap::new(), seed: fastrand::u64(..) };
        measure_in_turns(engine, &project.store, machine, session, &looks)?
    } else {
        measure(engine, project, machine, session)?
    };
    if let Some(fault) = measured.fault {
        engine.warn(Warning::NotStored { reason: with_causes(&fault) });
    }
    if measured.ended == Ended::Interrupted {
        let runs = measured.records.values().map(|record| record.id.clone()).collect();
        engine.report(&Event::Kept { runs });
        return Err(Error::Interrupted);
    }
    let mut take = |side, spec: &SideSpec| match spec {
        SideSpec::Record { record, .. } => (**record).clone(),
        _ => measured.records.remove(&side).expect("a measurable side was measured"),
    };
    let base = take(Side::Baseline, &wanted.base);
    let candidate = take(Side::Candidate, &wanted.candidate);
    let (ended, unreached) = (measured.ended, measured.unreached);
    Ok(Pair { base, candidate, ended, unreached, is_measured })
}

/// Takes out the cases that one executable serves on both sides, and says how many.
fn leave_out_identical(
    engine: &mut Engine<'_>,
    base: &mut Prepared,
    candidate: &mut Prepared,
) -> Vec<CaseKey> {
    let found = identical(base, candidate);
    if !found.is_empty() {
        engine.report(&Event::Identical { cases: found.len() });
    }
    [base, candidate].into_iter().for_each(|side| side.keep(|case| !found.contains(case)));
    found.into_iter().collect()
}

pub(super) fn prepare_side(
    engine: &mut Engine<'_>,
    project: &Project,
    spec: &SideSpec,
    selection: &Selection,
    checkouts: &mut Vec<Checkout>,
) -> Result<Prepared> {
    let SideSpec::Source { source, name } = spec else {
        return prepare(engine, &project.sources, selection, None, project.commit()?);
    };
    let Some(repo) = &project.repo else {
        return Err(Error::usage("a revision needs git", "compare with a result file or a baseline instead"));
    };
    let checkout = repo.check_out(source, &project.checkouts())?;
    for limit in &checkout.limits {
        engine.warn(Warning::IncompleteCheckout { side: name.clone(), limit: limit.to_string() });
    }
    let inside = repo.relative(project.sources.root()).unwrap_or_default();
    let sources = Sources::load(engine.host(), &checkout.path.join(inside))?.checked_out_of(&project.sources);
    let commit = Some(repo.info_of(source)?);
    checkouts.push(checkout);
    prepare(engine, &sources, selection, Some(&project.shared_target()), commit)
}

/// A target of the candidate that cannot even list would leave its cases missing, which no one is stopped by.
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
fn tell_age(engine: &mut Engine<'_>, base: &RunRecord, candidate: &RunRecord) {
    let started = |run: &RunRecord| run.started.parse::<jiff::Timestamp>().ok();
    if base.id != candidate.id
        && let (Some(one), Some(other)) = (started(base), started(candidate))
    {
        let seconds = (other - one).total(jiff::Unit::Second).unwrap_or_default().abs();
        if seconds > 1.0 {
            engine.report(&Event::FoundApart { seconds: seconds as i64 });
        }
    }
}
