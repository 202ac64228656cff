//! The decision on rows that were measured interleaved: looks at fixed numbers of process pairs, until each row is
//! decided. Pure, and of nothing but the pairs: asked again later it says the same.

use accel_bench_record::stats::{binomial_tail, middle_log_ratio, student_t_cdf, two_modes};

use super::looks::{CONFIRMS, FALSE_SAMES, LOOKS, PAIRS_FOR_ALL, SETS, of_changes, of_sames};
use super::verdict::{Effect, Need, Verdict, need_of_pairs};

/// The evidence for one row so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    /// The logarithm of candidate / baseline, one for each process pair, in their order.
    pub(super) pairs: Vec<f64>,
    /// The gate, as a logarithm: smaller changes do not matter.
    pub(super) gate: f64,
}

/// Where a row is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stage {
    /// Nothing is said before it has this many pairs.
    Open {
        needs: usize,
    },
    /// It looks changed; pairs that were not looked at before must show the same.
    Suspected {
        needs: usize,
    },
    Decided(Verdict),
}

/// Which way a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Slower,
    Faster,
}

/// The standard error never counts as smaller: equal values do not prove a difference of exactly nothing.
const RESOLUTION: f64 = 0.0005;

/// Decides what can be decided of all rows of a comparison; they belong together, because the more of them there are
/// the surer each must be.
pub(super) fn decide(rows: &[Evidence]) -> Vec<Stage> {
    let mut stages = vec![Stage::Open { needs: LOOKS[0] }; rows.len()];
    for (look, &at) in LOOKS.iter().enumerate() {
        let is_ready =
            |row: &Evidence, stage: &Stage| *stage == Stage::Open { needs: at } && row.pairs.len() >= at;
        let ready: Vec<usize> = (0..rows.len()).filter(|&row| is_ready(&rows[row], &stages[row])).collect();
        let tests: Vec<_> =
            ready.iter().map(|&row| Test::of(&rows[row].pairs[..at], rows[row].gate)).collect();
        // Rows that were found changed at an earlier look count among the discoveries.
        let earlier = stages.iter().filter(|stage| is_found(stage)).count();
        let found = discoveries(&tests, rows.len(), earlier, of_changes(look));
        for ((row, test), found) in ready.into_iter().zip(tests).zip(found) {
            stages[row] = match test.way() {
                Some(way) if found => confirmed(&rows[row], way, at),
                _ if test.same <= of_sames(look) => Stage::Decided(Verdict::Same),
                _ => match LOOKS.get(look + 1) {
                    Some(&needs) if at < PAIRS_FOR_ALL || test.is_promising() => Stage::Open { needs },
                    _ => Stage::Decided(Verdict::Undecided(test.need(&rows[row]))),
                },
            };
        }
    }
    stages
}

fn is_found(stage: &Stage) -> bool {
    match stage {
        Stage::Suspected { .. } | Stage::Decided(Verdict::Regressed | Verdict::Improved) => true,
        Stage::Decided(Verdict::Undecided(need)) => *need == Need::Confirmation,
        _ => false,
    }
}

/// Returns what a row is after it was suspected with its first `at` pairs: fresh pairs alone must show the same, and all of them
/// together lie beyond the gate. A set of fresh pairs that does not may have been unlucky and gets as many more.
fn confirmed(row: &Evidence, way: Way, at: usize) -> Stage {
    for needs in (1..=SETS).map(|sets| at + sets * fresh(at)) {
        let Some(pairs) = row.pairs.get(at..needs) else { return Stage::Suspected { needs } };
        let beyond = effect(&row.pairs[..needs]).and_then(|effect| effect.beyond(row.gate));
        if Test::of(pairs, row.gate).p(way) <= CONFIRMS && beyond == Some(way) {
            return Stage::Decided(match way {
                Way::Slower => Verdict::Regressed,
                Way::Faster => Verdict::Improved,
            });
        }
    }
    Stage::Decided(Verdict::Undecided(Need::Confirmation))
}

