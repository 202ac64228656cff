//! Run-to-run noise: how far runs of the same code lie apart on one machine.

use std::collections::BTreeMap;

use accel_bench_record::stats::{mean, variance};
use accel_bench_record::{CaseKey, RunValues, TreeState};

use super::spread::Spread;

/// The spread of each case between runs of the same code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drift {
    of: BTreeMap<CaseKey, Spread>,
    /// Over all cases, for those with too few runs of their own.
    all: Option<Spread>,
}

/// With fewer a case's own spread says next to nothing.
const DEGREES: f64 = 3.0;

impl Drift {
    /// From the runs of one machine: each is compared with others of the same commit in the same state. Runs outside git,
    /// and those with known extra work, are of no code that anybody knows.
    pub fn of(runs: Vec<RunValues>) -> Self {
        let mut groups: Vec<Vec<RunValues>> = Vec::new();
        for run in runs.into_iter().filter(|run| run.commit.is_some() && !run.is_slowed) {
            let is_like = |group: &&mut Vec<RunValues>| code(&group[0]) == code(&run);
            match groups.iter_mut().find(is_like) {
                // Code next to itself, at the same time, says nothing of what time adds.
                Some(group) if group.iter().any(|other| are_interleaved(other, &run)) => {}
                Some(group) => group.push(run),
                None => groups.push(vec![run]),
            }
        }
        Self::between(&groups)
    }

    /// The same of runs that are together already.
    fn between(groups: &[Vec<RunValues>]) -> Self {
        let mut sums: BTreeMap<CaseKey, (f64, f64)> = BTreeMap::new();
        for group in groups {
            for (case, values) in logarithms(group) {
                // The sum of squares, so that groups add up (the pooled variance of the analysis of variance).
                let Some(variance) = variance(&values) else { continue };
                let degrees = values.len() as f64 - 1.0;
                let sum = sums.entry(case.clone()).or_default();
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
    pub fn spread(&self, case: &CaseKey) -> Option<Spread> {
        let own = self.of.get(case).filter(|spread| spread.degrees >= DEGREES);
        own.copied().or(self.all)
    }
}

fn are_interleaved(one: &RunValues, other: &RunValues) -> bool {
    one.with.as_ref() == Some(&other.id) && other.with.as_ref() == Some(&one.id)
}

/// Returns what a run measured.
fn code(run: &RunValues) -> Option<(&str, &TreeState)> {
    run.commit.as_ref().map(|commit| (commit.id.as_str(), &commit.tree))
}

/// The logarithm of each run's value of each case that went well.
fn logarithms(group: &[RunValues]) -> BTreeMap<&CaseKey, Vec<f64>> {
    let mut values: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for (case, value) in group.iter().flat_map(|run| &run.values) {
        values.entry(case).or_default().push(value.ln());
    }
    values
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{Interleaved, RunRecord};

    use super::super::sample;
    use super::*;

    /// Runs of the same code, with one value of each of these cases.
    fn group(cases: &[(&str, &[f64])]) -> Vec<RunValues> {
        let most = cases.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let run = |at: usize| {
            let of_run = cases.iter().filter_map(|(id, values)| Some(sample::case(id, &[*values.get(at)?])));
            RunValues::from(&sample::run("r", of_run.collect()))
        };
        (0..most).map(run).collect()
    }

    #[track_caller]
    fn check(groups: &[Vec<RunValues>], case: &str, expected: Option<(f64, f64)>) {
        let spread = Drift::between(groups).spread(&sample::case(case, &[]).id);
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
        let own = Drift::between(&groups).spread(&sample::case("a/x@n", &[]).id).expect("four runs");
        assert_eq!(own.degrees, 3.0);
        let pooled = Drift::between(&groups).spread(&sample::case("a/y@n", &[]).id).expect("that of all");
        assert!(pooled.variance > own.variance && pooled.degrees == 3.0, "{pooled:?}");
        assert_eq!(Drift::between(&groups).spread(&sample::case("b/new@n", &[]).id), Some(pooled));
    }

    #[test]
    fn only_runs_of_the_same_code_are_held_against_each_other() {
        let run = |nanos: f64| sample::run("r", vec![sample::case("a/x@n", &[nanos])]);
        let changed = |nanos: f64| {
            let mut run = run(nanos);
            let commit = run.commit.as_mut().expect("a commit");
            commit.tree = TreeState::Dirty { tree: "77".into() };
            run
        };
        let slowed = |nanos: f64| {
            let slowdowns = [("a/x@n".to_owned(), 0.5)].into();
            let interleaved = Some(Interleaved { slowdowns, ..Interleaved::default() });
            RunRecord { interleaved, ..run(nanos) }
        };
        let outside = |nanos: f64| RunRecord { commit: None, ..run(nanos) };
        let id = sample::case("a/x@n", &[]).id;
        let deviation = |runs: Vec<RunRecord>| {
            Drift::of(runs.iter().map(RunValues::from).collect())
                .spread(&id)
                .map(|spread| spread.variance.sqrt())
        };
        assert_eq!(deviation(vec![run(100.0), changed(200.0), slowed(150.0)]), None);
        assert_eq!(deviation(vec![outside(100.0), outside(200.0)]), None);
        let turns = |id: &str, with: &str, nanos: f64| {
            let interleaved = Some(Interleaved { with: with.to_owned(), ..Interleaved::default() });
            RunRecord { id: id.to_owned(), interleaved, ..run(nanos) }
        };
        assert_eq!(deviation(vec![turns("b", "c", 100.0), turns("c", "b", 100.0)]), None);
        let known = deviation(vec![run(100.0), changed(300.0), run(100.0), changed(300.0), slowed(150.0)]);
        assert!(known.is_some_and(|deviation| deviation < 1e-9), "{known:?}");
    }
}
