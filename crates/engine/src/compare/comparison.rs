//! The comparison as a whole.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::{CaseKey, CaseRecord, RunRecord};

use super::company::Companies;
use super::judging::{Judge, Judged};
use super::pairs::{self, Control, Gate, are_interleaved};
use super::{
    Cell, Census, Difference, InPairs, Judgement, Mismatch, Outcome, Row, SideInfo, Standing, comparable,
    differences,
};

/// Two runs, case by case.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub base: SideInfo,
    pub candidate: SideInfo,
    /// Present when the sides are of two machine classes and were compared all the same.
    pub forced: Option<Mismatch>,
    /// By bench, in the candidate's order; cases that only the baseline has come last in their bench.
    pub rows: Vec<Row>,
    pub census: Census,
    /// The least and the most process pairs that a row was judged by; absent for runs that did not interleave.
    pub pairs: Option<(usize, usize)>,
    /// A/A controls of interleaved runs.
    pub controls: Vec<Control>,
    pub surroundings: Vec<Difference>,
    /// Rows that looked slower in the store and were then measured interleaved.
    pub confirmed: Option<Confirmed>,
}

/// Two runs that were interleaved to confirm what the store said.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    pub rows: usize,
    pub base: SideInfo,
    pub candidate: SideInfo,
}

impl Comparison {
    /// The ids of rows that would stop a merge, if it were so: by their latency, or by a metric.
    pub fn suspects(&self) -> BTreeSet<CaseKey> {
        self.rows
            .iter()
            .filter(|row| row.has_regressed() || row.is_suspected())
            .map(|row| row.id.clone())
            .collect()
    }

    /// Puts rows that were measured again, interleaved, in the place of what the store said of them.
    pub fn with_confirmed(self, again: Self) -> Self {
        if again.rows.is_empty() {
            return self;
        }
        let mut rows = self.rows;
        for row in &mut rows {
            if let Some(fresh) = again.rows.iter().find(|fresh| fresh.id == row.id) {
                *row = fresh.clone();
            }
        }
        let confirmed =
            Some(Confirmed { rows: again.rows.len(), base: again.base, candidate: again.candidate });
        Self {
            census: Census::of(&rows),
            rows,
            pairs: again.pairs,
            controls: again.controls,
            confirmed,
            ..self
        }
    }

    pub fn worst(&self) -> Outcome {
        Outcome::of(&self.census, self.controls.iter().any(Control::has_failed))
    }
}

/// Compares two runs. Runs that were measured interleaved are judged pair by process pair, others by what their
/// processes show.
///
/// Runs of two machine classes are compared too, and marked: refusing them is the caller's, with [`comparable`].
pub fn compare(base: &RunRecord, candidate: &RunRecord, gate: &Gate<'_>) -> Comparison {
    let in_turns = are_interleaved(base, candidate).then(|| pairs::judgements(base, candidate, gate));
    let rows = rows(base, candidate, gate, in_turns.as_ref());
    Comparison {
        base: base.into(),
        candidate: candidate.into(),
        forced: comparable(base, candidate).err(),
        census: Census::of(&rows),
        pairs: in_turns.and_then(|_| pairs_of(&rows)),
        rows,
        controls: pairs::controls(candidate, gate),
        surroundings: differences(base, candidate),
        confirmed: None,
    }
}

fn pairs_of(rows: &[Row]) -> Option<(usize, usize)> {
    let processes = |cell: &Option<Cell>| {
        Some(cell.as_ref()?.latency.as_ref().map_or(0, |latency| latency.processes.len()))
    };
    let judged = rows.iter().filter(|row| matches!(row.standing, Standing::Judged(_)));
    let counts = judged.filter_map(|row| Some(processes(&row.base)?.min(processes(&row.candidate)?)));
    counts.fold(None, |range, count| {
        let (least, most) = range.unwrap_or((count, count));
        Some((least.min(count), most.max(count)))
    })
}

