//! Metrics of a case other than its latency: memory, rates, a user's own metrics.

use std::collections::BTreeSet;

use accel_bench_record::catalogue::{self, Known, MEM_GROWTH};
use accel_bench_record::stats;
use accel_bench_record::{
    CaseKey, CaseRecord, Direction, Estimate, LEAK_BYTES_PER_ITERATION, Measurement, Metric, Rate,
};

use super::company::Company;
use super::evidence::Pair;
use super::judging::Judge;
use super::{Effect, Judgement, Tolerance, Verdict};

/// One metric of one case on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow {
    pub name: String,
    pub unit: String,
    pub better: Direction,
    pub base: Option<Estimate>,
    pub candidate: Option<Estimate>,
    /// Absent where a ratio cannot be formed: a side without values, or values that are not positive.
    pub effect: Option<Effect>,
    pub judging: Judging,
}

/// How a metric is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judging {
    Judged(Judgement),
    /// It follows from the latency, which has been judged.
    FollowsFromLatency,
    /// It says what another metric says, which has been judged.
    Repeats,
    /// It is reported only: it has no better direction, or no values that have a ratio.
    Told,
    /// Its processes do not agree on how it changed.
    Varies,
    /// It is the whole process's, and the processes of the two sides served different cases.
    DifferentProcesses,
}

/// The metrics that are judged by process pairs, each with its pairs, worse being larger. What is the same information as one
/// before, as tokens per second are next to the time per token, is left out.
pub(super) fn pairs(base: &CaseRecord, candidate: &CaseRecord, company: Company) -> Vec<(String, Vec<Pair>)> {
    let mut judged: Vec<(String, Vec<Pair>)> = Vec::new();
    for metric in declared([candidate, base]) {
        let sides = [base, candidate].map(|case| of_processes(case, &metric.name));
        let both = sides[0].iter().zip(&sides[1]);
        let pairs: Vec<_> = both.filter_map(|(one, other)| Pair::of_values((*one)?, (*other)?)).collect();
        let pairs = match metric.better {
            Direction::Higher => pairs.into_iter().map(Pair::swapped).collect(),
            _ => pairs,
        };
        let is_new = || judged.iter().all(|(_, other)| !is_same_information(other, &pairs));
        if !pairs.is_empty() && is_judged(metric, [base, candidate], company).is_none() && is_new() {
            judged.push((metric.name.clone(), pairs));
        }
    }
    judged
}

/// Each declared metric of these cases once.
fn declared(cases: [&CaseRecord; 2]) -> Vec<&Metric> {
    let mut seen = BTreeSet::new();
    let all = cases.into_iter().flat_map(|case| &case.processes).flat_map(|process| &process.metrics);
    all.filter(|metric| seen.insert(&metric.name)).collect()
}

/// Returns whether the ratios are equal in each pair, but for the sign.
fn is_same_information(one: &[Pair], other: &[Pair]) -> bool {
    let is_equal = |one: f64, other: f64| (one.abs() - other.abs()).abs() <= 1e-9;
    let has_any = one.iter().any(|pair| pair.shift != 0.0);
    let mut both = one.iter().zip(other);
    has_any && one.len() == other.len() && both.all(|(one, other)| is_equal(one.shift, other.shift))
}

/// `None`: it is. Otherwise how it is shown instead.
fn is_judged(metric: &Metric, sides: [&CaseRecord; 2], company: Company) -> Option<Judging> {
    let known = catalogue::find(&metric.name);
    let values = || sides.map(|case| case.values_of(&metric.name));
    match metric.better {
        Direction::Neither => Some(Judging::Told),
        _ if known.is_some_and(|known| known.of_process) && company == Company::Different => {
            Some(Judging::DifferentProcesses)
        }
        _ if metric.name == MEM_GROWTH.name => None,
        _ if known.is_some_and(|known| is_noise(known.noise, &values())) => Some(Judging::Told),
        _ => None,
    }
}

