//! The evidence of process pairs for one row: the p-values that the decision is made of. Pure.

use std::collections::BTreeMap;

use accel_bench_record::stats::{
    LogRatio, binomial_tail, mean, median, middle_log_ratio, normal_tail, std_dev, student_t_cdf, two_modes,
};

use super::verdict::{Effect, LEVEL, Need, need_of_pairs};

/// One process pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// The logarithm of candidate / baseline; of a metric that is better the larger it is, of baseline / candidate.
    pub(super) shift: f64,
    /// How often a sample of the candidate is larger than one of the baseline, less one half.
    pub(super) wins: f64,
    /// Which order the functions of both executables were linked in; `None`: as they were built.
    pub(super) layout: Option<u32>,
}

impl Pair {
    /// Two values, one of each process.
    pub(super) fn of_values(base: f64, candidate: f64) -> Option<Self> {
        let shift = (candidate / base).ln();
        let wins = f64::from(i8::from(shift > 0.0) - i8::from(shift < 0.0)) / 2.0;
        (base > 0.0 && candidate > 0.0 && shift.is_finite()).then_some(Self { shift, wins, layout: None })
    }

    pub(super) fn swapped(self) -> Self {
        Self { shift: -self.shift, wins: -self.wins, ..self }
    }
}

/// The evidence for one row so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    /// In their order.
    pub(super) pairs: Vec<Pair>,
    /// The tolerance, as a logarithm: smaller changes do not matter.
    pub(super) gate: f64,
    /// With fewer pairs it is not called the same.
    pub(super) least_for_same: usize,
}

impl Evidence {
    pub(super) fn shifts(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.shift).collect()
    }
}

/// Which way a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Slower,
    Faster,
}

/// The standard error never counts as smaller: equal values do not prove a difference of exactly nothing.
pub(super) const RESOLUTION: f64 = 0.0005;

/// The mean of pairs must lie within the gate with this certainty in each direction for *same* (Schuirmann's two one-sided
/// tests). It is not spent over the looks: it guards against processes that the middle leaves out.
const MEAN_WITHIN: f64 = 0.05;

/// The middle of a row's pairs with its interval.
pub(super) fn effect(shifts: &[f64]) -> Option<Effect> {
    middle_log_ratio(shifts, RESOLUTION).map(Effect::of_pairs)
}

/// The middle of logarithms, one for each pair, as [`effect`] takes it.
pub(super) fn middle(logarithms: &[f64]) -> Option<f64> {
    middle_log_ratio(logarithms, RESOLUTION).map(|middle| middle.estimate)
}

/// The least and the most of the middles of these pairs by layout; `None` unless there are several.
pub(super) fn over_layouts(pairs: &[Pair]) -> Option<[Effect; 2]> {
    let mut layouts: BTreeMap<Option<u32>, Vec<f64>> = BTreeMap::new();
    pairs.iter().for_each(|pair| layouts.entry(pair.layout).or_default().push(pair.shift));
    let mut middles: Vec<f64> = layouts.values().filter_map(|shifts| median(shifts)).collect();
    middles.sort_unstable_by(f64::total_cmp);
    match middles.as_slice() {
        [least, .., most] => Some([least, most].map(|&middle| Effect::of_middle(middle))),
        _ => None,
    }
}

/// The p-values of some pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Test {
    /// Of "it is not slower at all".
    slower: f64,
    faster: f64,
    /// Of "it lies at the gate or beyond it".
    pub(super) same: f64,
    has_two_speeds: bool,
    /// The way in which the estimate lies beyond the gate.
    beyond: Option<Way>,
}

