//! The verdict on two groups of process medians: one pure function, [`judge`], replaceable as a whole.

use accel_bench_record::stats::{self, Interval, LogRatio};
use accel_bench_record::units::Change;

use super::spread::Spread;

/// How sure the interval of an effect is. A table has tens of rows, and each is a chance for a false alarm: at
/// 95 % one row in forty would lie wholly on the wrong side of the truth, at 99 % one in two hundred.
pub const LEVEL: f64 = 0.99;

/// The interval that must fit within the tolerance for *same*: two one-sided tests at 5 % each
/// (Schuirmann, "A Comparison of the Two One-Sided Tests Procedure", J. Pharmacokin. Biopharm. 15 (1987), 657–680).
const LEVEL_OF_SAME: f64 = 0.90;

/// The standard error never counts as smaller than this share. A handful of equal medians is what a coarse clock
/// and short batches produce; taken at their word, their interval would have no width and anything would be sure.
const RESOLUTION: f64 = 0.001;

/// More processes than this no one runs to decide a row.
const MANY_PROCESSES: usize = 100;

/// The result for two groups of process medians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Absent when a side has no value at all.
    pub effect: Option<Effect>,
}

/// The verdict on an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Surely above the tolerance.
    Regressed,
    /// Surely below it.
    Improved,
    /// Surely within it.
    Same,
    Undecided(Need),
}

/// The data that would decide an undecided row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Both sides have values, one of them only one: nothing is known of the spread.
    SecondProcess,
    /// About this many processes on each side, if the spread stays as it is.
    Processes(usize),
    /// The effect is too close to the tolerance for any number of processes that someone would run.
    TooClose,
    /// Within run-to-run noise on this machine; only sides that are interleaved report more.
    Turns,
    /// A side has no values, or values that are not positive.
    Values,
    /// About this many process pairs, if the spread stays as it is.
    Pairs(usize),
    /// It looked changed, and process pairs that were not looked at before did not show it.
    Confirmation,
    /// Processes are fast or slow as a whole, so that a mean is of neither; the distance of the speeds is larger than
    /// what is looked for.
    OneSpeed,
    /// Some processes of one side are slow as a whole, and none of the other.
    SlowMode,
}

/// The ratio candidate / baseline, with its interval at [`LEVEL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    log_ratio: f64,
    interval: Option<Interval>,
}

impl Effect {
    /// The middle of log-ratios, one for each process pair, with its interval over the pairs: the level at which the
    /// variance lives (Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013).
    pub(super) fn of_pairs(middle: LogRatio) -> Self {
        Self { log_ratio: middle.estimate, interval: middle.interval(LEVEL) }
    }

    pub fn change(&self) -> Option<Change> {
        Change::from_log_ratio(self.log_ratio)
    }

    /// Both ends of the interval; absent below two processes a side.
    pub fn interval(&self) -> Option<(Change, Change)> {
        let Interval { low, high } = self.interval?;
        Some((Change::from_log_ratio(low)?, Change::from_log_ratio(high)?))
    }

    /// Returns whether the interval leaves out "no change at all".
    pub fn is_sure(&self) -> bool {
        self.interval.is_some_and(|interval| !interval.contains(0.0))
    }

    pub fn is_slower(&self) -> bool {
        self.log_ratio > 0.0
    }
}

impl Judgement {
    /// Returns whether it is a regression larger than `alert`.
    pub fn is_alert(&self, alert: f64) -> bool {
        let beyond = self.effect.is_some_and(|effect| effect.log_ratio > alert.ln_1p());
        self.verdict == Verdict::Regressed && beyond
    }

    /// The same with candidate and baseline of the effect exchanged.
    pub(super) fn with_turned_effect(self) -> Self {
        let turned = |effect: Effect| Effect {
            log_ratio: -effect.log_ratio,
            interval: effect.interval.and_then(|own| Interval::new(-own.high, -own.low)),
        };
        Self { effect: self.effect.map(turned), ..self }
    }

    /// The same for values of which more is better.
    pub fn of_higher_is_better(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Regressed => Verdict::Improved,
            Verdict::Improved => Verdict::Regressed,
            other => other,
        };
        Self { verdict, ..self }
    }
}

/// Compares the values of the baseline's processes with those of the candidate's.
///
/// The effect is the difference of the mean logarithms with Welch's interval over processes: what differs between
/// processes (address-space layout, heap placement, the machine's mood) is the variance that counts, and no number
/// of samples within one process shows it (Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013).
/// The tolerance is taken on the logarithm in both directions, so that swapping the sides swaps the verdicts.
pub fn judge(base: &[f64], candidate: &[f64], tolerance: f64) -> Judgement {
    judge_apart(base, candidate, tolerance, None)
}

