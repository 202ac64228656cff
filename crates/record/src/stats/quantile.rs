//! Quantiles of a sample.

/// The middle value, or the mean of the two middle ones: the quantile at 0.5, without sorting the rest.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let (mut parted, half) = (values.to_vec(), values.len() / 2);
    let (below, upper, _) = parted.select_nth_unstable_by(half, f64::total_cmp);
    let lower =
        if values.len().is_multiple_of(2) { below.iter().copied().max_by(f64::total_cmp) } else { None };
    Some(lower.map_or(*upper, |lower| lower * 0.5 + *upper * 0.5))
}

/// The quantile at `share` (0 to 1), by linear interpolation between order statistics: type 7 of
/// Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996), 361–365;
/// R's and NumPy's default.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    of_sorted(&sorted(values)?, share)
}

/// The values in ascending order, when there are any and all are finite.
pub(super) fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}

/// The same as [`quantile`], of values already sorted.
pub(super) fn of_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&share) {
        return None;
    }
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    // Halves are summed apart: the sum of two large values may overflow.
    let weight = position.fract();
    Some(below * (1.0 - weight) + above * weight)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn check(values: &[f64], share: f64, expected: f64) {
        let found = quantile(values, share).expect("values that have quantiles");
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn medians() {
        check(&[3.0], 0.5, 3.0);
        check(&[9.0, 1.0, 5.0], 0.5, 5.0);
        check(&[4.0, 1.0, 3.0, 2.0], 0.5, 2.5);
        assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
    }

    #[test]
    fn type_seven_as_in_r() {
        // R 4: quantile(c(1, 2, 4, 8, 16), c(.1, .25, .9))
        let values = [16.0, 1.0, 4.0, 2.0, 8.0];
        check(&values, 0.0, 1.0);
        check(&values, 0.1, 1.4);
        check(&values, 0.25, 2.0);
        check(&values, 0.9, 12.8);
        check(&values, 1.0, 16.0);
    }

    #[test]
    fn what_has_no_quantile() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, f64::NAN]), None);
        assert_eq!(median(&[1.0, f64::INFINITY]), None);
        assert_eq!(quantile(&[1.0], 1.1), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
    }

    #[test]
    fn order_does_not_matter_and_scale_carries_through() {
        let mut generator = Generator::new(1);
        for size in 1..60 {
            let mut values = generator.lognormals(size, 10.0, 0.5);
            let before = quantile(&values, 0.3).expect("values");
            generator.shuffle(&mut values);
            assert_eq!(quantile(&values, 0.3), Some(before));
            let scaled: Vec<f64> = values.iter().map(|value| value * 4.0).collect();
            assert_eq!(quantile(&scaled, 0.3), Some(before * 4.0));
        }
    }
}
