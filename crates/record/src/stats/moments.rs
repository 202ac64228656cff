//! Mean and spread of a sample.

/// The arithmetic mean.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let sum = values.iter().sum::<f64>();
    (!values.is_empty() && sum.is_finite()).then(|| sum / values.len() as f64)
}

/// The unbiased variance (divided by n − 1), in two passes with the correction for rounding of
/// Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 37 (1983).
#[must_use]
pub fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let count = values.len() as f64;
    let (mut squares, mut rest) = (0.0, 0.0);
    for value in values {
        let apart = value - mean;
        squares += apart * apart;
        rest += apart;
    }
    let variance = (squares - rest * rest / count) / (count - 1.0);
    variance.is_finite().then_some(variance.max(0.0))
}

/// The square root of the unbiased variance.
#[must_use]
pub fn std_dev(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn check(values: &[f64], expected_mean: f64, expected_variance: f64) {
        let (mean, variance) = (mean(values).expect("a mean"), variance(values).expect("a variance"));
        assert!((mean / expected_mean - 1.0).abs() < 1e-12, "mean {mean}");
        assert!((variance - expected_variance).abs() <= 1e-10 * expected_variance, "variance {variance}");
    }

    #[test]
    fn known_answers() {
        check(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 5.0, 32.0 / 7.0);
        check(&[7.0, 7.0, 7.0], 7.0, 0.0);
        // NIST StRD "NumAcc4": a large offset must not swallow the spread (certified: mean 10000000.2, std 0.1).
        let mut stiff = vec![10_000_000.2];
        for _ in 0..500 {
            stiff.extend([10_000_000.1, 10_000_000.3]);
        }
        assert!((std_dev(&stiff).expect("a spread") - 0.1).abs() < 1e-8);
    }

    #[test]
    fn what_has_no_moments() {
        assert_eq!(mean(&[]), None);
        assert_eq!(variance(&[1.0]), None);
        assert_eq!(mean(&[1.0, f64::NAN]), None);
        assert_eq!(variance(&[1.0, f64::INFINITY]), None);
        assert_eq!(mean(&[f64::MAX, f64::MAX]), None);
    }

    #[test]
    fn scale_and_shift() {
        let mut generator = Generator::new(2);
        for size in 2..50 {
            let values: Vec<f64> = (0..size).map(|_| generator.normal()).collect();
            let spread = std_dev(&values).expect("a spread");
            let moved: Vec<f64> = values.iter().map(|value| 3.0 * value + 100.0).collect();
            assert!((std_dev(&moved).expect("a spread") - 3.0 * spread).abs() < 1e-9);
        }
    }
}
