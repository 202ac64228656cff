//! A comparison as scripts read it: every quantity with its unit in the name.

use accel_bench_record::{CommitInfo, Direction, ESTIMATE_LEVEL, Estimate, Params, Profile, RunState};
use serde::Serialize;

use super::explained::ExplainedDocument;
use accel_bench_engine::compare::{
    Cell, Census, Comparison, Control, Difference, EFFECT_LEVEL, Effect, Judging, MetricRow, Need, Notes,
    Outcome, Row, SideInfo, SlowMode, Standing, Verdict,
};
use accel_bench_engine::measure::Explained;

/// The whole comparison.
#[derive(Debug, Serialize)]
pub(super) struct ComparisonDocument<'a> {
    outcome: Outcome,
    baseline: SideDocument<'a>,
    candidate: SideDocument<'a>,
    /// The two runs of rows that looked slower in the store and were measured again interleaved.
    confirmed_by: Option<[&'a str; 2]>,
    /// Why the two machines should not have been compared; `null` when they are of one class.
    forced: Option<String>,
    latency_level: f64,
    effect_level: f64,
    census: &'a Census,
    rows: Vec<RowDocument<'a>>,
    /// The candidate next to itself, where the sides were interleaved.
    controls: Vec<ControlDocument>,
    surroundings: Vec<DifferenceDocument<'a>>,
    /// Which functions differ in what rows reach; absent unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<ExplainedDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct SideDocument<'a> {
    run: &'a str,
    started: &'a str,
    state: RunState,
    commit: Option<&'a CommitInfo>,
    machine: &'a str,
    profile: &'a Profile,
}

/// One case.
#[derive(Debug, Serialize)]
pub(super) struct RowDocument<'a> {
    case: String,
    bench: &'a str,
    benchmark: &'a str,
    backend: &'a str,
    params: &'a Params,
    standing: &'static str,
    verdict: Option<&'static str>,
    tolerance_share: f64,
    alert_share: f64,
    alert: bool,
    /// About how many process pairs would decide an undecided row.
    needed_processes: Option<usize>,
    #[serde(flatten)]
    effect: EffectDocument,
    baseline: Option<CellDocument<'a>>,
    candidate: Option<CellDocument<'a>>,
    /// Processes of one side that were slow as a whole, which the effect leaves out.
    slow_mode: Option<SlowModeDocument>,
    /// The versions of the benchmark, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<&'a [String; 2]>,
    /// The least and the most effect in the layouts of the executables that were tried.
    over_layouts_share: Option<[f64; 2]>,
    /// True where it reaches the same machine code on both sides, although the executables differ.
    same_code: bool,
    metrics: Vec<MetricDocument<'a>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct SlowModeDocument {
    side: &'static str,
    slow_processes: usize,
    processes: usize,
    /// How many times as long as the others they take.
    times: f64,
}

/// The result of an A/A control.
#[derive(Debug, Serialize)]
struct ControlDocument {
    case: String,
    verdict: &'static str,
    gate_share: f64,
    #[serde(flatten)]
    effect: EffectDocument,
}

/// Candidate / baseline − 1, so that 0.05 is 5 % more.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct EffectDocument {
    pub(super) effect_share: Option<f64>,
    pub(super) effect_low_share: Option<f64>,
    pub(super) effect_high_share: Option<f64>,
}

#[derive(Debug, Serialize)]
struct CellDocument<'a> {
    status: String,
    reason: Option<&'a str>,
    latency_ns: Option<f64>,
    latency_low_ns: Option<f64>,
    latency_high_ns: Option<f64>,
    process_medians_ns: &'a [f64],
    /// Why nothing was counted, although it was to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncounted: Option<&'a str>,
    /// Notes of the benchmark on how it ran.
    #[serde(skip_serializing_if = "Notes::is_empty")]
    notes: &'a Notes,
}

#[derive(Debug, Serialize)]
struct MetricDocument<'a> {
    name: &'a str,
    unit: &'a str,
    better: Direction,
    judged: &'static str,
    verdict: Option<&'static str>,
    #[serde(flatten)]
    effect: EffectDocument,
    baseline: Option<f64>,
    candidate: Option<f64>,
    baseline_processes: &'a [f64],
    candidate_processes: &'a [f64],
}

#[derive(Debug, Serialize)]
struct DifferenceDocument<'a> {
    what: &'a str,
    baseline: Option<&'a str>,
    candidate: Option<&'a str>,
    diff: Option<&'a str>,
}

impl<'a> ComparisonDocument<'a> {
    pub(super) fn of(found: &'a Comparison, explained: Option<&'a Explained>) -> Self {
        Self {
            outcome: found.worst(),
            baseline: SideDocument::of(&found.base),
            candidate: SideDocument::of(&found.candidate),
            confirmed_by: found.confirmed.as_ref().map(|by| [by.base.run.as_str(), &by.candidate.run]),
            forced: found.forced.as_ref().map(ToString::to_string),
            latency_level: ESTIMATE_LEVEL,
            effect_level: EFFECT_LEVEL,
            census: &found.census,
            rows: found.rows.iter().map(RowDocument::of).collect(),
            controls: found.controls.iter().map(ControlDocument::of).collect(),
            surroundings: found.surroundings.iter().map(DifferenceDocument::of).collect(),
            explained: explained.map(ExplainedDocument::of),
        }
    }
}

impl ControlDocument {
    fn of(control: &Control) -> Self {
        Self {
            case: control.id.to_string(),
            verdict: verdict(control.verdict),
            gate_share: control.gate,
            effect: EffectDocument::of(control.effect),
        }
    }
}

