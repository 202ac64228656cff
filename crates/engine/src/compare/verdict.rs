//! Verdicts and effects; and what can be said of two groups of process medians that were measured apart, [`judge_apart`].

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

impl Judgement {
    /// The effect without a verdict: it is not the code's alone.
    #[must_use]
    pub(super) fn set_aside(self) -> Self {
        Self { verdict: Verdict::NotJudged, ..self }
    }
}

/// The verdict on an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Surely slower, by more than the tolerance as far as anybody can say; of sides that were measured apart, surely slower by
    /// more than the alert level.
    Regressed,
    /// Likewise faster.
    Improved,
    /// Surely within the tolerance.
    Same,
    /// The sides were measured apart, and it looks slower by more than the tolerance.
    Suspected,
    /// The sides were measured apart, and more cannot be said of it.
    NotJudged,
    Undecided(Need),
}

/// The data that would decide an undecided row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Both sides have values, one of them only one: nothing is known of the spread.
    SecondProcess,
    /// The effect is too close to the tolerance for any number of processes that someone would run.
    TooClose,
    /// A side has no values, or values that are not positive.
    Values,
    /// About this many process pairs, if the spread stays as it is.
    Pairs(usize),
    /// It looked changed, and process pairs that were not looked at before did not show it.
    Confirmation,
    /// It was changed as it was built, and was not with its functions at other addresses.
    Layout,
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

    /// The logarithm alone.
    pub(super) fn of_middle(log_ratio: f64) -> Self {
        Self { log_ratio, interval: None }
    }

    /// The effect between processes that were measured apart, with Welch's interval.
    pub(super) fn apart(base: &[f64], candidate: &[f64]) -> Option<Self> {
        judge_apart(base, candidate, 0.0, None, None).effect
    }

    /// The logarithm of the ratio.
    pub fn log_ratio(&self) -> f64 {
        self.log_ratio
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
            Verdict::Suspected => Verdict::NotJudged,
            other => other,
        };
        Self { verdict, ..self }
    }
}

/// Describes the values of the baseline's processes and those of the candidate's, between which time lies, and with it what
/// `drift` says.
///
/// The effect is the difference of the mean logarithms with Welch's interval over processes: what differs between
/// processes (address-space layout, heap placement, the machine's mood) is the variance that counts, and no number
/// of samples within one process shows it (Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013).
/// The machine's changes between the two are part of it, so that nothing is called the same, and only what surely lies beyond
/// `judged_beyond` is called changed; without it nothing is.
pub(super) fn judge_apart(
    base: &[f64],
    candidate: &[f64],
    tolerance: f64,
    judged_beyond: Option<f64>,
    drift: Option<Spread>,
) -> Judgement {
    let Some(estimate) = estimate(base, candidate) else {
        return Judgement { verdict: Verdict::Undecided(Need::Values), effect: None };
    };
    let ratio = stats::log_ratio(base, candidate, RESOLUTION);
    let ratio = ratio.map(|ratio| drift.map_or(ratio, |drift| drift.between(ratio)));
    let interval = ratio.and_then(|ratio| ratio.interval(LEVEL));
    let effect = Some(Effect { log_ratio: estimate, interval });
    let Some(interval) = interval else {
        return Judgement { verdict: Verdict::Undecided(Need::SecondProcess), effect };
    };
    let bound = |share: f64| share.max(0.0).ln_1p();
    let verdict = match judged_beyond.map(bound) {
        Some(alert) if interval.low > alert => Verdict::Regressed,
        Some(alert) if interval.high < -alert => Verdict::Improved,
        _ if interval.low > bound(tolerance) => Verdict::Suspected,
        _ => Verdict::NotJudged,
    };
    Judgement { verdict, effect }
}

/// The logarithm of the ratio of the geometric means; it needs only one value a side.
fn estimate(base: &[f64], candidate: &[f64]) -> Option<f64> {
    let ratio = (stats::geometric_mean(candidate)?.ln()) - stats::geometric_mean(base)?.ln();
    ratio.is_finite().then_some(ratio)
}