impl Test {
    pub(super) fn of(pairs: &[Pair], gate: f64) -> Self {
        let nothing = Self { slower: 1.0, faster: 1.0, same: 1.0, has_two_speeds: false, beyond: None };
        let shifts: Vec<f64> = pairs.iter().map(|pair| pair.shift).collect();
        // Clusters that lie below the clock's resolution are one speed.
        let has_two_speeds = two_modes(&shifts).is_some_and(|apart| apart > SPEEDS_APART.max(gate / 2.0));
        let Some(middle) = middle_log_ratio(&shifts, RESOLUTION) else { return nothing };
        let Some(tested) =
            (if has_two_speeds { Self::of_wins(pairs, gate) } else { Self::of_middle(middle, gate) })
        else {
            return nothing;
        };
        let beyond = beyond(middle.estimate, gate);
        let same = if mean_is_within(&shifts, gate) { tested.same } else { 1.0 };
        // A few values that happen to be equal have no variance that could be known; surer than if each pair had said the same
        // of its own, by the toss of a coin, no pairs are.
        let least = 0.5_f64.powf(pairs.len() as f64);
        Self { slower: tested.slower.max(least), faster: tested.faster.max(least), same, beyond, ..tested }
    }

    /// The test of an A/A control, which has few pairs and no second look: Student's t test of the mean of all of them.
    pub(super) fn of_control(pairs: &[Pair], gate: f64) -> Self {
        let shifts: Vec<f64> = pairs.iter().map(|pair| pair.shift).collect();
        let tested = mean_of_all(&shifts).and_then(|mean| Some((mean, Self::of_middle(mean, gate)?)));
        let Some((mean, tested)) = tested else { return Self::of(&[], gate) };
        Self { beyond: beyond(mean.estimate, gate), ..tested }
    }

    /// Student's t test of the middle: against no change, and one-sided against each end of the gate.
    fn of_middle(middle: LogRatio, gate: f64) -> Option<Self> {
        let below =
            |bound: f64| student_t_cdf((bound - middle.estimate) / middle.standard_error, middle.degrees);
        let (under_low, under_none, under_high) = (below(-gate)?, below(0.0)?, below(gate)?);
        Some(Self {
            slower: under_none,
            faster: 1.0 - under_none,
            same: (1.0 - under_high).max(under_low),
            has_two_speeds: false,
            beyond: None,
        })
    }

    /// With two speeds a middle is of neither, and what is asked is how often the candidate is the slower one of a pair. The
    /// sum of the win rates by the root of the sum of their squares: for rates that are symmetric around 0, as they
    /// are without a change, its tail is at most that of the normal distribution, for practical purposes (Efron,
    /// "Student's t-Test under Symmetry Conditions", JASA 64 (1969), 1278–1302). *Same* is what the test of Dixon and
    /// Mood, "The Statistical Sign Test", JASA 41 (1946), 557–566, says of the pairs within the gate.
    fn of_wins(pairs: &[Pair], gate: f64) -> Option<Self> {
        let (sum, squares) = pairs
            .iter()
            .fold((0.0, 0.0), |(sum, squares), pair| (sum + pair.wins, squares + pair.wins * pair.wins));
        let within = pairs.iter().filter(|pair| pair.shift.abs() < gate).count();
        let score = if squares > 0.0 { sum / squares.sqrt() } else { 0.0 };
        Some(Self {
            slower: normal_tail(score)?,
            faster: normal_tail(-score)?,
            same: binomial_tail(within, pairs.len(), 0.5)?,
            has_two_speeds: true,
            beyond: None,
        })
    }

    /// Of "no change", in this direction.
    pub(super) fn p(&self, way: Way) -> f64 {
        match way {
            Way::Slower => self.slower,
            Way::Faster => self.faster,
        }
    }

    /// The way in which it looks changed by more than the gate, with the p-value of "no change".
    pub(super) fn change(&self) -> Option<(Way, f64)> {
        let way = self.beyond?;
        Some((way, self.p(way)))
    }

    pub(super) fn is_beyond(&self, way: Way) -> bool {
        self.beyond == Some(way)
    }

    /// Returns whether it is changed this way, beyond the gate, as surely as the interval that is shown says.
    pub(super) fn shows(&self, way: Way) -> bool {
        self.is_beyond(way) && self.p(way) <= (1.0 - LEVEL) / 2.0
    }

    /// Returns what further pairs would say, if they were like these.
    pub(super) fn need(&self, row: &Evidence) -> Need {
        let shifts = row.shifts();
        if self.has_two_speeds {
            return Need::OneSpeed;
        }
        if SlowMode::of(&row.pairs, row.gate).is_some() {
            return Need::SlowMode;
        }
        let middle = middle_log_ratio(&shifts, RESOLUTION);
        middle.map_or(Need::Values, |middle| need_of_pairs(middle, row.pairs.len(), row.gate, RESOLUTION))
    }
}

