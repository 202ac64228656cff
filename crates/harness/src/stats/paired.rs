//! Values that come in pairs, one beside the other.

use super::geometric::logs;
use super::median;

/// The middle of the logarithms of candidate / baseline, pair by pair: what slows both of a pair down does not move
/// it, and the few pairs that a change of the machine splits do not count (`docs/measurement.md`).
///
/// `None` for lists of different lengths, without values, or with one that is not positive and finite.
#[must_use]
pub fn paired_log_ratio(base: &[f64], candidate: &[f64]) -> Option<f64> {
    if base.len() != candidate.len() {
        return None;
    }
    let (base, candidate) = (logs(base)?, logs(candidate)?);
    let ratios: Vec<f64> = base.iter().zip(&candidate).map(|(base, candidate)| candidate - base).collect();
    median(&ratios)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn check(base: &[f64], candidate: &[f64], expected: Option<f64>) {
        let ratio = paired_log_ratio(base, candidate).map(f64::exp);
        match (ratio, expected) {
            (Some(ratio), Some(expected)) => assert!((ratio - expected).abs() < 1e-12, "{ratio}"),
            (ratio, expected) => assert_eq!(ratio, expected),
        }
    }

    #[test]
    fn known_answers() {
        check(&[1.0], &[1.5], Some(1.5));
        check(&[1.0, 2.0, 4.0], &[1.1, 2.2, 4.4], Some(1.1));
        // One pair that was split by a slow phase.
        check(&[1.0, 1.6, 1.0], &[1.0, 1.0, 1.0], Some(1.0));
    }

    #[test]
    fn what_has_no_ratio() {
        check(&[], &[], None);
        check(&[1.0], &[1.0, 1.0], None);
        check(&[1.0, 0.0], &[1.0, 1.0], None);
        check(&[1.0, 1.0], &[1.0, f64::NAN], None);
        check(&[1.0], &[f64::INFINITY], None);
    }

    #[test]
    fn swapping_turns_the_sign_and_a_common_factor_does_nothing() {
        let mut random = Generator::new(7);
        for _ in 0..200 {
            let (base, candidate) = (random.lognormals(9, 5.0, 0.1), random.lognormals(9, 6.0, 0.1));
            let ratio = paired_log_ratio(&base, &candidate).expect("positive");
            let swapped = paired_log_ratio(&candidate, &base).expect("positive");
            assert!((ratio + swapped).abs() < 1e-12);
            let phases = random.lognormals(9, 1.0, 0.5);
            let slowed = |values: &[f64]| values.iter().zip(&phases).map(|(v, p)| v * p).collect::<Vec<_>>();
            let in_phases = paired_log_ratio(&slowed(&base), &slowed(&candidate)).expect("positive");
            assert!((ratio - in_phases).abs() < 1e-12);
        }
    }
}
