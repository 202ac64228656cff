//! A run that was measured again: whether the new values are what runs of the same code show. Pure.

use accel_bench_record::stats::{LogRatio, log_ratio};
use accel_bench_record::{CaseKey, CaseRecord, Estimate, RunRecord};

use super::{Drift, Spread};

/// A new run of the same code lies within the range in this share of all cases.
const LEVEL: f64 = 0.99;

/// With fewer degrees of freedom the runs before say next to nothing of how far the next lies apart.
const KNOWN: f64 = 3.0;

/// A case of the stored run, and what was measured of it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    pub id: CaseKey,
    /// Nanoseconds of an iteration, then and now; absent where it failed.
    pub stored: Option<Estimate>,
    pub now: Option<Estimate>,
    /// Where a run of the same code is expected, in nanoseconds: by the processes of both runs, and by how far runs of the same code lie
    /// apart on this machine, where that is more. Absent where neither is known.
    pub range: Option<[f64; 2]>,
}

impl Again {
    /// Returns whether the new value lies in the range; `None` where that is not known.
    #[must_use]
    pub fn is_inside(&self) -> Option<bool> {
        let [low, high] = self.range?;
        Some((low..=high).contains(&self.now.as_ref()?.value))
    }
}

/// Compares the cases of a stored run with those that were measured again.
#[must_use]
pub fn again(stored: &RunRecord, now: &RunRecord, drift: &Drift) -> Vec<Again> {
    let case = |now: &CaseRecord| {
        let before = stored.case(&now.id)?;
        Some(of(before, now, drift.spread(&now.id)))
    };
    now.cases.iter().filter_map(case).collect()
}

fn of(before: &CaseRecord, now: &CaseRecord, spread: Option<Spread>) -> Again {
    let latency = |case: &CaseRecord| Estimate::of_latency(case).filter(|_| case.status.is_ok());
    let (stored, measured) = (latency(before), latency(now));
    let by_processes = log_ratio(&before.process_medians(), &now.process_medians(), 0.0);
    let by_runs = spread.filter(|spread| spread.degrees >= KNOWN).map(|spread| LogRatio {
        estimate: 0.0,
        standard_error: (2.0 * spread.variance).sqrt(),
        degrees: spread.degrees,
    });
    let half_width = |ratio: LogRatio| Some(ratio.interval(LEVEL)?.half_width());
    let widest = [by_processes, by_runs].into_iter().flatten().filter_map(half_width).reduce(f64::max);
    let range =
        stored.as_ref().zip(widest).map(|(stored, half)| [-half, half].map(|step| stored.value * step.exp()));
    Again { id: now.id.clone(), stored, now: measured, range }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use accel_bench_record::Failure;

    const ID: &str = "a/x@n";

    fn check(before: &[f64], now: &[f64], spread: Option<Spread>, inside: Option<bool>) {
        let found = of(&sample::case(ID, before), &sample::case(ID, now), spread);
        assert_eq!(found.is_inside(), inside, "{before:?} {now:?} {found:?}");
    }

    #[test]
    fn a_value_is_where_its_processes_and_other_runs_say() {
        let five = |centre: f64| [-2.0, -1.0, 0.0, 1.0, 2.0].map(|step| centre * (1.0 + 0.001 * step));
        check(&five(100.0), &five(100.1), None, Some(true));
        check(&five(100.0), &five(102.0), None, Some(false));
        let moody = Spread { variance: 4e-4, degrees: 10.0 };
        check(&five(100.0), &five(102.0), Some(moody), Some(true));
        check(&five(100.0), &five(112.0), Some(moody), Some(false));
        let quiet = Spread { variance: 1e-12, degrees: 10.0 };
        check(&five(100.0), &five(100.1), Some(quiet), Some(true));
    }

    #[test]
    fn one_process_says_nothing_of_the_spread() {
        check(&[100.0], &[100.5], None, None);
        let spread = Spread { variance: 1e-4, degrees: 10.0 };
        check(&[100.0], &[100.5], Some(spread), Some(true));
        check(&[100.0], &[110.0], Some(spread), Some(false));
        check(&[100.0], &[110.0], Some(Spread { degrees: 2.0, ..spread }), None);
    }

    #[test]
    fn a_case_that_fails_now_has_no_value() {
        let (before, now) = (sample::case(ID, &[100.0; 3]), sample::case(ID, &[]));
        let now = sample::failed(now, Failure::Panic, "boom");
        let found = of(&before, &now, None);
        assert_eq!((found.is_inside(), found.now), (None, None));
        assert!(found.stored.is_some());
    }

    #[test]
    fn only_cases_of_both_runs_are_compared() {
        let stored = sample::run("r1", vec![sample::case(ID, &[100.0; 3]), sample::case("a/y@n", &[1.0; 3])]);
        let now = sample::run("r2", vec![sample::case("a/z@n", &[1.0; 3]), sample::case(ID, &[100.0; 3])]);
        let found = again(&stored, &now, &Drift::default());
        assert_eq!(found.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(), [ID]);
    }
}
