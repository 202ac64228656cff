//! The normal distribution.

use std::f64::consts::SQRT_2;

/// P(Z > `score`) of the standard normal distribution: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964),
/// 26.2.29, with the complementary error function of `libm`. `None` for a score that is not finite.
#[must_use]
pub fn normal_tail(score: f64) -> Option<f64> {
    score.is_finite().then(|| 0.5 * libm::erfc(score / SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against table 26.1 and 26.2 of Abramowitz and Stegun.
    #[test]
    fn published_tails() {
        for (score, expected) in
            [(0.0, 0.5), (1.0, 0.158_655_254), (1.959_963_985, 0.025), (4.0, 3.167_124e-5)]
        {
            let tail = normal_tail(score).expect("a probability");
            assert!((tail / expected - 1.0).abs() < 1e-6, "{score}: {tail}");
            assert!((normal_tail(-score).expect("a probability") - (1.0 - tail)).abs() < 1e-15);
        }
        assert_eq!((normal_tail(f64::NAN), normal_tail(f64::INFINITY)), (None, None));
    }
}
