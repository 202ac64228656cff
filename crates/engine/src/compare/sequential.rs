//! The decision on rows that were measured interleaved: looks at fixed numbers of process pairs, until each row is
//! decided. Pure, and of nothing but the pairs: asked again later it says the same.

use super::evidence::{Evidence, Test, Way};
use super::looks::{CONFIRMS, CONTROLS, FALSE_SAMES, LOOKS, PAIRS_FOR_ALL, SETS, of_changes, of_sames};
use super::verdict::{Need, Verdict};

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
            stages[row] = match test.change() {
                Some((way, _)) if found => confirmed(&rows[row], way, at),
                _ if at >= rows[row].least_for_same && test.same <= of_sames(look) => {
                    Stage::Decided(Verdict::Same)
                }
                _ => match LOOKS.get(look + 1) {
                    Some(&needs) if at < PAIRS_FOR_ALL || is_promising(&test) => Stage::Open { needs },
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
        Stage::Decided(Verdict::Undecided(need)) => matches!(need, Need::Confirmation | Need::Layout),
        _ => false,
    }
}

/// Returns what a row is after it was suspected with its first `at` pairs: fresh pairs alone must show the same, with an effect of
/// their own beyond the gate, and so must all of them together. Fresh pairs have their functions at other addresses, where
/// that can be had: what only the first layout shows is not the code's. If they do not agree yet, there are as many more.
fn confirmed(row: &Evidence, way: Way, at: usize) -> Stage {
    for needs in (1..=SETS).map(|sets| at + sets * fresh(at)) {
        let Some(pairs) = row.pairs.get(at..needs) else { return Stage::Suspected { needs } };
        let (again, all) = (Test::of(pairs, row.gate), Test::of(&row.pairs[..needs], row.gate));
        if again.is_beyond(way) && again.p(way) <= CONFIRMS && all.shows(way) {
            return Stage::Decided(changed(way));
        }
    }
    let is_elsewhere = row.pairs[at..].iter().any(|pair| pair.layout.is_some());
    let depends_on_layout = is_elsewhere && Test::of(&row.pairs[..at], row.gate).shows(way);
    Stage::Decided(Verdict::Undecided(if depends_on_layout { Need::Layout } else { Need::Confirmation }))
}

fn changed(way: Way) -> Verdict {
    match way {
        Way::Slower => Verdict::Regressed,
        Way::Faster => Verdict::Improved,
    }
}

/// Fresh pairs after a suspicion at this many.
fn fresh(at: usize) -> usize {
    (at / 3).max(LOOKS[0])
}

/// Returns what a fixed number of pairs says, with no looks before: of one of `controls` A/A controls, each with one look only.
/// By Bonferroni's inequality at most [`CONTROLS`] of comparisons on a fit machine have one that changed.
pub(super) fn decide_control(row: &Evidence, controls: usize) -> Verdict {
    let test = Test::of_control(&row.pairs, row.gate);
    match test.change() {
        Some((way, p)) if p <= CONTROLS / 2.0 / controls as f64 => changed(way),
        _ if test.same <= FALSE_SAMES => Verdict::Same,
        _ => Verdict::Undecided(test.need(row)),
    }
}

/// Returns whether more pairs than all rows have may well show a change.
fn is_promising(test: &Test) -> bool {
    test.change().is_some_and(|(_, p)| p <= PROMISING)
}

/// The p-value up to which a row is worth pairs beyond those that all have.
const PROMISING: f64 = 0.20;

/// Which tests are discoveries among `rows` at this level: the step-up procedure of Benjamini and Hochberg, "Controlling
/// the False Discovery Rate", JRSS B 57 (1995), 289–300, with `earlier` discoveries already made. Each of the two
/// directions has half of the level. A row whose estimate lies within its gate is none, however sure its change is.
fn discoveries(tests: &[Test], rows: usize, earlier: usize, level: f64) -> Vec<bool> {
    let p = |test: &Test| test.change().map_or(1.0, |(_, p)| p);
    step_up(&tests.iter().map(p).collect::<Vec<_>>(), rows, earlier, level)
}