/// The same for runs between which time lies, and with it what `drift` says.
pub fn judge_apart(base: &[f64], candidate: &[f64], tolerance: f64, drift: Option<Spread>) -> Judgement {
    let bound = tolerance.max(0.0).ln_1p();
    let Some(estimate) = estimate(base, candidate) else {
        return Judgement { verdict: Verdict::Undecided(Need::Values), effect: None };
    };
    let processes = stats::log_ratio(base, candidate, RESOLUTION);
    let ratio = processes.map(|ratio| drift.map_or(ratio, |drift| drift.between(ratio)));
    let interval = ratio.and_then(|ratio| ratio.interval(LEVEL));
    let effect = Some(Effect { log_ratio: estimate, interval });
    let (Some(ratio), Some(interval)) = (ratio, interval) else {
        return Judgement { verdict: Verdict::Undecided(Need::SecondProcess), effect };
    };
    let verdict = if interval.low > bound {
        Verdict::Regressed
    } else if interval.high < -bound {
        Verdict::Improved
    } else if ratio.interval(LEVEL_OF_SAME).is_some_and(|narrow| narrow.within(-bound, bound)) {
        Verdict::Same
    } else {
        // Where time adds more than processes differ, more of them do not help.
        let need = if processes == Some(ratio) {
            need(ratio, base.len().min(candidate.len()), bound)
        } else {
            Need::Turns
        };
        Verdict::Undecided(need)
    };
    Judgement { verdict, effect }
}

/// The logarithm of the ratio of the geometric means; it needs only one value a side.
fn estimate(base: &[f64], candidate: &[f64]) -> Option<f64> {
    let ratio = (stats::geometric_mean(candidate)?.ln()) - stats::geometric_mean(base)?.ln();
    ratio.is_finite().then_some(ratio)
}

/// How many processes a side would make the interval narrow enough, with the spread and the effect seen so far.
fn need(ratio: LogRatio, processes: usize, bound: f64) -> Need {
    // A standard error that is based on `processes` values a side shrinks with their square root.
    let spread = ratio.standard_error * (processes as f64).sqrt();
    let then = |count: usize| LogRatio {
        estimate: 0.0,
        standard_error: (spread / (count as f64).sqrt()).max(RESOLUTION),
        degrees: 2.0 * (count as f64 - 1.0),
    };
    enough(then, processes, bound - ratio.estimate.abs()).map_or(Need::TooClose, Need::Processes)
}

/// The same for process pairs, with the middle that this many have.
pub(super) fn need_of_pairs(middle: LogRatio, pairs: usize, bound: f64, resolution: f64) -> Need {
    let spread = middle.standard_error * (pairs as f64).sqrt();
    let then = |count: usize| LogRatio {
        estimate: 0.0,
        standard_error: (spread / (count as f64).sqrt()).max(resolution),
        // A fifth at either end is left out.
        degrees: 0.6 * count as f64 - 1.0,
    };
    let change = middle.estimate.abs();
    // A change beyond the gate needs to be told from none, one within it from the gate.
    let distance = if change > bound { -change } else { bound - change };
    enough(then, pairs, distance).map_or(Need::TooClose, Need::Pairs)
}