/// All metrics that either side has: declared ones in the order of the record, rates after them.
pub(super) fn metric_rows(
    id: &CaseKey,
    [base, candidate]: [&CaseRecord; 2],
    company: Company,
    tolerance: Tolerance,
    judge: Judge<'_>,
) -> Vec<MetricRow> {
    let declared = declared([candidate, base]);
    let mut rows: Vec<_> = declared
        .iter()
        .map(|metric| MetricRow::declared(id, metric, [base, candidate], company, tolerance, judge))
        .collect();
    let mut seen: BTreeSet<&str> = declared.iter().map(|metric| metric.name.as_str()).collect();
    let rates =
        [candidate, base].into_iter().flat_map(|case| &case.processes).flat_map(Measurement::all_rates);
    for Rate { metric, .. } in rates {
        if seen.insert(metric.name) {
            rows.push(MetricRow::rate(metric, [base, candidate].map(|case| case.rates_of(metric))));
        }
    }
    rows
}

impl MetricRow {
    pub fn has_regressed(&self) -> bool {
        matches!(self.judging, Judging::Judged(Judgement { verdict: Verdict::Regressed, .. }))
    }

    pub fn is_suspected(&self) -> bool {
        matches!(self.judging, Judging::Judged(Judgement { verdict: Verdict::Suspected, .. }))
    }

    /// Returns whether it has a verdict of its own that says more than that nothing happened.
    pub fn has_changed(&self) -> bool {
        let is_improved =
            matches!(self.judging, Judging::Judged(Judgement { verdict: Verdict::Improved, .. }));
        is_improved || self.has_regressed() || self.is_suspected()
    }

    fn declared(
        id: &CaseKey,
        metric: &Metric,
        sides: [&CaseRecord; 2],
        company: Company,
        tolerance: Tolerance,
        by: Judge<'_>,
    ) -> Self {
        let judged =
            sides.map(|case| of_processes(case, &metric.name).into_iter().flatten().collect::<Vec<_>>());
        let apart = Effect::apart(&judged[0], &judged[1]);
        let found = by.metric(id, &metric.name, [&judged[0], &judged[1]], tolerance);
        // Pairs have the sign of what is worse, values side by side that of the larger one.
        let found = found.map(|found| match (by, metric.better) {
            (Judge::Apart(_), Direction::Higher) => found.of_higher_is_better(),
            (Judge::InPairs(_), Direction::Higher) => found.with_turned_effect(),
            _ => found,
        });
        let judging = match (is_judged(metric, sides, company), found) {
            _ if apart.is_none() => Judging::Told,
            (Some(instead), _) => instead,
            (None, Some(found)) => Judging::Judged(found),
            (None, None) => Judging::Repeats,
        };
        let effect = match judging {
            Judging::Judged(found) => found.effect,
            _ => apart,
        };
        let sides = sides.map(|case| case.values_of(&metric.name));
        Self::new((&metric.name, &metric.unit, metric.better), sides, effect, judging)
    }

    fn rate(metric: &Known, sides: [Vec<f64>; 2]) -> Self {
        let effect = Effect::apart(&sides[0], &sides[1]);
        Self::new((metric.name, metric.unit, metric.better), sides, effect, Judging::FollowsFromLatency)
    }

    fn new(
        (name, unit, better): (&str, &str, Direction),
        sides: [Vec<f64>; 2],
        effect: Option<Effect>,
        judging: Judging,
    ) -> Self {
        let [base, candidate] = sides.map(Estimate::of_processes);
        Self { name: name.to_owned(), unit: unit.to_owned(), better, base, candidate, effect, judging }
    }
}

/// Returns whether the medians of two sides lie too close together to mean anything.
fn is_noise(noise: f64, sides: &[Vec<f64>; 2]) -> bool {
    let medians = (stats::median(&sides[0]), stats::median(&sides[1]));
    matches!(medians, (Some(base), Some(candidate)) if (base - candidate).abs() < noise)
}