fn step_up(p: &[f64], rows: usize, earlier: usize, level: f64) -> Vec<bool> {
    let mut ordered = p.to_vec();
    ordered.sort_unstable_by(f64::total_cmp);
    let bound = |rank: usize| level / 2.0 * (earlier + rank) as f64 / rows as f64;
    let last = (1..=ordered.len()).rev().find(|&rank| ordered[rank - 1] <= bound(rank));
    p.iter().map(|&p| last.is_some_and(|last| p <= ordered[last - 1])).collect()
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Pair;
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

    /// A row whose samples differ less within a process than processes do; it may be called the same at every look.
    fn row(shifts: &[f64]) -> Evidence {
        let pair = |&shift: &f64| Pair { shift, wins: shift.signum() / 2.0, layout: None };
        Evidence { pairs: shifts.iter().map(pair).collect(), gate: GATE, least_for_same: 4 }
    }

    /// A row alone, and the same with its sides swapped.
    #[track_caller]
    fn check(pairs: &[f64], expected: Stage) {
        let of = |sign: f64| row(&pairs.iter().map(|pair| sign * pair).collect::<Vec<_>>());
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
        for (count, needs) in [(0, 6), (5, 6), (6, 10), (9, 10), (10, 16), (15, 16), (16, 24), (23, 24)] {
            check(&around(0.0, 0.03, count), Stage::Open { needs });
        }
        check(&around(0.0, 0.03, 24), undecided(Need::Pairs(25)));
        // A row that looks changed, but not surely, goes on for longer.
        for (count, needs) in [(24, 36), (35, 36), (36, 48), (47, 48)] {
            check(&around(0.012, 0.06, count), Stage::Open { needs });
        }
    }

    #[test]
    fn what_is_clearly_the_same_needs_few_pairs() {
        check(&around(0.0, 0.001, 6), Stage::Decided(Verdict::Same));
        check(&around(0.005, 0.001, 6), Stage::Decided(Verdict::Same));
        check(&around(0.0, 0.01, 6), Stage::Open { needs: 10 });
        check(&around(0.0, 0.01, 10), Stage::Decided(Verdict::Same));
        check(&[0.0; 6], Stage::Decided(Verdict::Same));
        // Once said it stays said, whatever comes after.
        check(&[vec![0.0; 6], vec![0.5; 20]].concat(), Stage::Decided(Verdict::Same));
        let cautious = |count: usize| Evidence { least_for_same: 16, ..row(&vec![0.0; count]) };
        assert_eq!(decide(&[cautious(15)]), [Stage::Open { needs: 16 }]);
        assert_eq!(decide(&[cautious(16)]), [Stage::Decided(Verdict::Same)]);
    }

    #[test]
    fn what_looks_changed_is_confirmed_by_fresh_pairs() {
        // However large it is, six pairs that say so may be chance (1 in 64).
        check(&around(0.5, 0.005, 6), Stage::Open { needs: 10 });
        check(&around(0.5, 0.005, 10), Stage::Suspected { needs: 16 });
        check(&around(0.5, 0.005, 15), Stage::Suspected { needs: 16 });
        check(&around(0.5, 0.005, 16), Stage::Decided(Verdict::Regressed));
        let small = |count| around(0.015, 0.02, count);
        check(&small(10), Stage::Open { needs: 16 });
        check(&small(16), Stage::Suspected { needs: 22 });
        // Six of them are not sure enough, twelve are.
        check(&small(22), Stage::Suspected { needs: 28 });
        check(&small(28), Stage::Decided(Verdict::Regressed));
    }

    /// Surely slower, and surely by less than the gate: not changed. Surely slower and just within it: undecided.
    #[test]
    fn an_estimate_within_the_gate_is_no_change() {
        check(&around(0.007, 0.001, 6), Stage::Decided(Verdict::Same));
        check(&around(0.0099, 0.002, 24), undecided(Need::TooClose));
        check(&around(0.0105, 0.002, 16), Stage::Decided(Verdict::Regressed));
    }

    #[test]
    fn fresh_pairs_may_refuse() {
        let suspected = around(0.5, 0.15, 10);
        let then = |fresh: Vec<f64>| [suspected.clone(), fresh].concat();
        // A set that shows nothing gets as many more, twice.
        check(&then(around(0.0, 0.02, 6)), Stage::Suspected { needs: 22 });
        check(&then(around(0.0, 0.02, 12)), Stage::Suspected { needs: 28 });
        check(&then(around(0.0, 0.02, 18)), undecided(Need::Confirmation));
        // The other way round is not a confirmation.
        check(&then(around(-0.5, 0.02, 18)), undecided(Need::Confirmation));
        // Too noisy to say it, at first.
        check(&then(around(0.1, 0.4, 6)), Stage::Suspected { needs: 22 });
        check(
            &then([around(0.1, 0.4, 6), around(0.5, 0.02, 6)].concat()),
            Stage::Decided(Verdict::Regressed),
        );
        // Pairs beyond what was asked for are not looked at.
        check(&then(around(0.5, 0.02, 30)), Stage::Decided(Verdict::Regressed));
    }

    /// The first ten pairs as they were built; the rest with functions that lie elsewhere.
    #[track_caller]
    fn check_elsewhere(elsewhere: &[f64], expected: Stage) {
        let mut row = row(&[around(0.05, 0.005, 10), elsewhere.to_vec()].concat());
        for (at, pair) in row.pairs.iter_mut().enumerate().skip(10) {
            pair.layout = Some(at as u32 % 3 + 1);
        }
        assert_eq!(decide(&[row]), [expected]);
    }

    #[test]
    fn a_change_must_survive_another_layout() {
        check_elsewhere(&around(0.04, 0.005, 6), Stage::Decided(Verdict::Regressed));
        check_elsewhere(&around(0.0, 0.005, 18), undecided(Need::Layout));
        // Sure, and within the gate: as it was built it is beyond it.
        check_elsewhere(&around(0.008, 0.001, 18), undecided(Need::Layout));
        check_elsewhere(&around(-0.05, 0.005, 18), undecided(Need::Layout));
    }

    #[test]
    fn no_row_asks_for_more_than_the_most_pairs() {
        let at = LOOKS[LOOKS.len() - 1];
        assert_eq!(at + SETS * fresh(at), super::super::looks::MOST_PAIRS);
        assert_eq!(LOOKS.map(fresh), [6, 6, 6, 8, 12, 16]);
    }

    /// Both sides are fast or slow by chance, each process as a whole.
    #[test]
    fn two_speeds_are_no_change_unless_most_pairs_are() {
        let speeds = |count| (0..count).map(|at| [0.0, 0.2, 0.001, -0.201][at % 4]).collect::<Vec<_>>();
        check(&speeds(24), undecided(Need::OneSpeed));
        let beyond = |count| speeds(count).iter().map(|pair| pair + 0.3).collect::<Vec<_>>();
        check(&beyond(9), Stage::Open { needs: 10 });
        check(&beyond(10), Stage::Suspected { needs: 16 });
        check(&beyond(16), Stage::Decided(Verdict::Regressed));
        // Nearer together than 1 % they are noise.
        let near: Vec<_> = speeds(24).iter().map(|pair| pair / 50.0).collect();
        check(&near, Stage::Decided(Verdict::Same));
    }

    /// A fifth of the candidate's processes is slow, none of the baseline's: the middle knows nothing of it.
    #[test]
    fn a_slow_mode_of_one_side_is_not_the_same() {
        let slow = |at: usize| if at % 6 == 2 { 0.4 } else { 0.001 * (at % 3) as f64 - 0.001 };
        check(&(0..24).map(slow).collect::<Vec<_>>(), undecided(Need::SlowMode));
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
        let row_at = |centre: f64| row(&around(centre, 0.004, 10));
        let suspected = |rows: &[Evidence]| decide(rows).iter().filter(|stage| is_found(stage)).count();
        let one_of = |count: usize| {
            let mut rows = vec![row(&around(0.0, 0.05, 10)); count];
            rows[0] = row_at(0.03);
            suspected(&rows)
        };
        assert_eq!([1, 2, 1_000].map(one_of), [1, 1, 0]);
        assert_eq!(suspected(&vec![row_at(0.03); 1_000]), 1_000);
    }

    #[test]
    fn a_control_is_decided_with_what_there_is() {
        let once = |shifts: Vec<f64>| decide_control(&row(&shifts), 1);
        assert_eq!(once(around(0.0, 0.001, 4)), Verdict::Same);
        assert_eq!(once(around(0.05, 0.001, 4)), Verdict::Regressed);
        assert_eq!(once(around(-0.05, 0.001, 4)), Verdict::Improved);
        assert!(matches!(once(around(0.0, 0.05, 6)), Verdict::Undecided(Need::Pairs(_))));
        assert_eq!(once(vec![0.3, 0.3]), Verdict::Regressed);
        assert_eq!(once(vec![0.0]), Verdict::Undecided(Need::Values));
    }

    /// Ten of them have ten chances.
    #[test]
    fn controls_are_corrected_for_their_number() {
        let control = row(&around(0.05, 0.03, 6));
        let of = |controls: usize| decide_control(&control, controls);
        assert_eq!(of(1), Verdict::Regressed);
        assert!(matches!(of(20), Verdict::Undecided(_)), "{:?}", of(20));
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
            let mut tests = p.to_vec();
            let found = step_up(&tests, rows, earlier, level);
            tests.reverse();
            let reversed: Vec<_> = step_up(&tests, rows, earlier, level).into_iter().rev().collect();
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
        assert_eq!(step_up(&[], 0, 0, 0.10), [false; 0]);
    }
}
