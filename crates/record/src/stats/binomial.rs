//! Counts of what happened among what could have.

use super::{Interval, beta};

/// P(X ≥ `successes`) for `trials` independent trials that each succeed with `probability`: the upper tail of the
/// binomial distribution by the incomplete beta function (Abramowitz and Stegun, 26.5.24).
#[must_use]
pub fn binomial_tail(successes: usize, trials: usize, probability: f64) -> Option<f64> {
    match successes {
        _ if successes > trials => Some(0.0),
        0 => Some(1.0),
        _ => beta::regularized(successes as f64, (trials - successes + 1) as f64, probability),
    }
}

/// The exact interval of a share: Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the
/// Case of the Binomial", Biometrika 26 (1934), 404–413. It holds the true share with probability `level` or more.
#[must_use]
pub fn proportion_interval(successes: usize, trials: usize, level: f64) -> Option<Interval> {
    if successes > trials || trials == 0 || !(0.0 < level && level < 1.0) {
        return None;
    }
    let missed = (1.0 - level) / 2.0;
    let low = match successes {
        0 => 0.0,
        _ => where_it_reaches(missed, |share| binomial_tail(successes, trials, share))?,
    };
    let high = match trials - successes {
        0 => 1.0,
        _ => where_it_reaches(1.0 - missed, |share| binomial_tail(successes + 1, trials, share))?,
    };
    Interval::new(low, high)
}

/// Where a function that rises from 0 to 1 over the shares has this value.
fn where_it_reaches(value: f64, of: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0);
    // The interval halves: after 60 steps it is narrower than a double can report.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if of(middle)? < value { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        let found = found.expect("it exists");
        assert!((found - expected).abs() < 5e-4, "{found} is not {expected}");
    }

    #[test]
    fn tails() {
        close(binomial_tail(0, 10, 0.5), 1.0);
        close(binomial_tail(10, 10, 0.5), 1.0 / 1024.0);
        close(binomial_tail(8, 10, 0.5), 56.0 / 1024.0);
        close(binomial_tail(1, 3, 0.1), 1.0 - 0.9_f64.powi(3));
        close(binomial_tail(11, 10, 0.5), 0.0);
    }

    /// 4 of 263 as in Newcombe, "Two-Sided Confidence Intervals for the Single Proportion", Statistics in Medicine 17
    /// (1998), table I (81/263, 15/148, 0/20, 1/29; method 5, "exact").
    #[test]
    fn published_intervals() {
        let check = |successes, trials, low, high| {
            let interval = proportion_interval(successes, trials, 0.95);
            close(interval.map(|interval| interval.low), low);
            close(interval.map(|interval| interval.high), high);
        };
        check(81, 263, 0.2527, 0.3676);
        check(15, 148, 0.0578, 0.1617);
        check(0, 20, 0.0, 0.1684);
        check(1, 29, 0.0009, 0.1776);
        check(20, 20, 0.8316, 1.0);
    }

    #[test]
    fn what_has_no_share() {
        assert_eq!(proportion_interval(1, 0, 0.95), None);
        assert_eq!(proportion_interval(2, 1, 0.95), None);
        assert_eq!(proportion_interval(1, 2, 1.0), None);
    }
}
