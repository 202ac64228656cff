//! Values that lie at two places with nothing between them.

use super::quantile::{of_sorted, sorted};
use super::variance;

/// By number of values: how wide, in standard deviations within the two groups, the widest gap of normal values is in
/// fewer than 5 of 1,000 samples. From a simulation of 8,000 samples each (half of them of Student's t with 3 degrees
/// of freedom, whose outliers make wide gaps too), which a test repeats.
const WIDEST: [(usize, f64); 6] = [(8, 12.0), (10, 8.0), (12, 5.8), (16, 3.6), (24, 2.6), (36, 1.6)];

/// How far apart two speeds are, when the distances of the values from their middle show two: a process that is laid
/// out well or badly in memory is fast or slow as a whole, so that a ratio of two such processes is at the middle, or
/// next to it by the distance of the speeds.
///
/// `None` when they do not: for fewer than eight values no one can report.
#[must_use]
pub fn two_modes(values: &[f64]) -> Option<f64> {
    let centre = of_sorted(&sorted(values)?, 0.5)?;
    let folded = sorted(&values.iter().map(|value| (value - centre).abs()).collect::<Vec<_>>())?;
    let (least, _) = WIDEST[0];
    if folded.len() < least {
        return None;
    }
    // One or two of many are outliers, no mode.
    let smallest = folded.len().div_ceil(5).max(2);
    let splits = smallest..=folded.len() - smallest;
    let at = splits.max_by(|&one, &other| gap(&folded, one).total_cmp(&gap(&folded, other)))?;
    let (near, far) = folded.split_at(at);
    let squares = |group: &[f64]| variance(group).map(|variance| variance * (group.len() - 1) as f64);
    let within = ((squares(near)? + squares(far)?) / (folded.len() - 2) as f64).sqrt();
    (gap(&folded, at) > widest(folded.len()) * within).then(|| of_sorted(far, 0.5))?
}

fn gap(sorted: &[f64], at: usize) -> f64 {
    sorted[at] - sorted[at - 1]
}

fn widest(count: usize) -> f64 {
    let (_, widest) = WIDEST.iter().rev().find(|(from, _)| *from <= count).unwrap_or(&WIDEST[0]);
    *widest
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    #[test]
    fn two_speeds_are_told_with_their_distance() {
        let values = [0.0, 0.05, 0.001, -0.05, 0.0005, 0.0495, -0.001, 0.0, -0.0505, 0.05];
        let apart = two_modes(&values).expect("two speeds");
        assert!((apart - 0.05).abs() < 0.001, "{apart}");
        // Only one side has two speeds: the middle is one of them.
        let apart = two_modes(&[0.0, 0.1, 0.0, 0.1, 0.1, 0.001, 0.101, 0.1]).expect("two speeds");
        assert!((apart - 0.1).abs() < 0.002, "{apart}");
    }

    #[test]
    fn one_speed_or_too_few_values() {
        assert_eq!(two_modes(&[]), None);
        assert_eq!(two_modes(&[0.0, 0.1, 0.0, 0.1]), None);
        assert_eq!(two_modes(&[0.0; 12]), None);
        // One outlier is not a speed.
        assert_eq!(two_modes(&[0.0, 0.1, -0.1, 0.05, -0.05, 0.02, -0.02, 0.03, 5.0, 0.07]), None);
        assert_eq!(two_modes(&[0.0, 1.0, f64::NAN, 0.0, 1.0, 1.0, 1.0, 0.0]), None);
    }

    /// Normal values with one speed are taken for two in at most 1 % of cases, whatever their number.
    #[test]
    fn noise_is_not_taken_for_speeds() {
        let mut random = Generator::new(3);
        for count in [8, 9, 10, 12, 16, 20, 24, 30, 36, 48] {
            let wrong = (0..4_000).filter(|_| {
                let values: Vec<f64> = (0..count).map(|_| random.normal()).collect();
                two_modes(&values).is_some()
            });
            let wrong = wrong.count();
            assert!(wrong <= 40, "{wrong} of 4000 with {count} values");
        }
    }

    /// Two speeds on both sides, 20 standard deviations apart, are seen from ten pairs on.
    #[test]
    fn speeds_are_seen() {
        let mut random = Generator::new(4);
        for (count, least) in [(10, 800), (16, 900), (24, 950)] {
            let seen = (0..1_000).filter(|_| {
                let mut speed = || if random.normal() > 0.0 { 20.0 } else { 0.0 };
                let speeds: Vec<f64> = (0..count).map(|_| speed() - speed()).collect();
                let values: Vec<f64> = speeds.iter().map(|speed| speed + random.normal()).collect();
                two_modes(&values).is_some()
            });
            let seen = seen.count();
            assert!(seen >= least, "{seen} of 1000 with {count} values");
        }
    }
}