fn rows(
    base: &RunRecord,
    candidate: &RunRecord,
    gate: &Gate<'_>,
    in_turns: Option<&BTreeMap<Judged, Judgement>>,
) -> Vec<Row> {
    let time_lies_between = base.id != candidate.id;
    let judge = |id: &CaseKey| match in_turns {
        Some(judgements) => Judge::InPairs(judgements),
        None => Judge::Apart(gate(id).drift.filter(|_| time_lies_between)),
    };
    let (of_base, of_candidate) = (by_id(base), by_id(candidate));
    let companies = Companies::of(base, candidate);
    let same_code: BTreeSet<_> =
        candidate.interleaved.iter().flat_map(|interleaved| &interleaved.same_code).collect();
    let row = |id: &CaseKey| {
        let sides = (of_base.get(id).copied(), of_candidate.get(id).copied());
        let row = Row::new(id, sides.0, sides.1, companies.of_case(id), gate(id), judge(id));
        match (in_turns, sides) {
            (Some(_), (Some(base), Some(candidate))) => {
                in_pairs(row, base, candidate, same_code.contains(id))
            }
            _ => row,
        }
    };
    let gone = base.cases.iter().filter(|case| !of_candidate.contains_key(&case.id));
    let mut rows: Vec<_> = candidate.cases.iter().chain(gone).map(|case| row(&case.id)).collect();
    let identical = candidate.interleaved.iter().filter(|_| in_turns.is_some());
    let identical = identical.flat_map(|interleaved| &interleaved.identical);
    rows.extend(identical.map(|id| Row::identical(id, gate(id))));
    let benches: Vec<_> = rows.iter().map(|row| row.id.bench.clone()).collect();
    rows.sort_by_cached_key(|row| benches.iter().position(|bench| *bench == row.id.bench));
    rows
}

/// The findings that only process pairs show.
fn in_pairs(row: Row, base: &CaseRecord, candidate: &CaseRecord, is_same_code: bool) -> Row {
    let slow_mode = pairs::slow_mode(base, candidate, row.tolerance.gate());
    let shown = InPairs { slow_mode, over_layouts: pairs::over_layouts(base, candidate), is_same_code };
    let row = Row { in_pairs: Some(shown), ..row };
    match pairs::column_factors(base, candidate) {
        Some(factors) => row.scaled(factors),
        None => row,
    }
}