/// Two speeds nearer together than 1 % are noise like any other.
const SPEEDS_APART: f64 = 0.01;

fn beyond(estimate: f64, gate: f64) -> Option<Way> {
    match estimate {
        _ if estimate > gate => Some(Way::Slower),
        _ if estimate < -gate => Some(Way::Faster),
        _ => None,
    }
}

/// The mean of all pairs, none left out.
fn mean_of_all(shifts: &[f64]) -> Option<LogRatio> {
    let count = shifts.len() as f64;
    let standard_error = (std_dev(shifts)? / count.sqrt()).max(RESOLUTION);
    Some(LogRatio { estimate: mean(shifts)?, standard_error, degrees: count - 1.0 })
}

fn mean_is_within(shifts: &[f64], gate: f64) -> bool {
    let interval = mean_of_all(shifts).and_then(|mean| mean.interval(1.0 - 2.0 * MEAN_WITHIN));
    interval.is_some_and(|interval| interval.within(-gate, gate))
}

/// Some processes of one side are slow as a whole, and none of the other: the middle leaves them out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowMode {
    /// True if they are the candidate's.
    pub of_candidate: bool,
    pub slow: usize,
    pub of: usize,
    /// How many times as long they take as the others do.
    pub times: f64,
}

impl SlowMode {
    /// From the pairs as they were built, since other layouts have other speeds: those that lie farther from the middle than the
    /// gate (and than noise that is seen in any row), at least three, and all on one side.
    pub(super) fn of(pairs: &[Pair], gate: f64) -> Option<Self> {
        let as_built = pairs.iter().filter(|pair| pair.layout.is_none());
        let shifts: Vec<f64> = as_built.map(|pair| pair.shift).collect();
        let middle = median(&shifts)?;
        let far = gate.max(SPEEDS_APART);
        let beyond = |sign: f64| -> Vec<f64> {
            shifts.iter().map(|shift| sign * (shift - middle)).filter(|by| *by > far).collect()
        };
        let (slow, other, of_candidate) = match (beyond(1.0), beyond(-1.0)) {
            (candidate, base) if candidate.len() >= base.len() => (candidate, base, true),
            (candidate, base) => (base, candidate, false),
        };
        let is_mode = slow.len() >= 3 && other.is_empty();
        is_mode.then(|| {
            let times = median(&slow)?.exp();
            Some(Self { of_candidate, slow: slow.len(), of: shifts.len(), times })
        })?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(shifts: &[f64]) -> Vec<Pair> {
        shifts.iter().map(|&shift| Pair { shift, wins: shift.signum() / 2.0, layout: None }).collect()
    }

    #[test]
    fn a_pair_of_values() {
        let pair = Pair::of_values(100.0, 110.0).expect("a pair");
        assert!((pair.shift - 1.1_f64.ln()).abs() < 1e-12 && pair.wins == 0.5);
        assert_eq!(Pair::of_values(100.0, 100.0).map(|pair| pair.wins), Some(0.0));
        assert_eq!(Pair::of_values(110.0, 100.0).map(|pair| pair.wins), Some(-0.5));
        assert_eq!((Pair::of_values(0.0, 1.0), Pair::of_values(1.0, f64::INFINITY)), (None, None));
        assert_eq!(pair.swapped(), Pair { shift: -pair.shift, wins: -0.5, layout: None });
    }

    /// The audit's example: 2 % of change, and a gate of 0.5 %.
    #[test]
    fn a_change_is_tested_against_none_and_its_estimate_against_the_gate() {
        let spread = [-0.004, -0.002, 0.0, 0.002, 0.004, -0.003, 0.003, 0.001, -0.001, 0.0];
        let at = |centre: f64| Test::of(&pairs(&spread.map(|by| by + centre)), 0.005);
        let (way, p) = at(0.006).change().expect("it lies beyond the gate");
        assert!(way == Way::Slower && p < 0.005 && at(0.006).shows(Way::Slower), "{p}");
        assert_eq!(at(0.004).change(), None, "sure, and within the gate");
        assert!(at(0.004).p(Way::Slower) < 0.01);
        assert_eq!(at(-0.006).change().map(|(way, _)| way), Some(Way::Faster));
        assert!(at(0.0).same < 0.01 && at(0.004).same > 0.05, "{:?}", at(0.004));
    }

    #[test]
    fn few_pairs_are_never_very_sure() {
        for count in [2, 4, 8] {
            let (_, p) = Test::of(&pairs(&vec![0.3; count]), 0.01).change().expect("a change");
            assert_eq!(p, 0.5_f64.powi(i32::try_from(count).expect("few")));
        }
    }

    /// With two speeds it counts how often the candidate is slower, whichever speed it has.
    #[test]
    fn two_speeds_are_judged_by_wins() {
        let speeds: Vec<f64> = (0..16).map(|at| [0.0, 0.2, 0.001, -0.201][at % 4]).collect();
        let mut row = pairs(&speeds);
        row.iter_mut().for_each(|pair| pair.wins = 0.3);
        let test = Test::of(&row, 0.01);
        assert_eq!(test.change(), None, "the estimate is within the gate");
        // Sixteen times 0.3 by the root of sixteen times 0.09.
        let expected = normal_tail(4.0).expect("a tail");
        assert!((test.p(Way::Slower) / expected - 1.0).abs() < 1e-9, "{test:?}");
        let evidence = Evidence { pairs: row, gate: 0.01, least_for_same: 16 };
        assert_eq!(test.need(&evidence), Need::OneSpeed);
    }

    /// One process in sixteen took half as long again: the middle is the same, the mean may not be.
    #[test]
    fn the_mean_of_all_pairs_must_be_within_the_gate() {
        let mut shifts = vec![0.0; 16];
        assert!(Test::of(&pairs(&shifts), 0.05).same < 1e-6);
        shifts[3] = 0.4;
        assert_eq!(Test::of(&pairs(&shifts), 0.05).same, 1.0);
        shifts[3] = 0.05;
        assert!(Test::of(&pairs(&shifts), 0.05).same < 1e-6);
    }

    #[track_caller]
    fn check_slow(shifts: &[f64], expected: Option<(bool, usize)>) {
        let found = SlowMode::of(&pairs(shifts), 0.05).map(|found| (found.of_candidate, found.slow));
        assert_eq!(found, expected);
    }

    #[test]
    fn slow_processes_of_one_side() {
        let with = |slow: &[f64]| [vec![0.001; 20], slow.to_vec()].concat();
        check_slow(&with(&[0.3, 0.4, 0.35]), Some((true, 3)));
        check_slow(&with(&[-0.3, -0.4, -0.3]), Some((false, 3)));
        // One or two, or some on either side, are noise.
        check_slow(&with(&[0.3, 0.3]), None);
        check_slow(&with(&[0.3, 0.4, 0.3, -0.3]), None);
        check_slow(&with(&[0.04, 0.04, 0.04]), None);
        check_slow(&[], None);
        let mut row = pairs(&with(&[0.69, 0.69, 0.70]));
        let found = SlowMode::of(&row, 0.05).expect("three of them");
        assert!((found.times - 2.0).abs() < 0.01 && found.of == 23, "{found:?}");
        // A side that is slow at other addresses is slow because of them.
        row[20..].iter_mut().for_each(|pair| pair.layout = Some(7));
        assert_eq!(SlowMode::of(&row, 0.05), None);
    }

    #[test]
    fn effects_by_layout() {
        let mut row = pairs(&[0.10, 0.12, 0.0, 0.0, -0.02, -0.02]);
        assert_eq!(over_layouts(&row), None, "all in one layout");
        row[2..4].iter_mut().for_each(|pair| pair.layout = Some(1));
        row[4..].iter_mut().for_each(|pair| pair.layout = Some(2));
        let ends =
            over_layouts(&row).expect("three layouts").map(|effect| effect.change().expect("finite").get());
        assert!((ends[0] - (-0.02_f64).exp_m1()).abs() < 1e-9, "{ends:?}");
        assert!((ends[1] - 0.11_f64.exp_m1()).abs() < 1e-9, "{ends:?}");
    }
}
