//! The interval of a median that assumes nothing of the distribution.

use super::quantile::sorted;
use super::{Interval, beta};

/// The narrowest pair of order statistics, equally far from both ends, that holds the median with probability
/// `level` or more: David and Nagaraja, "Order Statistics", 3rd edition (2003), section 7.1.
///
/// `None` when even the smallest and the largest value do not reach the level: below six values for 95 %.
#[must_use]
pub fn median_interval(values: &[f64], level: f64) -> Option<Interval> {
    let sorted = sorted(values)?;
    let rank = outermost_rank(sorted.len(), level)?;
    Interval::new(sorted[rank - 1], sorted[sorted.len() - rank])
}

/// The largest rank k (from 1) with P(Bin(n, ½) < k) ≤ (1 − level) / 2.
fn outermost_rank(count: usize, level: f64) -> Option<usize> {
    let missed = (0.0 < level && level < 1.0).then_some((1.0 - level) / 2.0)?;
    let allowed = |rank: usize| {
        // P(Bin(n, ½) ≤ k − 1) = I_½(n − k + 1, k).
        beta::regularized((count - rank + 1) as f64, rank as f64, 0.5).is_some_and(|share| share <= missed)
    };
    let (mut fits, mut fails) = (0, count / 2 + 1);
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if allowed(middle) { fits = middle } else { fails = middle }
    }
    (fits > 0).then_some(fits)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    /// Ranks at 95 %: Conover, "Practical Nonparametric Statistics", 3rd edition (1999), table A3.
    fn rank(count: usize, expected: Option<usize>) {
        assert_eq!(outermost_rank(count, 0.95), expected, "{count} values");
    }

    #[test]
    fn published_ranks() {
        rank(0, None);
        rank(1, None);
        rank(5, None);
        rank(6, Some(1));
        rank(8, Some(1));
        rank(9, Some(2));
        rank(10, Some(2));
        rank(15, Some(4));
        rank(20, Some(6));
        rank(25, Some(8));
        rank(100, Some(40));
    }

    #[test]
    fn millions_of_values_are_no_trouble() {
        // n / 2 − 1.96 √n / 2, rounded outwards.
        let rank = outermost_rank(4_000_000, 0.95).expect("a rank");
        assert!(rank.abs_diff(2_000_000 - 1_960) <= 1, "{rank}");
    }

    #[test]
    fn the_ends_are_values_of_the_sample() {
        let values = [7.0, 3.0, 9.0, 1.0, 5.0, 8.0, 2.0, 6.0, 4.0];
        assert_eq!(median_interval(&values, 0.95), Interval::new(2.0, 8.0));
        assert_eq!(median_interval(&values[..5], 0.95), None);
        assert_eq!(median_interval(&[f64::NAN; 9], 0.95), None);
        assert_eq!(median_interval(&values, 1.5), None);
    }

    #[test]
    fn covers_at_least_as_often_as_it_says() {
        let mut generator = Generator::new(6);
        let covered = (0..2_000).filter(|_| {
            let values = generator.lognormals(11, 1.0, 1.0);
            median_interval(&values, 0.95).expect("an interval").contains(1.0)
        });
        assert!(covered.count() >= 1_900);
    }
}