/// The smallest sufficient sample size above `so_far`, whose interval is narrower than the distance to the tolerance, if anybody would
/// run that many; a negative distance lies beyond it.
fn enough(then: impl Fn(usize) -> LogRatio, so_far: usize, distance: f64) -> Option<usize> {
    let level = if distance > 0.0 { LEVEL_OF_SAME } else { LEVEL };
    let decides = |count: usize| {
        then(count).interval(level).is_some_and(|interval| interval.half_width() < distance.abs())
    };
    if !decides(MANY_PROCESSES) {
        return None;
    }
    let (mut fails, mut enough) = (so_far, MANY_PROCESSES);
    while enough - fails.min(enough) > 1 {
        let middle = usize::midpoint(fails, enough);
        if decides(middle) { enough = middle } else { fails = middle }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five processes around `centre`, `spread` apart from each other as a share.
    fn five(centre: f64, spread: f64) -> Vec<f64> {
        [-2.0, -1.0, 0.0, 1.0, 2.0].iter().map(|step| centre * (1.0 + spread * step)).collect()
    }

    fn check(base: &[f64], candidate: &[f64], expected: Verdict) {
        assert_eq!(judge(base, candidate, 0.05).verdict, expected);
        let swapped = match expected {
            Verdict::Regressed => Verdict::Improved,
            Verdict::Improved => Verdict::Regressed,
            other => other,
        };
        assert_eq!(judge(candidate, base, 0.05).verdict, swapped, "with the sides swapped");
    }

    #[test]
    fn clear_rows() {
        check(&five(100.0, 0.001), &five(110.0, 0.001), Verdict::Regressed);
        check(&five(100.0, 0.001), &five(80.0, 0.001), Verdict::Improved);
        check(&five(100.0, 0.001), &five(100.0, 0.001), Verdict::Same);
        check(&five(100.0, 0.001), &five(101.8, 0.001), Verdict::Same);
    }

    #[test]
    fn noise_leaves_it_open_and_says_what_it_takes() {
        check(&five(100.0, 0.02), &five(106.0, 0.02), Verdict::Undecided(Need::TooClose));
        check(&five(100.0, 0.02), &five(108.0, 0.02), Verdict::Undecided(Need::Processes(19)));
        check(&five(100.0, 0.03), &five(100.0, 0.03), Verdict::Undecided(Need::Processes(7)));
        check(&five(100.0, 0.001), &five(105.0, 0.001), Verdict::Undecided(Need::TooClose));
    }

    #[test]
    fn with_as_many_processes_as_asked_for_it_is_decided() {
        // The same spread as above, by repeating the values.
        let repeated = |centre: f64| -> Vec<f64> { (0..4).flat_map(|_| five(centre, 0.02)).collect() };
        check(&repeated(100.0), &repeated(108.0), Verdict::Regressed);
    }

    #[test]
    fn one_process_a_side_is_never_a_verdict() {
        check(&[100.0], &[300.0], Verdict::Undecided(Need::SecondProcess));
        check(&[100.0], &five(300.0, 0.001), Verdict::Undecided(Need::SecondProcess));
        let effect = judge(&[100.0], &[300.0], 0.05).effect.expect("an effect without an interval");
        assert_eq!(effect.change().expect("a change").to_string(), "+200 %");
        assert_eq!(effect.interval(), None);
        assert!(!effect.is_sure() && effect.is_slower());
    }

    #[test]
    fn values_that_cannot_be() {
        check(&[], &[], Verdict::Undecided(Need::Values));
        check(&[], &five(1.0, 0.1), Verdict::Undecided(Need::Values));
        check(&[1.0, 0.0, 1.0], &five(1.0, 0.1), Verdict::Undecided(Need::Values));
        check(&[1.0, f64::NAN], &[1.0, 1.0], Verdict::Undecided(Need::Values));
        assert_eq!(judge(&[], &[1.0], 0.05).effect, None);
    }

    #[test]
    fn two_equal_processes_a_side_are_not_certainty() {
        // ±0.99 % with two degrees of freedom: enough for 5 %, not for 0.5 %.
        assert_eq!(judge(&[7.0; 2], &[7.0; 2], 0.05).verdict, Verdict::Same);
        assert_eq!(judge(&[7.0; 2], &[7.0; 2], 0.002).verdict, Verdict::Undecided(Need::Processes(4)));
        let effect = judge(&[7.0; 2], &[7.0; 2], 0.05).effect.expect("an effect");
        let (low, high) = effect.interval().expect("an interval");
        assert_eq!((low.to_string(), high.to_string()), ("-1.0 %".into(), "+1.0 %".into()));
    }

    #[test]
    fn a_sure_effect_within_the_tolerance_is_same_and_sure() {
        let judgement = judge(&five(100.0, 0.001), &five(101.8, 0.001), 0.05);
        let effect = judgement.effect.expect("an effect");
        assert_eq!(judgement.verdict, Verdict::Same);
        assert!(effect.is_sure() && effect.is_slower());
        assert_eq!(effect.change().expect("a change").to_string(), "+1.8 %");
    }

    #[test]
    fn what_time_adds_makes_it_open_and_processes_do_not_help() {
        let of = |deviation: f64| {
            let drift = Spread { variance: deviation * deviation, degrees: 10.0 };
            judge_apart(&five(100.0, 0.001), &five(110.0, 0.001), 0.05, Some(drift)).verdict
        };
        assert_eq!(of(0.0), Verdict::Regressed);
        assert_eq!(of(0.005), Verdict::Regressed);
        assert_eq!(of(0.02), Verdict::Undecided(Need::Turns));
    }

    #[test]
    fn alerts_are_large_regressions() {
        let of = |centre: f64| judge(&five(100.0, 0.001), &five(centre, 0.001), 0.05);
        assert!(of(111.0).is_alert(0.10) && !of(109.0).is_alert(0.10) && !of(50.0).is_alert(0.10));
    }

    #[test]
    fn more_is_better_turns_the_verdict() {
        let fewer = judge(&five(100.0, 0.001), &five(80.0, 0.001), 0.05).of_higher_is_better();
        assert_eq!(fewer.verdict, Verdict::Regressed);
        assert_eq!(judge(&[], &[], 0.05).of_higher_is_better().verdict, Verdict::Undecided(Need::Values));
    }

    #[test]
    fn a_tolerance_of_nothing_asks_only_for_a_sure_change() {
        assert_eq!(judge(&five(100.0, 0.001), &five(101.0, 0.001), 0.0).verdict, Verdict::Regressed);
        assert_eq!(judge(&five(100.0, 0.001), &five(101.0, 0.001), -1.0).verdict, Verdict::Regressed);
    }

    #[test]
    fn neither_order_nor_unit_matters() {
        let (base, candidate) = (five(100.0, 0.01), five(104.0, 0.01));
        let judged = judge(&base, &candidate, 0.05);
        let in_seconds = |values: &[f64]| values.iter().rev().map(|value| value / 1024.0).collect::<Vec<_>>();
        let again = judge(&in_seconds(&base), &in_seconds(&candidate), 0.05);
        assert_eq!(judged.verdict, again.verdict);
        let (one, two) = (judged.effect.expect("one"), again.effect.expect("two"));
        assert!((one.log_ratio - two.log_ratio).abs() < 1e-12);
    }
}