/// The value of each process, as it is judged; `None` for one that did not measure it.
///
/// Memory growth is judged by leaks, while both columns show the measured values. A process that leaks nothing has the least
/// growth that would count: a ratio needs a value, and what lies below is not more than noise around 0.
fn of_processes(case: &CaseRecord, name: &str) -> Vec<Option<f64>> {
    let of_process = |process: &Measurement| {
        let metric = process.metrics.iter().find(|metric| metric.name == name)?;
        let leak = || process.leak().map_or(LEAK_BYTES_PER_ITERATION, |leak| leak.bytes_per_iteration);
        Some(if name == MEM_GROWTH.name { leak() } else { metric.value })
    };
    case.processes.iter().map(of_process).collect()
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Throughput;

    use super::super::{Verdict, sample};
    use super::*;

    /// The rows of two sides that were measured apart.
    fn rows(base: &CaseRecord, candidate: &CaseRecord, company: Company) -> Vec<MetricRow> {
        let tolerance = Tolerance::default();
        metric_rows(&base.id, [base, candidate], company, tolerance, Judge::Apart(None))
    }

    fn with_metric(values: &[f64], name: &str, better: Direction) -> CaseRecord {
        let mut case = sample::case("enc/forward@ndarray", &vec![100.0; values.len()]);
        for (process, value) in case.processes.iter_mut().zip(values) {
            let unit = if name.ends_with("-bytes") { "bytes" } else { "things" };
            process.metrics.push(Metric::new(name, unit, better, *value));
        }
        case
    }

    fn check(
        name: &str,
        better: Direction,
        sides: (&[f64], &[f64]),
        company: Company,
        expected: Option<Verdict>,
    ) {
        let (base, candidate) = (with_metric(sides.0, name, better), with_metric(sides.1, name, better));
        let rows = rows(&base, &candidate, company);
        let [row] = rows.as_slice() else { panic!("one row, not {rows:?}") };
        let verdict = match row.judging {
            Judging::Judged(judgement) => Some(judgement.verdict),
            _ => None,
        };
        assert_eq!(verdict, expected, "{row:?}");
    }

    const LESS: &[f64] = &[100.0, 100.1, 99.9];
    const MORE: &[f64] = &[120.0, 120.1, 119.9];

    #[test]
    fn the_direction_decides() {
        check("loss", Direction::Lower, (LESS, MORE), Company::Same, Some(Verdict::Regressed));
        check("hits", Direction::Higher, (LESS, MORE), Company::Same, Some(Verdict::Improved));
        check("hits", Direction::Higher, (MORE, LESS), Company::Same, Some(Verdict::Regressed));
        check("loss", Direction::Lower, (LESS, LESS), Company::Same, Some(Verdict::NotJudged));
        check("seed", Direction::Neither, (LESS, MORE), Company::Same, None);
    }

    #[test]
    fn what_is_of_the_process_needs_equal_company() {
        let sides: (&[f64], &[f64]) = (&[1e8, 1.01e8, 1e8], &[2e8, 2.01e8, 2e8]);
        check("host-rss-peak-bytes", Direction::Lower, sides, Company::Same, Some(Verdict::Regressed));
        check("host-rss-peak-bytes", Direction::Lower, sides, Company::Different, None);
        check("loss", Direction::Lower, sides, Company::Different, Some(Verdict::Regressed));
    }

    #[test]
    fn a_few_pages_of_a_small_process_are_not_judged() {
        let sides: (&[f64], &[f64]) = (&[1.0e7, 1.0e7, 1.0e7], &[1.5e7, 1.5e7, 1.5e7]);
        check("host-rss-peak-bytes", Direction::Lower, sides, Company::Same, None);
        check("pool-bytes", Direction::Lower, sides, Company::Same, Some(Verdict::Regressed));
        check("mem-peak-bytes", Direction::Lower, sides, Company::Same, Some(Verdict::Regressed));
        let small: (&[f64], &[f64]) = (&[24.0, 24.0, 24.0], &[4096.0, 4096.0, 4096.0]);
        check("mem-peak-bytes", Direction::Lower, small, Company::Same, None);
        let shares: (&[f64], &[f64]) = (&[0.01, 0.01, 0.01], &[0.04, 0.04, 0.04]);
        check("mem-fragmentation", Direction::Lower, shares, Company::Same, None);
    }

    /// Three processes whose memory grows by this many bytes an iteration, each within 10 of it.
    fn growing(bytes: f64) -> CaseRecord {
        let mut case = with_metric(&[bytes; 3], MEM_GROWTH.name, Direction::Lower);
        for process in &mut case.processes {
            process.metrics[0].interval = Some([bytes - 10.0, bytes + 10.0]);
            process.samples.iterations = vec![1_000; 3];
        }
        case
    }

    #[track_caller]
    fn check_growth(base: f64, candidate: f64, expected: Verdict) {
        let rows = rows(&growing(base), &growing(candidate), Company::Same);
        let Judging::Judged(judgement) = rows[0].judging else { panic!("{rows:?}") };
        assert_eq!(judgement.verdict, expected, "{rows:?}");
        assert!((rows[0].base.as_ref().expect("a value").value - base).abs() < 1e-6);
    }

    #[test]
    fn a_new_leak_is_a_regression_and_noise_around_nothing_is_not() {
        check_growth(0.0, 1e6, Verdict::Regressed);
        check_growth(-3.0, 1e6, Verdict::Regressed);
        check_growth(1e6, 0.0, Verdict::Improved);
        check_growth(0.001, 500.0, Verdict::NotJudged);
        check_growth(0.0, 0.0, Verdict::NotJudged);
        check_growth(1e6, 1e6, Verdict::NotJudged);
    }

    /// A metric with raw values is compared by the medians of its processes.
    #[test]
    fn what_has_samples_is_judged_by_its_value() {
        let of = |scale: f64| {
            let mut case = sample::case("enc/generate@ndarray", &[100.0; 3]);
            for process in &mut case.processes {
                let gaps = [9.0, 10.0, 90.0].map(|gap| gap * scale).to_vec();
                process.metrics.push(Metric::of_samples("itl-ms", "ms", Direction::Lower, gaps));
            }
            case
        };
        let rows = rows(&of(1.0), &of(1.2), Company::Same);
        let Judging::Judged(judgement) = rows[0].judging else { panic!("{rows:?}") };
        assert_eq!(judgement.verdict, Verdict::Regressed);
        assert!((rows[0].base.as_ref().expect("a value").value - 10.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_computed_per_second_follows_from_the_latency() {
        let case = with_metric(&[1e3, 1e3], "flops", Direction::Neither);
        let rows = rows(&case, &case, Company::Same);
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.unit.as_str())).collect();
        assert_eq!(names, [("flops", "things"), ("flops-per-s", "flop/s")]);
        assert_eq!(rows[1].judging, Judging::FollowsFromLatency);
    }

    #[test]
    fn a_benchmark_s_own_metric_has_no_noise_that_is_known() {
        check("host-frames", Direction::Lower, (LESS, MORE), Company::Different, Some(Verdict::Regressed));
        let few: (&[f64], &[f64]) = (&[1e3, 1.001e3, 1e3], &[2e3, 2.001e3, 2e3]);
        check("mem-peak-bytes", Direction::Lower, few, Company::Same, None);
        check("cache-bytes", Direction::Lower, few, Company::Same, Some(Verdict::Regressed));
    }

    #[test]
    fn zeros_are_told() {
        check("misses", Direction::Lower, (&[0.0, 0.0], LESS), Company::Same, None);
    }

    #[test]
    fn rates_are_told_once() {
        let mut case = sample::case("enc/forward@ndarray", &[100.0, 100.0]);
        for process in &mut case.processes {
            process.throughput = vec![Throughput::Samples(2), Throughput::Bytes(64)];
        }
        let rows = rows(&case, &case, Company::Same);
        assert_eq!(
            rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
            ["samples-per-s", "bytes-per-s"]
        );
        assert!(rows.iter().all(|row| row.judging == Judging::FollowsFromLatency));
        assert!((rows[0].base.as_ref().expect("a rate").value - 2e7).abs() < 1.0);
    }

    #[test]
    fn a_metric_of_one_side_only_is_still_told() {
        let bare = sample::case("enc/forward@ndarray", &[100.0, 100.0]);
        let rows = rows(&bare, &with_metric(LESS, "loss", Direction::Lower), Company::Same);
        assert_eq!((rows.len(), rows[0].base.is_none(), rows[0].judging), (1, true, Judging::Told));
    }
}
