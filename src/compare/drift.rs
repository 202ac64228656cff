//! What time adds: how far runs of the same code lie apart on one machine.

use std::collections::BTreeMap;

use accel_bench::record::{CaseId, RunRecord};
use accel_bench::stats::{LogRatio, geometric_mean, mean, variance};

/// How far a case's runs lie from each other, as a variance of logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) variance: f64,
    /// How much is known of it: runs beyond the first of each state of the code.
    pub(crate) degrees: f64,
}

/// The spread of each case between runs of the same code.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drift {
    of: BTreeMap<String, Spread>,
    /// Over all cases, for those with too few runs of their own.
    all: Option<Spread>,
}

/// With fewer a case's own spread says next to nothing.
const DEGREES: f64 = 3.0;

impl Drift {
    /// From the runs of one machine, those of the same code together.
    pub(crate) fn of(groups: &[Vec<RunRecord>]) -> Self {
        let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for group in groups {
            for (case, values) in logarithms(group) {
                // The sum of squares, so that groups add up (the pooled variance of the analysis of variance).
                let Some(variance) = variance(&values) else { continue };
                let degrees = values.len() as f64 - 1.0;
                let sum = sums.entry(case).or_default();
                *sum = (sum.0 + variance * degrees, sum.1 + degrees);
            }
        }
        let of: BTreeMap<_, _> = sums
            .into_iter()
            .map(|(case, (squares, degrees))| (case, Spread { variance: squares / degrees, degrees }))
            .collect();
        let variances: Vec<_> = of.values().map(|spread| spread.variance).collect();
        let degrees = of.values().map(|spread| spread.degrees).fold(0.0, f64::max);
        let all = mean(&variances).map(|variance| Spread { variance, degrees });
        Self { of, all }
    }

    /// The case's own where enough is known of it, else that of all cases; `None` without two runs of the same code.
    pub(crate) fn spread(&self, case: &CaseId) -> Option<Spread> {
        let own = self.of.get(&case.to_string()).filter(|spread| spread.degrees >= DEGREES);
        own.copied().or(self.all)
    }
}

impl Spread {
    /// The ratio of two runs with the standard error that two runs of the same code have, if that is the larger one. A
    /// run's processes are near in time and know nothing of it.
    pub(super) fn between(self, ratio: LogRatio) -> LogRatio {
        let standard_error = (2.0 * self.variance).sqrt();
        if standard_error > ratio.standard_error {
            LogRatio { standard_error, degrees: self.degrees, ..ratio }
        } else {
            ratio
        }
    }
}

/// The logarithm of each run's value of each case that went well.
fn logarithms(group: &[RunRecord]) -> BTreeMap<String, Vec<f64>> {
    let mut values: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for case in group.iter().flat_map(|run| &run.cases).filter(|case| case.status.is_ok()) {
        if let Some(value) = geometric_mean(&case.process_medians()) {
            values.entry(case.id.to_string()).or_default().push(value.ln());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// Runs of the same code, with one value of each of these cases.
    fn group(cases: &[(&str, &[f64])]) -> Vec<RunRecord> {
        let most = cases.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let run = |at: usize| {
            let of_run = cases.iter().filter_map(|(id, values)| Some(sample::case(id, &[*values.get(at)?])));
            sample::run("r", of_run.collect())
        };
        (0..most).map(run).collect()
    }

    #[track_caller]
    fn check(groups: &[Vec<RunRecord>], case: &str, expected: Option<(f64, f64)>) {
        let spread = Drift::of(groups).spread(&sample::case(case, &[]).id);
        match (spread, expected) {
            (Some(spread), Some((deviation, degrees))) => {
                assert!((spread.variance.sqrt() - deviation).abs() < 1e-4, "{spread:?}");
                assert_eq!(spread.degrees, degrees);
            }
            (spread, expected) => assert_eq!(spread.map(|_| ()), expected.map(|_| ())),
        }
    }

    #[test]
    fn without_two_runs_of_the_same_code_nothing_is_known() {
        check(&[], "a/x@n", None);
        check(&[group(&[("a/x@n", &[100.0])]), group(&[("a/x@n", &[300.0])])], "a/x@n", None);
    }

    #[test]
    fn groups_add_up_whatever_lies_between_them() {
        // Logarithms ±0.01 around 100 and around 500: squares of 2 · 0.0001 with one degree each.
        let pair = |centre: f64| [centre * 0.01_f64.exp(), centre * (-0.01_f64).exp()];
        let groups: Vec<_> =
            [100.0, 500.0, 900.0].iter().map(|centre| group(&[("a/x@n", &pair(*centre))])).collect();
        check(&groups, "a/x@n", Some((0.01 * 2.0_f64.sqrt(), 3.0)));
    }

    #[test]
    fn a_case_with_few_runs_takes_the_others_spread() {
        let groups = [group(&[("a/x@n", &[100.0, 101.0, 100.0, 101.0]), ("a/y@n", &[100.0, 103.0])])];
        let own = Drift::of(&groups).spread(&sample::case("a/x@n", &[]).id).expect("four runs");
        assert_eq!(own.degrees, 3.0);
        let pooled = Drift::of(&groups).spread(&sample::case("a/y@n", &[]).id).expect("that of all");
        assert!(pooled.variance > own.variance && pooled.degrees == 3.0, "{pooled:?}");
        assert_eq!(Drift::of(&groups).spread(&sample::case("b/new@n", &[]).id), Some(pooled));
    }

    #[test]
    fn it_widens_and_never_narrows() {
        let ratio = LogRatio { estimate: 0.03, standard_error: 0.01, degrees: 8.0 };
        let quiet = Spread { variance: 1e-6, degrees: 5.0 };
        assert_eq!(quiet.between(ratio), ratio);
        let moody = Spread { variance: 2e-4, degrees: 5.0 };
        let widened = moody.between(ratio);
        assert!((widened.standard_error - 0.02).abs() < 1e-12);
        assert_eq!((widened.estimate, widened.degrees), (0.03, 5.0));
    }
}