impl<'a> SideDocument<'a> {
    fn of(side: &'a SideInfo) -> Self {
        Self {
            run: &side.run,
            started: &side.started,
            state: side.state,
            commit: side.commit.as_ref(),
            machine: &side.machine,
            profile: &side.profile,
        }
    }
}

impl<'a> RowDocument<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        let judgement = match row.standing {
            Standing::Judged(judgement) => Some(judgement),
            _ => None,
        };
        let needed = judgement.and_then(|judgement| match judgement.verdict {
            Verdict::Undecided(Need::Pairs(count)) => Some(count),
            _ => None,
        });
        Self {
            case: row.id.to_string(),
            bench: &row.id.bench,
            benchmark: &row.id.benchmark,
            backend: &row.id.backend,
            params: &row.id.params,
            standing: standing(row.standing),
            verdict: match row.standing {
                Standing::Identical => Some(verdict(Verdict::Same)),
                _ => judgement.map(|judgement| verdict(judgement.verdict)),
            },
            tolerance_share: row.tolerance.tolerance,
            alert_share: row.tolerance.alert,
            alert: row.is_alert(),
            needed_processes: needed,
            effect: EffectDocument::of(judgement.and_then(|judgement| judgement.effect)),
            baseline: row.base.as_ref().map(CellDocument::of),
            candidate: row.candidate.as_ref().map(CellDocument::of),
            slow_mode: row.in_pairs.as_ref().and_then(|shown| shown.slow_mode).map(SlowModeDocument::of),
            versions: row.versions.as_ref(),
            over_layouts_share: over_layouts(row),
            same_code: row.in_pairs.as_ref().is_some_and(|shown| shown.is_same_code),
            metrics: row.metrics.iter().map(MetricDocument::of).collect(),
        }
    }
}

fn over_layouts(row: &Row) -> Option<[f64; 2]> {
    let [least, most] = row.in_pairs.as_ref()?.over_layouts?;
    Some([least.change()?.get(), most.change()?.get()])
}

impl SlowModeDocument {
    fn of(SlowMode { of_candidate, slow, of, times }: SlowMode) -> Self {
        let side = if of_candidate { "candidate" } else { "baseline" };
        Self { side, slow_processes: slow, processes: of, times }
    }
}

impl EffectDocument {
    pub(super) fn of(effect: Option<Effect>) -> Self {
        let Some(effect) = effect else { return Self::default() };
        let interval = effect.interval();
        Self {
            effect_share: effect.change().map(|change| change.get()),
            effect_low_share: interval.map(|(low, _)| low.get()),
            effect_high_share: interval.map(|(_, high)| high.get()),
        }
    }
}

impl<'a> CellDocument<'a> {
    fn of(cell: &'a Cell) -> Self {
        let latency = cell.latency.as_ref();
        let interval = latency.and_then(|latency| latency.interval);
        let failure = cell.failure();
        Self {
            status: failure.map_or_else(|| "ok".to_owned(), |(kind, _)| kind.to_string()),
            reason: failure.map(|(_, reason)| reason),
            latency_ns: latency.map(|latency| latency.value),
            latency_low_ns: interval.map(|interval| interval.low),
            latency_high_ns: interval.map(|interval| interval.high),
            process_medians_ns: latency.map_or(&[], |latency| latency.processes.as_slice()),
            uncounted: cell.uncounted.as_deref(),
            notes: &cell.notes,
        }
    }
}

impl<'a> MetricDocument<'a> {
    fn of(row: &'a MetricRow) -> Self {
        let (judged, verdict) = match row.judging {
            Judging::Judged(judgement) => ("judged", Some(verdict(judgement.verdict))),
            Judging::FollowsFromLatency => ("follows-from-latency", None),
            Judging::Repeats => ("repeats-another", None),
            Judging::Told => ("told", None),
            Judging::Varies => ("varies", None),
            Judging::DifferentProcesses => ("different-processes", None),
        };
        let processes = |side: &'a Option<Estimate>| side.as_ref().map_or(&[][..], |side| &side.processes);
        Self {
            name: &row.name,
            unit: &row.unit,
            better: row.better,
            judged,
            verdict,
            effect: EffectDocument::of(row.effect),
            baseline: row.base.as_ref().map(|side| side.value),
            candidate: row.candidate.as_ref().map(|side| side.value),
            baseline_processes: processes(&row.base),
            candidate_processes: processes(&row.candidate),
        }
    }
}

impl<'a> DifferenceDocument<'a> {
    fn of(difference: &'a Difference) -> Self {
        match difference {
            Difference::Value { what, base, candidate } => {
                Self { what, baseline: base.as_deref(), candidate: candidate.as_deref(), diff: None }
            }
            Difference::Text { what, diff } => {
                Self { what, baseline: None, candidate: None, diff: Some(diff) }
            }
        }
    }
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Judged(_) => "judged",
        Standing::New => "missing-in-baseline",
        Standing::Gone => "missing-in-candidate",
        Standing::Broken => "failed",
        Standing::StillBroken => "failed-on-both-sides",
        Standing::Mended => "failed-in-baseline",
        Standing::Unsupported => "unsupported",
        Standing::Identical => "identical",
    }
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "regressed",
        Verdict::Improved => "improved",
        Verdict::Same => "same",
        Verdict::Suspected => "suspected",
        Verdict::NotJudged => "not-judged",
        Verdict::Undecided(_) => "undecided",
    }
}
