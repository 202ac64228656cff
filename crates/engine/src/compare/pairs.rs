//! Two runs whose processes came in pairs: from their records to the evidence on each row, and its verdict.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::stats::{log_shift, median, win_rate};
use accel_bench_record::{
    CaseKey, CaseRecord, Estimate, Measurement, RowTrial, RunRecord, TimingMethod, TrialVerdict,
};

use super::company::Companies;
use super::evidence::{self, Evidence, Pair, SlowMode};
use super::judging::Judged;
use super::looks::{LEAST_FOR_SAME, LEAST_FOR_SAME_OF_LONG};
use super::metric;
use super::row::is_well_on_both_sides;
use super::sequential::{self, Stage, decide};
use super::verdict::{Judgement, Need, Verdict};
use super::{Effect, Tolerance};

/// The gate of a case by its id.
pub type Gate<'a> = dyn Fn(&CaseKey) -> Tolerance + 'a;

/// The candidate next to itself: what differs is the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    pub id: CaseKey,
    pub gate: f64,
    pub effect: Option<Effect>,
    pub verdict: Verdict,
}

impl Control {
    /// Returns whether the machine showed a change that the code cannot have.
    pub fn has_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Regressed | Verdict::Improved)
    }
}

/// A case that exists on one side only is shown with the interval of this many processes.
const PROCESSES_ALONE: usize = 5;

/// A case is long if its first process pair takes samples for a quarter of a second, nanoseconds.
const LONG: u64 = 250_000_000;

/// Returns whether the two runs were measured interleaved with each other.
pub fn are_interleaved(base: &RunRecord, candidate: &RunRecord) -> bool {
    let is_with = |one: &RunRecord, other: &RunRecord| {
        one.interleaved.as_ref().is_some_and(|interleaved| interleaved.with == other.id)
    };
    is_with(base, candidate) && is_with(candidate, base)
}

/// The judgement of each case that went well on both sides, and of each of its metrics that is judged.
pub(super) fn judgements(
    base: &RunRecord,
    candidate: &RunRecord,
    gate: &Gate<'_>,
) -> BTreeMap<Judged, Judgement> {
    let rows = evidence(base, candidate, gate);
    let judgement = |row: &Evidence, stage: Stage| {
        let verdict = match stage {
            Stage::Decided(verdict) => verdict,
            // Measuring ended before the row was decided.
            Stage::Suspected { needs } | Stage::Open { needs } => Verdict::Undecided(Need::Pairs(needs)),
        };
        Judgement { verdict, effect: evidence::effect(&row.shifts()) }
    };
    let stages = stages(&rows);
    rows.iter().map(|(of, row)| (of.clone(), judgement(row, stages[of]))).collect()
}

fn stages(rows: &BTreeMap<Judged, Evidence>) -> BTreeMap<&Judged, Stage> {
    let all: Vec<_> = rows.values().cloned().collect();
    rows.keys().zip(decide(&all)).collect()
}

/// How far a comparison has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Cases that need no further process pair: decided, failed, or measured well enough on the only side that has them.
    pub closed: BTreeSet<CaseKey>,
    /// Open cases that look changed.
    pub suspected: BTreeSet<CaseKey>,
    /// With fewer pairs than this, and no failure, it is the same still.
    pub until: usize,
}

/// How far it has come with these processes; `alone` are the cases that only one side has.
pub fn progress(
    base: &RunRecord,
    candidate: &RunRecord,
    alone: &BTreeSet<CaseKey>,
    gate: &Gate<'_>,
) -> Progress {
    let rows = evidence(base, candidate, gate);
    let stages = stages(&rows);
    let open = open(&stages);
    let is_suspected = |stage: &Stage| matches!(stage, Stage::Suspected { .. });
    let suspected = stages.iter().filter(|(_, stage)| is_suspected(stage)).map(|((id, _), _)| id.clone());
    let suspected = suspected.collect();
    let needs = |stage: &Stage| match *stage {
        Stage::Open { needs } | Stage::Suspected { needs } => Some(needs),
        Stage::Decided(_) => None,
    };
    let until = stages.values().filter_map(needs).chain((!alone.is_empty()).then_some(PROCESSES_ALONE)).min();
    let mut closed: BTreeSet<CaseKey> =
        rows.keys().map(|(id, _)| id).filter(|id| !open.contains(id)).cloned().collect();
    for case in base.cases.iter().chain(&candidate.cases) {
        let is_enough = alone.contains(&case.id) && case.processes.len() >= PROCESSES_ALONE;
        if !case.status.is_ok() || is_enough {
            closed.insert(case.id.clone());
        }
    }
    Progress { closed, suspected, until: until.unwrap_or_default() }
}

