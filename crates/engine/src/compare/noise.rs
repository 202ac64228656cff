//! How small a change can be seen here, from identical code next to itself. Pure.

use accel_bench_record::RowTrial;
use accel_bench_record::stats::{middle_log_ratio, student_t_quantile};

use super::evidence::RESOLUTION;
use super::looks::{LOOKS, MOST_PAIRS};
use super::verdict::LEVEL;

/// How often a change of the reported size is found.
pub const NOISE_POWER: f64 = 0.80;

/// The noise of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseNoise {
    pub case: String,
    /// Process pairs that were measured.
    pub pairs: usize,
    /// Seconds that the samples of one pair take.
    pub seconds_a_pair: f64,
    /// The standard deviation of one pair's ratio, as a share; extremes are winsorised. Absent below two pairs.
    pub spread: Option<f64>,
    /// The change, as a share, that one second of samples finds in [`NOISE_POWER`] of comparisons.
    pub found: Option<f64>,
}

impl CaseNoise {
    pub fn of(row: &RowTrial) -> Self {
        let pairs = row.log_ratios.len();
        let seconds_a_pair = row.sampled_seconds / pairs.max(1) as f64;
        let spread = middle_log_ratio(&row.log_ratios, RESOLUTION)
            .map(|middle| middle.standard_error * (pairs as f64).sqrt());
        let found = spread.and_then(|spread| found_in_a_second(spread, seconds_a_pair));
        Self {
            case: row.case.clone(),
            pairs,
            seconds_a_pair,
            spread: spread.map(f64::exp_m1),
            found: found.map(f64::exp_m1),
        }
    }
}

/// The logarithm of the smallest change whose 99 % interval leaves out none with the power: the sum of two quantiles of
/// Student's t times the standard error (Cohen, "Statistical Power Analysis for the Behavioral Sciences", 2nd edition
/// (1988), section 2.4). No comparison is decided with fewer pairs than at its first look, however long they take.
fn found_in_a_second(spread: f64, seconds_a_pair: f64) -> Option<f64> {
    let pairs = (1.0 / seconds_a_pair).floor().clamp(LOOKS[0] as f64, MOST_PAIRS as f64);
    // The middle leaves out a fifth at either end.
    let degrees = 0.6 * pairs - 1.0;
    let of_level = student_t_quantile(f64::midpoint(1.0, LEVEL), degrees)?;
    let of_power = student_t_quantile(NOISE_POWER, degrees)?;
    let standard_error = (spread / pairs.sqrt()).max(RESOLUTION);
    Some((of_level + of_power) * standard_error).filter(|change| change.is_finite())
}

#[cfg(test)]
mod tests {
    use accel_bench_record::TrialVerdict;

    use super::*;

    fn noise(log_ratios: &[f64], sampled_seconds: f64) -> CaseNoise {
        CaseNoise::of(&RowTrial {
            case: "a/x@n".to_owned(),
            slowdown: 0.0,
            log_ratios: log_ratios.to_vec(),
            win_rates: vec![],
            verdict: TrialVerdict::Undecided,
            sampled_seconds,
        })
    }

    #[test]
    fn a_second_of_quiet_pairs_finds_little() {
        let quiet: Vec<f64> = (0..10).map(|at| 0.02 * (f64::from(at) - 4.5) / 4.5).collect();
        let found = noise(&quiet, 0.4);
        assert!((found.seconds_a_pair - 0.04).abs() < 1e-12 && found.pairs == 10);
        // 25 pairs: quantiles of t with 14 degrees of freedom, 2.977 and 0.868.
        let spread = found.spread.expect("ten pairs").ln_1p();
        let change = found.found.expect("ten pairs").ln_1p();
        assert!((change / ((2.977 + 0.868) * spread / 5.0) - 1.0).abs() < 1e-3, "{found:?}");
        let loud: Vec<f64> = quiet.iter().map(|ratio| 10.0 * ratio).collect();
        assert!(noise(&loud, 0.4).found > found.found.map(|change| 9.0 * change));
    }

    #[test]
    fn long_pairs_are_as_many_as_a_comparison_takes_at_least() {
        let pairs = [0.01, -0.01, 0.0, 0.005, -0.005, 0.002];
        assert_eq!(noise(&pairs, 60.0).found, noise(&pairs, 6.0).found);
        assert!(noise(&pairs, 0.6).found < noise(&pairs, 6.0).found);
    }

    #[test]
    fn too_few_pairs_say_nothing() {
        assert_eq!((noise(&[], 0.0).found, noise(&[0.1], 0.1).spread), (None, None));
        let equal = noise(&[0.0; 6], 0.6);
        assert!(equal.found > Some(0.0), "the resolution is finite: {equal:?}");
    }
}
