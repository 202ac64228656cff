//! What process pairs say of one row: the p-values that the decision is made of. Pure.

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

    /// Of an A/A control, which has few pairs and no second look: Student's t test of the mean of all of them.
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

    /// What further pairs would say, if they were like these.
    pub(super) fn need(&self, row: &Evidence) -> Need {
        let shifts = row.shifts();
        if self.has_two_speeds {
            return Need::OneSpeed;
        }
        if SlowMode::of(&shifts, row.gate).is_some() {
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
    /// Whether they are the candidate's.
    pub of_candidate: bool,
    pub slow: usize,
    pub of: usize,
    /// How many times as long they take as the others do.
    pub times: f64,
}

impl SlowMode {
    /// From the shifts of the pairs: those that lie farther from the middle than the gate (and than noise that is seen in any
    /// row), at least two, and all on one side.
    pub(super) fn of(shifts: &[f64], gate: f64) -> Option<Self> {
        let middle = median(shifts)?;
        let far = gate.max(SPEEDS_APART);
        let beyond = |sign: f64| -> Vec<f64> {
            shifts.iter().map(|shift| sign * (shift - middle)).filter(|by| *by > far).collect()
        };
        let (slow, other, of_candidate) = match (beyond(1.0), beyond(-1.0)) {
            (candidate, base) if candidate.len() >= base.len() => (candidate, base, true),
            (candidate, base) => (base, candidate, false),
        };
        let is_mode = slow.len() >= 2 && other.is_empty();
        is_mode.then(|| {
            let times = median(&slow)?.exp();
            Some(Self { of_candidate, slow: slow.len(), of: shifts.len(), times })
        })?
    }
}