/// Cases whose latency is not decided, or with a metric that looks changed and is not confirmed. What else a metric
/// says is known when the latency is.
fn open<'r>(stages: &BTreeMap<&'r Judged, Stage>) -> BTreeSet<&'r CaseKey> {
    let is_open = |metric: &Option<String>, stage: Stage| match stage {
        Stage::Decided(_) => false,
        Stage::Suspected { .. } => true,
        Stage::Open { .. } => metric.is_none(),
    };
    let open = stages.iter().filter(|((_, metric), stage)| is_open(metric, **stage));
    open.map(|((id, _), _)| id).collect()
}

/// How many rows further process pairs could decide.
pub fn open_rows(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> usize {
    open(&stages(&evidence(base, candidate, gate))).len()
}

/// Returns what was said of each row of a comparison whose truth is known: identical code, but for the slow-downs.
pub fn trials(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> Vec<RowTrial> {
    let slowdowns = candidate.interleaved.as_ref().map(|interleaved| &interleaved.slowdowns);
    let verdicts = judgements(base, candidate, gate);
    let trial = |(of, row): (Judged, Evidence)| {
        let sampled = [base, candidate].into_iter().flat_map(|run| &run.cases);
        let sampled = sampled.filter(|record| record.id == of.0).flat_map(|record| &record.processes);
        let nanos: u64 = sampled.map(|process| process.samples.total_nanos()).sum();
        let case = of.0.to_string();
        RowTrial {
            slowdown: slowdowns.and_then(|all| all.get(&case)).copied().unwrap_or(0.0),
            verdict: match verdicts[&of].verdict {
                Verdict::Regressed => TrialVerdict::Regressed,
                Verdict::Improved => TrialVerdict::Improved,
                Verdict::Same => TrialVerdict::Same,
                Verdict::Suspected | Verdict::NotJudged | Verdict::Undecided(_) => TrialVerdict::Undecided,
            },
            case,
            log_ratios: row.shifts(),
            win_rates: row.pairs.iter().map(|pair| pair.wins).collect(),
            sampled_seconds: nanos as f64 / 1e9,
        }
    };
    let latencies = evidence(base, candidate, gate).into_iter().filter(|((_, metric), _)| metric.is_none());
    latencies.map(trial).collect()
}

/// The candidate's cases next to themselves.
pub(super) fn controls(candidate: &RunRecord, gate: &Gate<'_>) -> Vec<Control> {
    let twins = candidate.interleaved.iter().flat_map(|interleaved| &interleaved.control);
    let row = |twin: &CaseRecord| {
        let case = candidate.case(&twin.id).filter(|case| is_well_on_both_sides(case, twin))?;
        let row = Evidence::of(case, twin, gate);
        // Two pairs are the least that has a spread.
        (row.pairs.len() >= 2).then(|| (twin.id.clone(), row))
    };
    let rows: Vec<_> = twins.filter_map(row).collect();
    let count = rows.len();
    let control = |(id, row): (CaseKey, Evidence)| Control {
        id,
        gate: row.gate.exp_m1(),
        effect: evidence::effect(&row.shifts()),
        verdict: sequential::decide_control(&row, count),
    };
    rows.into_iter().map(control).collect()
}

/// The evidence on each case that went well on both sides, and on each of its metrics that is judged.
fn evidence(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> BTreeMap<Judged, Evidence> {
    let companies = Companies::of(base, candidate);
    let both = candidate.cases.iter().filter_map(|case| Some((base.case(&case.id)?, case)));
    both.filter(|(base, candidate)| is_well_on_both_sides(base, candidate))
        .flat_map(|(base, candidate)| {
            let latency = Evidence::of(base, candidate, gate);
            let metrics = metric::pairs(base, candidate, companies.of_case(&candidate.id));
            let of_metric = |(name, pairs)| {
                let row = Evidence { pairs, ..latency.clone() };
                ((candidate.id.clone(), Some(name)), row)
            };
            let metrics: Vec<_> = metrics.into_iter().map(of_metric).collect();
            metrics.into_iter().chain([((candidate.id.clone(), None), latency)])
        })
        .collect()
}

impl Evidence {
    fn of(base: &CaseRecord, candidate: &CaseRecord, gate: &Gate<'_>) -> Self {
        let first = [base, candidate].into_iter().filter_map(|case| case.processes.first());
        // It is that of the first pair alone, so that it stays as it is.
        let is_long = first.map(|process| process.samples.total_nanos()).sum::<u64>() >= LONG;
        Self {
            pairs: pairs(base, candidate),
            gate: gate(&candidate.id).gate().ln_1p(),
            least_for_same: if is_long { LEAST_FOR_SAME_OF_LONG } else { LEAST_FOR_SAME },
        }
    }
}

/// The latency of each process pair.
///
/// Processes of Criterion are interleaved as a whole, so that a slow phase hits one of them; of their few samples the medians
/// are compared, as the columns are made of medians too.
fn pairs(base: &CaseRecord, candidate: &CaseRecord) -> Vec<Pair> {
    let both = base.processes.iter().zip(&candidate.processes);
    let pair = |(base, candidate): (&Measurement, &Measurement)| {
        let of_criterion = base.timing_method == TimingMethod::Criterion;
        let layout = candidate.layout;
        let (base, candidate) = (base.samples.per_iteration(), candidate.samples.per_iteration());
        let pair = if of_criterion {
            Pair::of_values(median(&base)?, median(&candidate)?)?
        } else {
            Pair { shift: log_shift(&base, &candidate)?, wins: win_rate(&base, &candidate)?, layout: None }
        };
        Some(Pair { layout, ..pair })
    };
    both.filter_map(pair).collect()
}

/// Which effects a case had in the layouts that were tried: the least and the most.
pub(super) fn over_layouts(base: &CaseRecord, candidate: &CaseRecord) -> Option<[Effect; 2]> {
    evidence::over_layouts(&pairs(base, candidate))
}

/// Processes of one side that are slow as a whole, by the pairs of a case.
pub(super) fn slow_mode(base: &CaseRecord, candidate: &CaseRecord, gate: f64) -> Option<SlowMode> {
    SlowMode::of(&pairs(base, candidate), gate.ln_1p())
}

/// The factors that make both sides' columns of a Criterion row what its effect is made of; `None` for other rows.
///
/// A slow phase hits one process of Criterion as a whole: it is in that side's mean, and the effect leaves it out. So both
/// columns lie half the effect below and above the middle of the pairs' geometric means.
pub(super) fn column_factors(base: &CaseRecord, candidate: &CaseRecord) -> Option<[f64; 2]> {
    let criterion = |case: &CaseRecord| {
        case.processes.iter().all(|process| process.timing_method == TimingMethod::Criterion)
    };
    let logs = |case: &CaseRecord| case.process_medians().iter().map(|nanos| nanos.ln()).collect::<Vec<_>>();
    if !is_well_on_both_sides(base, candidate) || !criterion(base) || !criterion(candidate) {
        return None;
    }
    let centre: Vec<_> =
        logs(base).iter().zip(logs(candidate)).map(|(one, other)| (one + other) / 2.0).collect();
    let shifts: Vec<_> = pairs(base, candidate).iter().map(|pair| pair.shift).collect();
    let (centre, effect) = (evidence::middle(&centre)?, evidence::middle(&shifts)?);
    let factor =
        |case: &CaseRecord, half: f64| Some((centre + half).exp() / Estimate::of_latency(case)?.value);
    Some([factor(base, -effect / 2.0)?, factor(candidate, effect / 2.0)?])
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{Direction, Failure, Interleaved, Metric};

    use super::super::{Cell, Judging, Outcome, compare, sample};
    use super::*;

    /// Two runs that were interleaved.
    fn runs(
        base: Vec<CaseRecord>,
        candidate: Vec<CaseRecord>,
        control: Vec<CaseRecord>,
    ) -> (RunRecord, RunRecord) {
        let (mut base, mut candidate) = (sample::run("b", base), sample::run("c", candidate));
        let with = |id: &str, control| {
            Some(Interleaved { with: id.to_owned(), seed: 7, control, ..Interleaved::default() })
        };
        base.interleaved = with("c", vec![]);
        candidate.interleaved = with("b", control);
        (base, candidate)
    }

    fn log_ratios(base: &CaseRecord, candidate: &CaseRecord) -> Vec<f64> {
        pairs(base, candidate).iter().map(|pair| pair.shift).collect()
    }

    fn five_percent(_: &CaseKey) -> Tolerance {
        Tolerance::default()
    }

    #[track_caller]
    fn check_closed(base: Vec<CaseRecord>, candidate: Vec<CaseRecord>, alone: &[&str], expected: &[&str]) {
        let (base, candidate) = runs(base, candidate, vec![]);
        let keys = |ids: &[&str]| ids.iter().map(|id| sample::case(id, &[]).id).collect();
        let found = progress(&base, &candidate, &keys(alone), &five_percent).closed;
        assert_eq!(found, keys(expected));
    }

    const ALTERNATING: [f64; 4] = [100.0, 120.0, 80.0, 110.0];

    #[test]
    fn cases_are_closed_once_they_are_decided() {
        let same = |count: usize| vec![sample::case("a/x@n", &vec![100.0; count])];
        check_closed(same(15), same(15), &[], &[]);
        check_closed(same(16), same(16), &[], &["a/x@n"]);
        let noisy = ALTERNATING.repeat(4);
        check_closed(same(16), vec![sample::case("a/x@n", &noisy)], &[], &[]);
        // One row does not keep another open.
        let two = |medians: &[f64]| vec![sample::case("a/x@n", &[100.0; 16]), sample::case("a/y@n", medians)];
        check_closed(two(&[100.0; 16]), two(&noisy), &[], &["a/x@n"]);
        check_closed(vec![], vec![], &[], &[]);
    }

    #[test]
    fn failed_cases_are_closed_at_once() {
        let well = || vec![sample::case("a/x@n", &[100.0])];
        let failed = || vec![sample::failed(well().remove(0), Failure::Panic, "burst")];
        check_closed(well(), failed(), &[], &["a/x@n"]);
        check_closed(failed(), well(), &[], &["a/x@n"]);
        check_closed(failed(), failed(), &[], &["a/x@n"]);
        check_closed(vec![], failed(), &["a/x@n"], &["a/x@n"]);
    }

    #[test]
    fn cases_of_one_side_are_closed_with_five_processes() {
        let case = |count: usize| vec![sample::case("a/x@n", &vec![100.0; count])];
        check_closed(vec![], case(4), &["a/x@n"], &[]);
        check_closed(vec![], case(5), &["a/x@n"], &["a/x@n"]);
        check_closed(case(5), vec![], &["a/x@n"], &["a/x@n"]);
        // A case that both sides have, of which one has not come to its turn yet.
        check_closed(case(5), vec![], &[], &[]);
    }

    #[test]
    fn verdicts_of_rows_that_were_cut_short() {
        let verdict = |base: &[f64], candidate: &[f64]| {
            let (base, candidate) =
                runs(vec![sample::case("a/x@n", base)], vec![sample::case("a/x@n", candidate)], vec![]);
            judgements(&base, &candidate, &five_percent)[&(candidate.cases[0].id.clone(), None)].verdict
        };
        assert_eq!(verdict(&[100.0; 16], &[100.0; 16]), Verdict::Same);
        assert_eq!(verdict(&[100.0; 6], &[100.0; 6]), Verdict::Undecided(Need::Pairs(10)));
        assert_eq!(verdict(&[100.0], &[300.0]), Verdict::Undecided(Need::Pairs(6)));
        // Without any noise ten pairs make it suspected; no one has asked the six that are to confirm it.
        assert_eq!(verdict(&[100.0; 10], &[300.0; 10]), Verdict::Undecided(Need::Pairs(16)));
        assert_eq!(verdict(&[100.0; 15], &[300.0; 15]), Verdict::Undecided(Need::Pairs(16)));
        assert_eq!(verdict(&[100.0; 16], &[300.0; 16]), Verdict::Regressed);
        assert_eq!(verdict(&[300.0; 16], &[100.0; 16]), Verdict::Improved);
    }

    /// No one waits for sixteen pairs of a case that takes seconds.
    #[test]
    fn long_cases_are_called_the_same_with_fewer_pairs() {
        let stages = |nanos: f64| {
            let case = || vec![sample::case("a/x@n", &[nanos; 6])];
            let (base, candidate) = runs(case(), case(), vec![]);
            judgements(&base, &candidate, &five_percent).into_values().next().map(|row| row.verdict)
        };
        // Three samples of a thousand iterations in each of two processes.
        assert_eq!(stages(41_000.0), Some(Verdict::Undecided(Need::Pairs(10))));
        assert_eq!(stages(42_000.0), Some(Verdict::Same));
    }

    fn with_metric(medians: &[f64], name: &str, better: Direction, values: &[f64]) -> CaseRecord {
        let mut case = sample::case("a/x@n", medians);
        for (process, value) in case.processes.iter_mut().zip(values) {
            process.metrics.push(Metric::new(name, "things", better, *value));
        }
        case
    }

    /// Returns the verdict on the metric of sixteen pairs whose latency is the same, and whether the case is closed.
    fn of_metric(better: Direction, base: f64, candidate: &[f64]) -> (Option<Verdict>, bool) {
        let count = candidate.len();
        let of = |values: &[f64]| vec![with_metric(&vec![100.0; count], "loss", better, values)];
        let (base, candidate) = runs(of(&vec![base; count]), of(candidate), vec![]);
        let judged = judgements(&base, &candidate, &five_percent);
        let found = judged.iter().find(|((_, metric), _)| metric.is_some());
        let closed = progress(&base, &candidate, &BTreeSet::new(), &five_percent).closed;
        (found.map(|(_, judgement)| judgement.verdict), !closed.is_empty())
    }

    #[test]
    fn metrics_are_judged_by_pairs_and_confirmed() {
        use Direction::{Higher, Lower, Neither};
        assert_eq!(of_metric(Lower, 1.0, &[1.0; 16]), (Some(Verdict::Same), true));
        assert_eq!(of_metric(Lower, 1.0, &[1.2; 16]), (Some(Verdict::Regressed), true));
        assert_eq!(of_metric(Higher, 1.0, &[1.2; 16]), (Some(Verdict::Improved), true));
        assert_eq!(of_metric(Higher, 1.2, &[1.0; 16]), (Some(Verdict::Regressed), true));
        assert_eq!(of_metric(Neither, 1.0, &[1.2; 16]), (None, true));
        // Two rows need more than ten pairs; at sixteen it is suspected, and keeps the case open until it is confirmed.
        let late: Vec<f64> = (0..16).map(|at| if at < 6 { 1.0 } else { 1.2 }).collect();
        let (verdict, is_closed) = of_metric(Lower, 1.0, &late);
        assert!(matches!(verdict, Some(Verdict::Undecided(Need::Pairs(22)))) && !is_closed, "{verdict:?}");
    }

    #[test]
    fn what_is_the_same_information_is_judged_once() {
        let case = |per_token: f64| {
            let mut case = with_metric(&[100.0; 6], "time-per-token", Direction::Lower, &[per_token; 6]);
            for process in &mut case.processes {
                let rate = Metric::new("tokens-per-second", "1/s", Direction::Higher, 1.0 / per_token);
                process.metrics.push(rate);
            }
            vec![case]
        };
        let (base, candidate) = runs(case(1.0), case(1.5), vec![]);
        let judged = judgements(&base, &candidate, &five_percent);
        let metrics: Vec<_> = judged.keys().filter_map(|(_, metric)| metric.as_deref()).collect();
        assert_eq!(metrics, ["time-per-token"]);
        let rows = compare(&base, &candidate, &five_percent).rows;
        assert_eq!(rows[0].metrics[1].judging, Judging::Repeats);
    }

    #[test]
    fn who_took_turns_with_whom() {
        let (base, candidate) = runs(vec![], vec![], vec![]);
        assert!(are_interleaved(&base, &candidate) && are_interleaved(&candidate, &base));
        let other = RunRecord { id: "d".into(), ..candidate.clone() };
        assert!(!are_interleaved(&base, &other) && !are_interleaved(&base, &base));
        let alone = RunRecord { interleaved: None, ..candidate };
        assert!(!are_interleaved(&base, &alone));
    }

    #[test]
    fn processes_of_criterion_are_compared_by_their_medians() {
        let case = |nanos: &[u64]| {
            let mut case = sample::case("a/x@n", &[1.0]);
            case.processes[0].samples = sample::samples(nanos);
            case.processes[0].timing_method = TimingMethod::Criterion;
            case
        };
        // Half of the candidate's samples fell into a slow phase: shifts between all samples would mix both.
        let ratios = log_ratios(&case(&[100, 100, 100]), &case(&[101, 101, 160]));
        assert!((ratios[0].exp() - 1.01).abs() < 1e-9, "{ratios:?}");
    }

    #[test]
    fn columns_of_criterion_hold_what_the_effect_is_made_of() {
        let case = |medians: &[f64]| {
            let mut case = sample::case("a/x@host", medians);
            for process in &mut case.processes {
                process.timing_method = TimingMethod::Criterion;
            }
            case
        };
        // A slow phase hit one process of the candidate.
        let medians = [1020.0, 1020.0, 1020.0, 1020.0, 1020.0, 9999.0];
        let (base, candidate) = runs(vec![case(&[1000.0; 6])], vec![case(&medians)], vec![]);
        let compared = compare(&base, &candidate, &five_percent);
        let [row] = compared.rows.as_slice() else { panic!("one row") };
        let shown =
            |cell: &Option<Cell>| cell.as_ref().and_then(|cell| cell.latency.clone()).expect("a value");
        let (before, after) = (shown(&row.base), shown(&row.candidate));
        assert!((after.value / before.value - 1.02).abs() < 1e-9, "{before:?} {after:?}");
        assert!((before.value - 1000.0).abs() < 1.0 && after.processes == medians, "{before:?} {after:?}");
        assert!(after.interval.is_some_and(|interval| interval.contains(after.value)));
    }

    #[test]
    fn other_columns_stay_as_they_were_measured() {
        let native = |count: usize| sample::case("a/x@host", &vec![100.0; count]);
        assert_eq!(column_factors(&native(3), &native(3)), None);
        let criterion = |count: usize| {
            let mut case = native(count);
            case.processes.iter_mut().for_each(|process| process.timing_method = TimingMethod::Criterion);
            case
        };
        assert_eq!(column_factors(&criterion(3), &native(3)), None);
        // One pair has no middle, and a case that failed no value.
        assert_eq!(column_factors(&criterion(1), &criterion(1)), None);
        let failed = sample::failed(criterion(3), Failure::Panic, "burst");
        assert_eq!(column_factors(&failed, &criterion(3)), None);
    }

    /// One process a side, with these samples.
    #[track_caller]
    fn check_ratio(base: &[u64], candidate: &[u64], expected: &[f64]) {
        let case = |nanos: &[u64]| {
            let mut case = sample::case("a/x@n", &[1.0]);
            case.processes[0].samples = sample::samples(nanos);
            case
        };
        let ratios: Vec<_> =
            log_ratios(&case(base), &case(candidate)).iter().map(|ratio| ratio.exp()).collect();
        assert_eq!(ratios.len(), expected.len(), "{ratios:?}");
        let is_near = |(one, other): (&f64, &f64)| (one - other).abs() < 1e-12;
        assert!(ratios.iter().zip(expected).all(is_near), "{ratios:?}");
    }

    #[test]
    fn a_pair_is_the_middle_of_its_samples_ratios() {
        check_ratio(&[100, 200, 400], &[110, 220, 440], &[1.1]);
        // A slow phase that split one pair, and hit both of another.
        check_ratio(&[160, 100, 160], &[100, 100, 160], &[1.0]);
        // With unequal numbers of samples the medians count: Criterion's samples are not paired.
        check_ratio(&[100, 100, 100], &[150, 150], &[1.5]);
        check_ratio(&[100], &[90, 100, 800], &[1.0]);
        check_ratio(&[], &[100], &[]);
        check_ratio(&[0, 0], &[100, 100], &[]);
    }

    #[test]
    fn processes_without_a_partner_are_no_pair() {
        let ratios = log_ratios(&sample::case("a/x@n", &[100.0; 3]), &sample::case("a/x@n", &[100.0, 200.0]));
        assert_eq!(ratios.len(), 2);
    }

    /// Returns what a control of `twin` next to a candidate of 100 comes to, and the comparison with it.
    fn control(twin: &[f64]) -> (Vec<Verdict>, Outcome) {
        let case = || vec![sample::case("a/x@n", &[100.0; 16])];
        let (base, candidate) = runs(case(), case(), vec![sample::case("a/x@n", twin)]);
        let comparison = compare(&base, &candidate, &five_percent);
        (comparison.controls.iter().map(|control| control.verdict).collect(), comparison.worst())
    }

    #[test]
    fn a_control_that_changed_makes_the_machine_unfit() {
        assert_eq!(control(&[100.0; 6]), (vec![Verdict::Same], Outcome::Fine));
        assert_eq!(control(&[150.0; 6]), (vec![Verdict::Regressed], Outcome::Unfit));
        assert_eq!(control(&[50.0; 6]), (vec![Verdict::Improved], Outcome::Unfit));
        let (verdicts, outcome) = control(&ALTERNATING);
        assert!(matches!(verdicts[..], [Verdict::Undecided(Need::Pairs(_))]), "{verdicts:?}");
        assert_eq!(outcome, Outcome::Fine);
        // One pair says nothing.
        assert_eq!(control(&[300.0]), (vec![], Outcome::Fine));
    }

    #[test]
    fn a_control_that_broke_or_whose_case_did_is_none() {
        let well = || vec![sample::case("a/x@n", &[100.0; 4])];
        let failed = || vec![sample::failed(well().remove(0), Failure::Panic, "burst")];
        let of = |candidate, control| {
            let (_, candidate) = runs(vec![], candidate, control);
            controls(&candidate, &five_percent).len()
        };
        assert_eq!((of(well(), well()), of(well(), failed()), of(failed(), well())), (1, 0, 0));
        assert_eq!((of(vec![], well()), of(well(), vec![])), (0, 0));
    }

    #[test]
    fn trials_tell_what_was_said_of_known_slowdowns() {
        let case = |id: &str, nanos: f64, count: usize| sample::case(id, &vec![nanos; count]);
        let (base, mut candidate) = runs(
            vec![case("a/x@n", 100.0, 22), case("a/y@n", 100.0, 16)],
            vec![case("a/x@n", 150.0, 22), case("a/y@n", 100.0, 16)],
            vec![],
        );
        if let Some(interleaved) = &mut candidate.interleaved {
            interleaved.slowdowns = [("a/x@n".to_owned(), 0.5)].into();
        }
        let trials = trials(&base, &candidate, &five_percent);
        let told: Vec<_> = trials.iter().map(|row| (row.case.as_str(), row.slowdown, row.verdict)).collect();
        assert_eq!(told, [("a/x@n", 0.5, TrialVerdict::Regressed), ("a/y@n", 0.0, TrialVerdict::Same)]);
        assert_eq!((trials[0].log_ratios.len(), &trials[0].win_rates), (22, &vec![0.5; 22]));
        // Three samples of a thousand iterations in each of 44 processes.
        assert!((trials[0].sampled_seconds - 22.0 * 3.0 * 250e-6).abs() < 1e-9, "{trials:?}");
    }
}