/// How many process pairs would decide a row, with the spread and the middle that this many have.
pub(super) fn need_of_pairs(middle: LogRatio, pairs: usize, bound: f64, resolution: f64) -> Need {
    let spread = middle.standard_error * (pairs as f64).sqrt();
    let then = |count: usize| LogRatio {
        estimate: 0.0,
        standard_error: (spread / (count as f64).sqrt()).max(resolution),
        // A fifth at either end is left out.
        degrees: 0.6 * count as f64 - 1.0,
    };
    let change = middle.estimate.abs();
    // A change beyond the gate needs to be distinguished from none, one within it from the gate.
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

    /// At a tolerance of 5 % and an alert level of 10 %.
    fn apart(base: &[f64], candidate: &[f64]) -> Judgement {
        judge_apart(base, candidate, 0.05, Some(0.10), None)
    }

    #[track_caller]
    fn check(base: &[f64], candidate: &[f64], expected: Verdict) {
        assert_eq!(apart(base, candidate).verdict, expected);
    }

    #[test]
    fn sides_that_were_measured_apart() {
        check(&five(100.0, 0.001), &five(112.0, 0.001), Verdict::Regressed);
        check(&five(100.0, 0.001), &five(80.0, 0.001), Verdict::Improved);
        check(&five(100.0, 0.001), &five(107.0, 0.001), Verdict::Suspected);
        check(&five(100.0, 0.001), &five(93.0, 0.001), Verdict::NotJudged);
        check(&five(100.0, 0.001), &five(100.0, 0.001), Verdict::NotJudged);
        check(&five(100.0, 0.02), &five(106.0, 0.02), Verdict::NotJudged);
    }

    #[test]
    fn the_store_is_no_witness() {
        let stored = |candidate: f64| {
            judge_apart(&five(100.0, 0.001), &five(candidate, 0.001), 0.05, None, None).verdict
        };
        assert_eq!(
            [200.0, 50.0, 100.0].map(stored),
            [Verdict::Suspected, Verdict::NotJudged, Verdict::NotJudged]
        );
    }

    #[test]
    fn one_process_a_side_is_never_a_verdict() {
        check(&[100.0], &[300.0], Verdict::Undecided(Need::SecondProcess));
        check(&[100.0], &five(300.0, 0.001), Verdict::Undecided(Need::SecondProcess));
        let effect = apart(&[100.0], &[300.0]).effect.expect("an effect without an interval");
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
        assert_eq!(apart(&[], &[1.0]).effect, None);
    }

    #[test]
    fn two_equal_processes_a_side_are_not_certainty() {
        // ±0.99 % with two degrees of freedom.
        let effect = apart(&[7.0; 2], &[7.0; 2]).effect.expect("an effect");
        let (low, high) = effect.interval().expect("an interval");
        assert_eq!((low.to_string(), high.to_string()), ("-1.0 %".into(), "+1.0 %".into()));
    }

    #[test]
    fn what_time_adds_makes_it_open() {
        let of = |deviation: f64| {
            let drift = Spread { variance: deviation * deviation, degrees: 10.0 };
            judge_apart(&five(100.0, 0.001), &five(107.0, 0.001), 0.05, Some(0.1), Some(drift)).verdict
        };
        assert_eq!([0.0, 0.002, 0.02].map(of), [Verdict::Suspected, Verdict::Suspected, Verdict::NotJudged]);
    }

    #[test]
    fn alerts_are_large_regressions() {
        let of = |centre: f64| apart(&five(100.0, 0.001), &five(centre, 0.001));
        assert!(of(111.0).is_alert(0.10) && !of(111.0).is_alert(0.20) && !of(50.0).is_alert(0.10));
    }

    #[test]
    fn more_is_better_turns_the_verdict() {
        let of = |centre: f64| apart(&five(100.0, 0.001), &five(centre, 0.001)).of_higher_is_better().verdict;
        assert_eq!([80.0, 120.0, 107.0].map(of), [Verdict::Regressed, Verdict::Improved, Verdict::NotJudged]);
    }

    fn needed(estimate: f64, standard_error: f64, pairs: usize) -> Need {
        let middle = LogRatio { estimate, standard_error, degrees: 0.6 * pairs as f64 - 1.0 };
        need_of_pairs(middle, pairs, 0.05, 0.0005)
    }

    #[test]
    fn what_pairs_would_decide() {
        assert_eq!(needed(0.0, 0.03, 24), Need::Pairs(27));
        // A change beyond the tolerance is distinguished from none.
        assert_eq!(needed(0.06, 0.02, 24), Need::Pairs(25));
        assert_eq!(needed(0.0499, 0.02, 24), Need::TooClose);
    }
}
