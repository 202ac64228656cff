//! How far one group of values lies from another.

use super::geometric::logs;
use super::median;
use super::quantile::sorted;

/// The logarithm of candidate / baseline: the median of the differences between every value of one group and every
/// value of the other. Hodges and Lehmann, "Estimates of Location Based on Rank Tests", Ann. Math. Stat. 34 (1963),
/// 598–611.
///
/// For samples taken interleaved it is a more reliable middle than the ratio of the medians or the median of the ratios pair by pair
/// (`docs/calibration.md`): slow phases hit both sides alike, and the few differences that they split do not count.
///
/// `None` for a group without values, or with one that is not positive and finite. Takes time and space in proportion
/// to the product of the lengths.
#[must_use]
pub fn log_shift(base: &[f64], candidate: &[f64]) -> Option<f64> {
    let (base, candidate) = (logs(base)?, logs(candidate)?);
    let differences: Vec<f64> =
        candidate.iter().flat_map(|candidate| base.iter().map(move |base| candidate - base)).collect();
    median(&differences)
}

/// How often a value of the candidate is larger than one of the baseline, less one half: from −½ (each is smaller) to ½, with
/// equal ones counted half. The statistic of Mann and Whitney, "On a Test of Whether one of Two Random Variables is
/// Stochastically Larger than the Other", Ann. Math. Stat. 18 (1947), 50–60, as a share of all combinations.
///
/// `None` for a group without values, or with one that is not a number.
#[must_use]
pub fn win_rate(base: &[f64], candidate: &[f64]) -> Option<f64> {
    let base = sorted(base)?;
    if candidate.is_empty() || candidate.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let below = |value: f64| base.partition_point(|&other| other < value);
    let not_above = |value: f64| base.partition_point(|&other| other <= value);
    let twice: usize = candidate.iter().map(|&value| below(value) + not_above(value)).sum();
    let all = base.len() * candidate.len();
    // The same with the sides swapped, but for the sign.
    Some((twice as f64 - all as f64) / (2 * all) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn check(base: &[f64], candidate: &[f64], expected: Option<f64>) {
        let ratio = log_shift(base, candidate).map(f64::exp);
        match (ratio, expected) {
            (Some(ratio), Some(expected)) => assert!((ratio - expected).abs() < 1e-12, "{ratio}"),
            (ratio, expected) => assert_eq!(ratio, expected),
        }
    }

    /// Permeability of the human chorioamnion, at term and at 12 to 26 weeks: Hollander and Wolfe, "Nonparametric
    /// Statistical Methods" (1973), page 69, whose estimate of the shift is −0.305.
    #[test]
    fn the_published_example() {
        let at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let earlier = [1.15, 0.88, 0.90, 0.74, 1.21];
        let exp = |values: &[f64]| values.iter().map(|value: &f64| value.exp()).collect::<Vec<_>>();
        let shift = log_shift(&exp(&at_term), &exp(&earlier)).expect("positive values");
        assert!((shift + 0.305).abs() < 1e-9, "{shift}");
    }

    #[test]
    fn known_answers() {
        check(&[1.0], &[1.5], Some(1.5));
        check(&[1.0, 2.0, 4.0], &[1.1, 2.2, 4.4], Some(1.1));
        check(&[2.0], &[1.0, 3.0, 8.0], Some(1.5));
        // One sample of one side was in a slow phase.
        check(&[1.0, 1.6, 1.0], &[1.0, 1.0, 1.0], Some(1.0));
    }

    #[test]
    fn what_has_no_ratio() {
        check(&[], &[], None);
        check(&[1.0], &[], None);
        check(&[1.0, 0.0], &[1.0, 1.0], None);
        check(&[1.0, 1.0], &[1.0, f64::NAN], None);
        check(&[1.0], &[f64::INFINITY], None);
    }

    /// The same data: Hollander and Wolfe, page 69, have the rank sum W = 30 of the five values from earlier, so that they
    /// are larger in 30 − 5 · 6 / 2 = 15 of 50 combinations.
    #[test]
    fn the_published_rank_sum() {
        let at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let earlier = [1.15, 0.88, 0.90, 0.74, 1.21];
        assert_eq!(win_rate(&at_term, &earlier), Some(15.0 / 50.0 - 0.5));
    }

    #[test]
    fn wins_are_counted() {
        assert_eq!(win_rate(&[1.0, 2.0], &[3.0, 4.0]), Some(0.5));
        assert_eq!(win_rate(&[3.0, 4.0], &[1.0, 2.0]), Some(-0.5));
        assert_eq!(win_rate(&[1.0, 1.0], &[1.0]), Some(0.0));
        assert_eq!(win_rate(&[1.0, 2.0], &[1.0, 2.0]), Some(0.0));
        assert_eq!(win_rate(&[], &[1.0]), None);
        assert_eq!(win_rate(&[1.0], &[]), None);
        assert_eq!(win_rate(&[1.0], &[f64::NAN]), None);
        assert_eq!(win_rate(&[f64::INFINITY], &[1.0]), None);
    }

    #[test]
    fn swapping_turns_the_sign_and_neither_order_nor_unit_matters() {
        let mut random = Generator::new(7);
        for _ in 0..200 {
            let (base, candidate) = (random.lognormals(9, 5.0, 0.1), random.lognormals(8, 6.0, 0.1));
            let shift = log_shift(&base, &candidate).expect("positive");
            let swapped = log_shift(&candidate, &base).expect("positive");
            assert!((shift + swapped).abs() < 1e-12);
            let again = |values: &[f64]| values.iter().rev().map(|value| value / 1024.0).collect::<Vec<_>>();
            let other = log_shift(&again(&base), &again(&candidate)).expect("positive");
            assert!((shift - other).abs() < 1e-12);
        }
    }
}