fn by_id(run: &RunRecord) -> BTreeMap<&CaseKey, &CaseRecord> {
    run.cases.iter().map(|case| (&case.id, case)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Judging, Tolerance, Verdict, sample};
    use super::*;

    fn labels(comparison: &Comparison) -> Vec<String> {
        comparison.rows.iter().map(|row| row.id.to_string()).collect()
    }

    fn default_gate(_: &CaseKey) -> Tolerance {
        Tolerance::default()
    }

    #[test]
    fn rows_stand_by_bench_in_the_candidates_order() {
        let run = |cases: &[&str]| {
            sample::run("r", cases.iter().map(|case| sample::case(case, &[100.0, 100.0])).collect())
        };
        let base = run(&["one/x@a", "two/x@a", "one/old@a"]);
        let candidate = run(&["two/x@a", "one/y@a", "two/z@a", "one/x@a"]);
        let comparison = compare(&base, &candidate, &default_gate);
        assert_eq!(labels(&comparison), ["two/x@a", "two/z@a", "one/y@a", "one/x@a", "one/old@a"]);
    }

    #[test]
    fn each_case_has_its_own_tolerance() {
        let (base, candidate) = (
            sample::run("b", vec![sample::case("a/x@n", &[100.0; 5]), sample::case("b/x@n", &[100.0; 5])]),
            sample::run("c", vec![sample::case("a/x@n", &[120.0; 5]), sample::case("b/x@n", &[120.0; 5])]),
        );
        let gate = |id: &CaseKey| Tolerance {
            tolerance: if id.label() == "a/x" { 0.5 } else { 0.05 },
            alert: 0.6,
            ..Tolerance::default()
        };
        let comparison = compare(&base, &candidate, &gate);
        let verdict = |index: usize| match comparison.rows[index].standing {
            Standing::Judged(judgement) => judgement.verdict,
            other => panic!("{other:?}"),
        };
        assert_eq!((verdict(0), verdict(1)), (Verdict::NotJudged, Verdict::Suspected));
        assert_eq!(comparison.worst(), Outcome::Fine);
    }

    #[test]
    fn a_run_against_itself_is_fine() {
        let run = sample::run("r", vec![sample::case("a/x@n", &[100.0, 101.0, 99.0, 100.0, 100.0])]);
        let comparison = compare(&run, &run, &default_gate);
        assert_eq!(
            (comparison.worst(), comparison.forced, comparison.surroundings),
            (Outcome::Fine, None, vec![])
        );
    }

    #[test]
    fn empty_runs_judge_nothing() {
        let run = sample::run("r", vec![]);
        assert_eq!(compare(&run, &run, &default_gate).worst(), Outcome::NothingJudged);
    }

    #[test]
    fn cases_of_one_executable_are_the_same() {
        let run = |id: &str| sample::run(id, vec![sample::case("a/x@n", &[100.0; 16])]);
        let (base, mut candidate) = sample::interleaved(run("b"), run("c"));
        let identical = sample::case("b/y@n", &[]).id;
        if let Some(interleaved) = &mut candidate.interleaved {
            interleaved.identical.push(identical.clone());
        }
        let found = compare(&base, &candidate, &default_gate);
        assert_eq!((found.rows[1].id.clone(), found.rows[1].standing), (identical, Standing::Identical));
        assert_eq!((found.census.cases, found.census.same), (2, 2));
        assert_eq!(found.pairs, Some((16, 16)));
    }

    #[test]
    fn rows_that_were_measured_again_take_the_place_of_stored_ones() {
        let run = |id: &str, cases: &[(&str, f64)]| {
            sample::run(id, cases.iter().map(|(case, nanos)| sample::case(case, &[*nanos; 16])).collect())
        };
        let stored = [
            run("b", &[("a/x@n", 100.0), ("a/y@n", 100.0)]),
            run("c", &[("a/x@n", 120.0), ("a/y@n", 100.0)]),
        ];
        let (base, candidate) =
            sample::interleaved(run("b2", &[("a/x@n", 100.0)]), run("c2", &[("a/x@n", 100.0)]));
        let found = compare(&stored[0], &stored[1], &default_gate);
        let unchanged = found.clone().with_confirmed(compare(&run("e", &[]), &run("f", &[]), &default_gate));
        assert_eq!(unchanged, found, "nothing was measured again");
        let again = compare(&base, &candidate, &default_gate);
        let confirmed = found.with_confirmed(again.clone());
        assert_eq!(confirmed.rows[0], again.rows[0]);
        assert_eq!((confirmed.rows.len(), confirmed.pairs), (2, Some((16, 16))));
        assert_eq!(confirmed.census.same, 1);
        let by = confirmed.confirmed.expect("it says by which runs");
        assert_eq!((by.rows, by.base.run.as_str(), by.candidate.run.as_str()), (1, "b2", "c2"));
        assert_eq!((confirmed.base.run.as_str(), confirmed.candidate.run.as_str()), ("b", "c"));
    }

    #[test]
    fn rows_of_the_same_machine_code_say_so() {
        let run = |id: &str| {
            let cases = ["a/x@n", "a/y@n"].map(|case| sample::case(case, &[100.0; 16]));
            sample::run(id, cases.to_vec())
        };
        let (base, mut candidate) = sample::interleaved(run("b"), run("c"));
        if let Some(interleaved) = &mut candidate.interleaved {
            interleaved.same_code.push(sample::case("a/y@n", &[]).id);
        }
        let found = compare(&base, &candidate, &default_gate);
        let said = found.rows.iter().map(|row| row.in_pairs.as_ref().is_some_and(|shown| shown.is_same_code));
        assert_eq!(said.collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn two_machines_are_marked() {
        let base = sample::run("r", vec![]);
        let candidate = RunRecord { machine: "other".to_owned(), ..base.clone() };
        assert!(compare(&base, &candidate, &default_gate).forced.is_some());
    }

    #[test]
    fn a_row_that_regressed_by_a_metric_is_suspected() {
        let with = |rss: f64| {
            let noisy = sample::case("a/y@n", &[100.0; 3]);
            sample::run("r", vec![sample::with_rss(sample::case("a/x@n", &[100.0; 3]), rss), noisy])
        };
        let found = compare(&with(1e8), &with(2e8), &default_gate);
        let suspects: Vec<_> = found.suspects().into_iter().map(|id| id.to_string()).collect();
        assert_eq!((suspects, found.worst()), (vec!["a/x@n".to_owned()], Outcome::Regression));
        assert!(compare(&with(1e8), &with(1e8), &default_gate).suspects().is_empty());
    }

    #[test]
    fn memory_of_the_process_is_judged_among_equal_company_only() {
        let with = |others: &[&str], rss: f64| {
            let mut cases = vec![sample::with_rss(sample::case("a/x@n", &[100.0; 3]), rss)];
            cases.extend(others.iter().map(|case| sample::case(case, &[100.0; 3])));
            sample::run("r", cases)
        };
        let judging = |base: &RunRecord, candidate: &RunRecord| {
            compare(base, candidate, &default_gate).rows[0].metrics[0].judging
        };
        let (little, much) = (with(&[], 1e8), with(&["a/y@n"], 2e8));
        assert_eq!(judging(&little, &much), Judging::DifferentProcesses);
        assert!(matches!(judging(&with(&["a/y@n"], 1e8), &much), Judging::Judged(_)));
    }
}
