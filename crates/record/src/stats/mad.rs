//! A spread that outliers do not move.

use super::median;

/// The median of the distances from the median, unscaled. Times 1.4826 it estimates the standard deviation of
/// normal data: Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993), 1273–1283.
#[must_use]
pub fn median_absolute_deviation(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    median(&distances)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(median_absolute_deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), Some(1.0));
        assert_eq!(median_absolute_deviation(&[5.0]), Some(0.0));
        assert_eq!(median_absolute_deviation(&[]), None);
        assert_eq!(median_absolute_deviation(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn one_outlier_among_many_moves_it_little() {
        let clean = [9.0, 10.0, 10.5, 11.0, 12.0];
        let spoilt = [9.0, 10.0, 10.5, 11.0, 12e6];
        assert_eq!(median_absolute_deviation(&clean), Some(0.5));
        assert_eq!(median_absolute_deviation(&spoilt), Some(0.5));
    }

    #[test]
    fn estimates_the_deviation_of_normal_data() {
        let mut generator = Generator::new(3);
        let values: Vec<f64> = (0..20_000).map(|_| 2.0 * generator.normal()).collect();
        let estimate = 1.4826 * median_absolute_deviation(&values).expect("values");
        assert!((estimate - 2.0).abs() < 0.05, "{estimate}");
    }
}
