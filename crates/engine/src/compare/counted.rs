//! The counts of a case, on both sides. Counts do not scatter as times do, so they have a tolerance of their own.

use accel_bench_record::catalogue::{BRANCH_MISSES, FIRST_LEVEL_MISSES, INSTRUCTIONS, LAST_LEVEL_MISSES};
use accel_bench_record::{CaseRecord, Counts, Estimate, Metric};

use super::metric::{Judging, MetricRow};
use super::{Effect, Judgement, Verdict};

/// Cycles that one event costs (Cachegrind's manual: "an L1 miss will typically cost around 10 cycles, an LL miss can
/// cost as much as 200 cycles, and a mispredicted branch costs in the region of 10 to 30 cycles"): a miss more in a
/// million instructions does not matter, however few there were before. Absent: reported only.
fn cycles(name: &str) -> Option<f64> {
    let costs =
        [(INSTRUCTIONS, 1.0), (FIRST_LEVEL_MISSES, 10.0), (LAST_LEVEL_MISSES, 200.0), (BRANCH_MISSES, 20.0)];
    costs.into_iter().find(|(known, _)| known.name == name).map(|(_, cost)| cost)
}

/// A row for each count that both sides have; a change of more than `tolerance`, as a share of the case's instructions, is judged.
pub(super) fn counted_rows(sides: [&CaseRecord; 2], tolerance: f64) -> Vec<MetricRow> {
    let [base, candidate] = sides.map(|case| case.counts.as_ref().map_or(&[][..], Counts::metrics));
    let Some(instructions) = find(base, INSTRUCTIONS.name).map(|metric| metric.value) else {
        return Vec::new();
    };
    let row = |after: &Metric| {
        let before = find(base, &after.name)?;
        let values = [before, after].map(values);
        let judged = cycles(&after.name).map(|cost| verdict(&values, instructions / cost, tolerance));
        let effect = (before.value > 0.0 && after.value > 0.0)
            .then(|| Effect::of_middle((after.value / before.value).ln()));
        let judging = match judged {
            None => Judging::Told,
            Some(None) => Judging::Varies,
            Some(Some(verdict)) => Judging::Judged(Judgement { verdict, effect }),
        };
        let [base, candidate] = [before, after].map(|metric| Estimate::of_processes(vec![metric.value]));
        let (name, unit, better) = (after.name.clone(), after.unit.clone(), after.better);
        Some(MetricRow { name, unit, better, base, candidate, effect, judging })
    };
    candidate.iter().filter_map(row).collect()
}

fn find<'m>(metrics: &'m [Metric], name: &str) -> Option<&'m Metric> {
    metrics.iter().find(|metric| metric.name == name)
}

/// The counts of all processes: one, where the sides did not differ.
fn values(metric: &Metric) -> Vec<f64> {
    if metric.samples.is_empty() { vec![metric.value] } else { metric.samples.clone() }
}

/// The verdict that all processes agree on, by the change as a share of `whole`; `None` where they do not agree.
fn verdict([base, candidate]: &[Vec<f64>; 2], whole: f64, tolerance: f64) -> Option<Verdict> {
    let ends = |values: &[f64]| {
        values.iter().fold((f64::MAX, f64::MIN), |(low, high), &value| (low.min(value), high.max(value)))
    };
    let (base, candidate) = (ends(base), ends(candidate));
    let (least, most) = ((candidate.0 - base.1) / whole, (candidate.1 - base.0) / whole);
    if least > tolerance {
        Some(Verdict::Regressed)
    } else if most < -tolerance {
        Some(Verdict::Improved)
    } else if least >= -tolerance && most <= tolerance {
        Some(Verdict::Same)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use accel_bench_record::catalogue::{BRANCHES, Known};

    fn case(counts: &[(&Known, &[f64])]) -> CaseRecord {
        let metrics = counts.iter().map(|(known, values)| match values {
            [value] => known.of(*value),
            values => known.of_samples(values.to_vec()),
        });
        let counts = Counts::Counted { tool: "callgrind".into(), iterations: 8, metrics: metrics.collect() };
        CaseRecord { counts: Some(counts), ..sample::case("a/x@n", &[100.0]) }
    }

    /// The judging of the last count, of a case with a million instructions.
    #[track_caller]
    fn check(known: &Known, base: &[f64], candidate: &[f64], expected: Option<Verdict>) {
        let million: &[f64] = &[1e6];
        let sides = [base, candidate].map(|values| case(&[(&INSTRUCTIONS, million), (known, values)]));
        let rows = counted_rows([&sides[0], &sides[1]], 0.005);
        let found = rows.iter().rfind(|row| row.name == known.name).map(|row| row.judging);
        let found = match found {
            Some(Judging::Judged(judgement)) => Some(judgement.verdict),
            Some(Judging::Varies | Judging::Told) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{base:?} {candidate:?}");
    }

    fn check_instructions(base: &[f64], candidate: &[f64], expected: Option<Verdict>) {
        let sides = [base, candidate].map(|values| case(&[(&INSTRUCTIONS, values)]));
        let rows = counted_rows([&sides[0], &sides[1]], 0.005);
        let Judging::Judged(found) = rows[0].judging else {
            assert_eq!((rows[0].judging, expected), (Judging::Varies, None));
            return;
        };
        assert_eq!(Some(found.verdict), expected, "{base:?} {candidate:?}");
    }

    #[test]
    fn instructions() {
        check_instructions(&[1000.0], &[1000.0], Some(Verdict::Same));
        check_instructions(&[1000.0], &[1004.0], Some(Verdict::Same));
        check_instructions(&[1000.0], &[1006.0], Some(Verdict::Regressed));
        check_instructions(&[1000.0], &[994.0], Some(Verdict::Improved));
    }

    #[test]
    fn processes_have_to_agree() {
        check_instructions(&[1000.0, 1001.0], &[1010.0, 1012.0], Some(Verdict::Regressed));
        check_instructions(&[1000.0, 1008.0], &[1010.0, 1012.0], None);
        check_instructions(&[1000.0, 1020.0], &[1001.0, 1019.0], None);
    }

    #[test]
    fn misses_count_by_what_they_cost() {
        // From one miss to three does not matter next to a million instructions.
        check(&LAST_LEVEL_MISSES, &[1.0], &[3.0], Some(Verdict::Same));
        check(&LAST_LEVEL_MISSES, &[1.0], &[40.0], Some(Verdict::Regressed));
        check(&FIRST_LEVEL_MISSES, &[1000.0], &[1400.0], Some(Verdict::Same));
        check(&FIRST_LEVEL_MISSES, &[1000.0], &[1600.0], Some(Verdict::Regressed));
        check(&BRANCH_MISSES, &[2000.0], &[1000.0], Some(Verdict::Improved));
        check(&BRANCHES, &[100_000.0], &[300_000.0], None);
    }

    #[test]
    fn sides_that_were_not_counted_have_no_rows() {
        let counted = case(&[(&INSTRUCTIONS, &[1000.0])]);
        let plain = sample::case("a/x@n", &[100.0]);
        let reason = Some(Counts::Unsupported { reason: "no valgrind".into() });
        let unsupported = CaseRecord { counts: reason, ..plain.clone() };
        for other in [&plain, &unsupported] {
            assert_eq!(counted_rows([&counted, other], 0.005), []);
            assert_eq!(counted_rows([other, &counted], 0.005), []);
        }
    }
}
