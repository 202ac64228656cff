//! Two runs whose processes came in pairs: from their records to the evidence on each row, and its verdict.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench::record::{CaseId, CaseRecord, Measurement, RowTrial, RunRecord, TrialVerdict};
use accel_bench::stats::{median, paired_log_ratio};

use super::row::is_well_on_both_sides;
use super::sequential::{self, Evidence, Stage, decide};
use super::verdict::{Judgement, Need, Verdict};
use super::{Effect, Tolerance};

/// The gate of a case by its id.
pub(crate) type Gate<'a> = dyn Fn(&CaseId) -> Tolerance + 'a;

/// The candidate beside itself: what differs is the machine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Control {
    pub(crate) id: CaseId,
    pub(crate) gate: f64,
    pub(crate) effect: Option<Effect>,
    pub(crate) verdict: Verdict,
}

impl Control {
    /// Whether the machine showed a change that the code cannot have.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Regressed | Verdict::Improved)
    }
}

/// A case that one side alone has is shown with the interval of so many processes.
const PROCESSES_ALONE: usize = 5;

/// Whether the two runs were measured in turns with each other.
pub(crate) fn are_interleaved(base: &RunRecord, candidate: &RunRecord) -> bool {
    let is_with = |one: &RunRecord, other: &RunRecord| {
        one.interleaved.as_ref().is_some_and(|interleaved| interleaved.with == other.id)
    };
    is_with(base, candidate) && is_with(candidate, base)
}

/// The judgement of each case that went well on both sides, by id.
pub(super) fn judgements(
    base: &RunRecord,
    candidate: &RunRecord,
    gate: &Gate<'_>,
) -> BTreeMap<String, Judgement> {
    let rows = evidence(base, candidate, gate);
    let all: Vec<_> = rows.values().cloned().collect();
    let judgement = |row: &Evidence, stage: Stage| {
        let verdict = match stage {
            Stage::Decided(verdict) => verdict,
            // Measuring ended before the row was decided.
            Stage::Suspected { .. } => Verdict::Undecided(Need::Confirmation),
            Stage::Open { needs } => Verdict::Undecided(Need::Pairs(needs)),
        };
        Judgement { verdict, effect: sequential::effect(&row.pairs) }
    };
    let stages = decide(&all);
    rows.into_iter().zip(stages).map(|((id, row), stage)| (id, judgement(&row, stage))).collect()
}

/// The ids of cases that need no further pair of processes: decided, failed, or measured well enough on the only side
/// that has them (`alone`).
pub(crate) fn closed(
    base: &RunRecord,
    candidate: &RunRecord,
    alone: &BTreeSet<String>,
    gate: &Gate<'_>,
) -> BTreeSet<String> {
    let rows = evidence(base, candidate, gate);
    let all: Vec<_> = rows.values().cloned().collect();
    let decided = rows.into_keys().zip(decide(&all));
    let mut closed: BTreeSet<String> =
        decided.filter(|(_, stage)| matches!(stage, Stage::Decided(_))).map(|(id, _)| id).collect();
    for case in base.cases.iter().chain(&candidate.cases) {
        let id = case.id.to_string();
        let is_enough = alone.contains(&id) && case.processes.len() >= PROCESSES_ALONE;
        if !case.status.is_ok() || is_enough {
            closed.insert(id);
        }
    }
    closed
}

/// What was said of each row of a comparison whose truth is known: identical code, but for the slow-downs.
pub(crate) fn trials(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> Vec<RowTrial> {
    let slowdowns = candidate.interleaved.as_ref().map(|interleaved| &interleaved.slowdowns);
    let verdicts = judgements(base, candidate, gate);
    let trial = |(case, row): (String, Evidence)| {
        let sampled = [base, candidate].into_iter().flat_map(|run| &run.cases);
        let sampled =
            sampled.filter(|record| record.id.to_string() == case).flat_map(|record| &record.processes);
        let nanos: u64 = sampled.map(|process| process.samples.total_nanos()).sum();
        RowTrial {
            slowdown: slowdowns.and_then(|all| all.get(&case)).copied().unwrap_or(0.0),
            verdict: match verdicts[&case].verdict {
                Verdict::Regressed => TrialVerdict::Regressed,
                Verdict::Improved => TrialVerdict::Improved,
                Verdict::Same => TrialVerdict::Same,
                Verdict::Undecided(_) => TrialVerdict::Undecided,
            },
            case,
            log_ratios: row.pairs,
            sampled_seconds: nanos as f64 / 1e9,
        }
    };
    evidence(base, candidate, gate).into_iter().map(trial).collect()
}

/// The candidate's cases beside themselves.
pub(super) fn controls(candidate: &RunRecord, gate: &Gate<'_>) -> Vec<Control> {
    let twins = candidate.interleaved.iter().flat_map(|interleaved| &interleaved.control);
    let control = |twin: &CaseRecord| {
        let case = candidate.case(&twin.id).filter(|case| case.status.is_ok() && twin.status.is_ok())?;
        let row = Evidence { pairs: log_ratios(case, twin), gate: gate(&twin.id).gate().ln_1p() };
        // Two pairs are the least that has a spread.
        (row.pairs.len() >= 2).then(|| Control {
            id: twin.id.clone(),
            gate: row.gate.exp_m1(),
            effect: sequential::effect(&row.pairs),
            verdict: sequential::decide_once(&row),
        })
    };
    twins.filter_map(control).collect()
}

/// The evidence on each case that went well on both sides, by id.
fn evidence(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> BTreeMap<String, Evidence> {
    let both = candidate.cases.iter().filter_map(|case| Some((base.case(&case.id)?, case)));
    both.filter(|(base, candidate)| is_well_on_both_sides(base, candidate))
        .map(|(base, candidate)| {
            let gate = gate(&candidate.id).gate().ln_1p();
            (candidate.id.to_string(), Evidence { pairs: log_ratios(base, candidate), gate })
        })
        .collect()
}

/// One logarithm of candidate / baseline for each pair of processes.
pub(super) fn log_ratios(base: &CaseRecord, candidate: &CaseRecord) -> Vec<f64> {
    let pairs = base.processes.iter().zip(&candidate.processes);
    let ratio = |(base, candidate): (&Measurement, &Measurement)| {
        let (base, candidate) = (base.samples.per_iteration(), candidate.samples.per_iteration());
        // Criterion's processes take turns as a whole; their samples have no partners.
        paired_log_ratio(&base, &candidate)
            .or_else(|| paired_log_ratio(&[median(&base)?], &[median(&candidate)?]))
    };
    pairs.filter_map(ratio).collect()
}