/// Fresh pairs after a suspicion at this many.
fn fresh(at: usize) -> usize {
    (at / 3).max(LOOKS[1])
}

/// The middle of a row's pairs with its interval.
pub(super) fn effect(pairs: &[f64]) -> Option<Effect> {
    middle_log_ratio(pairs, RESOLUTION).map(Effect::of_pairs)
}

/// The middle of logarithms, one for each pair, as [`effect`] takes it.
pub(super) fn middle(logarithms: &[f64]) -> Option<f64> {
    middle_log_ratio(logarithms, RESOLUTION).map(|middle| middle.estimate)
}

/// Returns what a fixed number of pairs says, with no looks before: of a control, which no one waits for.
pub(super) fn decide_once(row: &Evidence) -> Verdict {
    let test = Test::of(&row.pairs, row.gate);
    match effect(&row.pairs).and_then(|effect| effect.beyond(row.gate)) {
        Some(Way::Slower) => Verdict::Regressed,
        Some(Way::Faster) => Verdict::Improved,
        None if test.same <= FALSE_SAMES => Verdict::Same,
        None => Verdict::Undecided(test.need(row)),
    }
}

impl Effect {
    /// The way in which the whole interval lies beyond the gate.
    fn beyond(&self, gate: f64) -> Option<Way> {
        let interval = self.log_interval()?;
        match () {
            () if interval.low > gate => Some(Way::Slower),
            () if interval.high < -gate => Some(Way::Faster),
            () => None,
        }
    }
}

/// The p-values of some pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Test {
    /// Of "it is not slower than the gate".
    slower: f64,
    faster: f64,
    /// Of "it lies at the gate or beyond it".
    same: f64,
    has_two_speeds: bool,
}

impl Test {
    fn of(pairs: &[f64], gate: f64) -> Self {
        let nothing = Self { slower: 1.0, faster: 1.0, same: 1.0, has_two_speeds: false };
        // Clusters that lie below the clock's resolution are one speed.
        let has_two_speeds = two_modes(pairs).is_some_and(|apart| apart > SPEEDS_APART.max(gate / 2.0));
        if has_two_speeds {
            return Self { has_two_speeds, ..Self::of_signs(pairs, gate) };
        }
        Self::of_middle(pairs, gate).unwrap_or(nothing)
    }

    /// Student's t test of the middle, one-sided against each end of the gate.
    fn of_middle(pairs: &[f64], gate: f64) -> Option<Self> {
        let middle = middle_log_ratio(pairs, RESOLUTION)?;
        let below =
            |bound: f64| student_t_cdf((bound - middle.estimate) / middle.standard_error, middle.degrees);
        let (under_low, under_high) = (below(-gate)?, below(gate)?);
        Some(Self {
            slower: under_high,
            faster: 1.0 - under_low,
            same: (1.0 - under_high).max(under_low),
            has_two_speeds: false,
        })
    }

    /// With two speeds a middle is of neither: the test of Dixon and Mood, "The Statistical Sign Test", JASA 41 (1946),
    /// 557–566, asks how many pairs lie beyond the gate.
    fn of_signs(pairs: &[f64], gate: f64) -> Self {
        let share = |is: &dyn Fn(f64) -> bool| {
            let count = pairs.iter().filter(|&&pair| is(pair)).count();
            binomial_tail(count, pairs.len(), 0.5).unwrap_or(1.0)
        };
        Self {
            slower: share(&|pair| pair > gate),
            faster: share(&|pair| pair < -gate),
            same: share(&|pair| pair.abs() < gate),
            has_two_speeds: true,
        }
    }

    fn p(&self, way: Way) -> f64 {
        match way {
            Way::Slower => self.slower,
            Way::Faster => self.faster,
        }
    }

    fn way(&self) -> Option<Way> {
        match self.slower.total_cmp(&self.faster) {
            std::cmp::Ordering::Less => Some(Way::Slower),
            std::cmp::Ordering::Greater => Some(Way::Faster),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// Returns whether more pairs than all rows have may well show a change.
    fn is_promising(&self) -> bool {
        !self.has_two_speeds && self.slower.min(self.faster) <= PROMISING
    }

    fn need(&self, row: &Evidence) -> Need {
        if self.has_two_speeds {
            return Need::OneSpeed;
        }
        let middle = middle_log_ratio(&row.pairs, RESOLUTION);
        middle.map_or(Need::Values, |middle| need_of_pairs(middle, row.pairs.len(), row.gate, RESOLUTION))
    }
}

/// The p-value up to which a row is worth pairs beyond those that all have.
const PROMISING: f64 = 0.20;

/// Two speeds nearer together than 1 % are noise like any other.
const SPEEDS_APART: f64 = 0.01;

/// Which tests are discoveries among `rows` at this level: the step-up procedure of Benjamini and Hochberg, "Controlling
/// the False Discovery Rate", JRSS B 57 (1995), 289–300, with `earlier` discoveries already made. Each of the two
/// directions has half of the level.
fn discoveries(tests: &[Test], rows: usize, earlier: usize, level: f64) -> Vec<bool> {
    let p = |test: &Test| test.slower.min(test.faster);
    let mut ordered: Vec<f64> = tests.iter().map(p).collect();
    ordered.sort_unstable_by(f64::total_cmp);
    let bound = |rank: usize| level / 2.0 * (earlier + rank) as f64 / rows as f64;
    let last = (1..=ordered.len()).rev().find(|&rank| ordered[rank - 1] <= bound(rank));
    tests.iter().map(|test| last.is_some_and(|last| p(test) <= ordered[last - 1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: f64 = 0.01;

    /// So many pairs around `centre`, up to `spread` from it, no two alike: noise without chance. Multiples of the golden
    /// ratio's fraction fill the interval evenly at every length (Weyl, "Über die Gleichverteilung von Zahlen mod.
    /// Eins", Math. Ann. 77 (1916), 313–352); a few values interleaved would be speeds.
    fn around(centre: f64, spread: f64, count: usize) -> Vec<f64> {
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let place = |at: usize| 2.0 * ((at as f64 + 0.5) * golden).fract() - 1.0;
        (0..count).map(|at| centre + spread * place(at)).collect()
    }

    /// A row alone, and the same with its sides swapped.
    #[track_caller]
    fn check(pairs: &[f64], expected: Stage) {
        let of = |sign: f64| Evidence { pairs: pairs.iter().map(|pair| sign * pair).collect(), gate: GATE };
        assert_eq!(decide(&[of(1.0)]), [expected], "{} pairs", pairs.len());
        let mirrored = match expected {
            Stage::Decided(Verdict::Regressed) => Stage::Decided(Verdict::Improved),
            Stage::Decided(Verdict::Improved) => Stage::Decided(Verdict::Regressed),
            other => other,
        };
        assert_eq!(decide(&[of(-1.0)]), [mirrored], "{} pairs, swapped", pairs.len());
    }

    fn undecided(need: Need) -> Stage {
        Stage::Decided(Verdict::Undecided(need))
    }

    #[test]
    fn nothing_is_said_between_looks() {
        for (count, needs) in [(0, 4), (3, 4), (4, 6), (5, 6), (6, 10), (9, 10), (10, 16), (16, 24), (23, 24)]
        {
            check(&around(0.0, 0.03, count), Stage::Open { needs });
        }
        check(&around(0.0, 0.03, 24), undecided(Need::Pairs(25)));
        // A suspected change goes on for longer.
        for (count, needs) in [(24, 36), (35, 36), (36, 48), (47, 48)] {
            check(&around(0.015, 0.03, count), Stage::Open { needs });
        }
    }

    #[test]
    fn what_is_clearly_the_same_needs_few_pairs() {
        check(&around(0.0, 0.001, 4), Stage::Decided(Verdict::Same));
        check(&around(0.005, 0.001, 4), Stage::Decided(Verdict::Same));
        check(&around(0.0, 0.01, 4), Stage::Open { needs: 6 });
        check(&around(0.0, 0.01, 6), Stage::Open { needs: 10 });
        check(&around(0.0, 0.01, 10), Stage::Decided(Verdict::Same));
        check(&[0.0; 4], Stage::Decided(Verdict::Same));
        // Once said it stays said, whatever comes after.
        check(&[vec![0.0; 4], vec![0.5; 20]].concat(), Stage::Decided(Verdict::Same));
    }

    #[test]
    fn what_looks_changed_is_confirmed_by_fresh_pairs() {
        // So large that four pairs are enough, though next to nothing is spent on them.
        check(&around(0.5, 0.005, 4), Stage::Suspected { needs: 10 });
        check(&around(0.5, 0.005, 10), Stage::Decided(Verdict::Regressed));
        let clear = |count| around(0.5, 0.15, count);
        check(&clear(4), Stage::Open { needs: 6 });
        check(&clear(6), Stage::Suspected { needs: 12 });
        check(&clear(11), Stage::Suspected { needs: 12 });
        check(&clear(12), Stage::Decided(Verdict::Regressed));
        let small = |count| around(0.02, 0.01, count);
        check(&small(10), Stage::Open { needs: 16 });
        check(&small(16), Stage::Suspected { needs: 22 });
        check(&small(22), Stage::Decided(Verdict::Regressed));
    }

    #[test]
    fn fresh_pairs_may_refuse() {
        let suspected = around(0.5, 0.15, 6);
        let then = |fresh: Vec<f64>| [suspected.clone(), fresh].concat();
        // A set that shows nothing gets as many more, twice.
        check(&then(around(0.0, 0.02, 6)), Stage::Suspected { needs: 18 });
        check(&then(around(0.0, 0.02, 12)), Stage::Suspected { needs: 24 });
        check(&then(around(0.0, 0.02, 18)), undecided(Need::Confirmation));
        // The other way round is not a confirmation.
        check(&then(around(-0.5, 0.02, 18)), undecided(Need::Confirmation));
        // Too noisy to say it, at first.
        check(&then(around(0.1, 0.4, 6)), Stage::Suspected { needs: 18 });
        check(
            &then([around(0.1, 0.4, 6), around(0.5, 0.02, 6)].concat()),
            Stage::Decided(Verdict::Regressed),
        );
        // Pairs beyond what was asked for are not looked at.
        check(&then(around(0.5, 0.02, 30)), Stage::Decided(Verdict::Regressed));
    }

    #[test]
    fn no_row_asks_for_more_than_the_most_pairs() {
        let at = LOOKS[LOOKS.len() - 1];
        assert_eq!(at + SETS * fresh(at), super::super::looks::MOST_PAIRS);
        assert_eq!(LOOKS.map(fresh), [6, 6, 6, 6, 8, 12, 16]);
    }

    #[test]
    fn two_speeds_are_no_change_unless_both_are() {
        let speeds = |count| (0..count).map(|at| [0.0, 0.2, 0.001, 0.201][at % 4]).collect::<Vec<_>>();
        check(&speeds(24), undecided(Need::OneSpeed));
        let beyond = |count| speeds(count).iter().map(|pair| pair + 0.1).collect::<Vec<_>>();
        // Ten of ten beyond the gate.
        check(&beyond(9), Stage::Open { needs: 10 });
        check(&beyond(10), Stage::Suspected { needs: 16 });
        check(&beyond(16), Stage::Decided(Verdict::Regressed));
        // Nearer together than 1 % they are noise.
        let near: Vec<_> = speeds(24).iter().map(|pair| pair / 50.0).collect();
        check(&near, Stage::Decided(Verdict::Same));
    }

    #[test]
    fn values_that_cannot_be() {
        check(&[f64::NAN; 24], undecided(Need::Values));
        check(&[f64::INFINITY; 4], Stage::Open { needs: 6 });
        assert_eq!(decide(&[]), []);
    }

    /// The more rows there are, the surer each must be; and the more of them changed, the less sure.
    #[test]
    fn rows_belong_together() {
        let row = |centre: f64| Evidence { pairs: around(centre, 0.004, 10), gate: GATE };
        let suspected = |rows: &[Evidence]| decide(rows).iter().filter(|stage| is_found(stage)).count();
        let one_of = |count: usize| {
            let mut rows = vec![Evidence { pairs: around(0.0, 0.05, 10), gate: GATE }; count];
            rows[0] = row(0.03);
            suspected(&rows)
        };
        assert_eq!([1, 10, 1_000].map(one_of), [1, 1, 0]);
        assert_eq!(suspected(&vec![row(0.03); 1_000]), 1_000);
    }

    #[test]
    fn a_control_is_decided_with_what_there_is() {
        let once = |pairs: Vec<f64>| decide_once(&Evidence { pairs, gate: GATE });
        assert_eq!(once(around(0.0, 0.001, 4)), Verdict::Same);
        assert_eq!(once(around(0.05, 0.001, 4)), Verdict::Regressed);
        assert_eq!(once(around(-0.05, 0.001, 4)), Verdict::Improved);
        assert!(matches!(once(around(0.0, 0.05, 6)), Verdict::Undecided(Need::Pairs(_))));
        assert_eq!(once(vec![0.3, 0.3]), Verdict::Regressed);
        assert_eq!(once(vec![0.0]), Verdict::Undecided(Need::Values));
        let speeds = (0..24).map(|at| [0.0, 0.2, 0.001, 0.201][at % 4]).collect();
        assert_eq!(once(speeds), Verdict::Undecided(Need::OneSpeed));
    }

    fn with_p(slower: f64) -> Test {
        Test { slower, faster: 1.0, same: 1.0, has_two_speeds: false }
    }

    /// The example of Benjamini and Hochberg (1995), section 3.2: 15 hypotheses on treatments of myocardial infarction, by
    /// Neuhaus et al. (1992). At a rate of 5 % four are rejected, where Bonferroni rejects three.
    #[test]
    fn the_published_example() {
        let published = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0000,
        ];
        let count = |p: &[f64], rows: usize, earlier: usize, level: f64| {
            let mut tests: Vec<_> = p.iter().map(|&p| with_p(p)).collect();
            let found = discoveries(&tests, rows, earlier, level);
            tests.reverse();
            let reversed: Vec<_> = discoveries(&tests, rows, earlier, level).into_iter().rev().collect();
            assert_eq!(found, reversed, "the order does not matter");
            let count = found.iter().take_while(|found| **found).count();
            assert!(!found[count..].contains(&true), "the least are found");
            count
        };
        // Each direction has half of the level.
        assert_eq!(count(&published, 15, 0, 0.10), 4);
        // Those that are not tested now count among the rows all the same.
        assert_eq!(count(&published, 150, 0, 0.10), 2);
        // With four found before, the rest begin at rank five: 0.0201 > 5 / 15 · 0.05 and so on to the last.
        assert_eq!(count(&published[4..], 15, 4, 0.10), 0);
        // With six, and 0.06: the fourth of the rest is 0.0344 ≤ 10 / 15 · 0.06, the fifth 0.0459 > 11 / 15 · 0.06.
        assert_eq!(count(&published[4..], 15, 6, 0.12), 4);
        assert_eq!(count(&[1.0; 3], 3, 0, 0.10), 0);
        assert_eq!(discoveries(&[], 0, 0, 0.10), [false; 0]);
    }
}
