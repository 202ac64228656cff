//! How noisy a series is, value by value, and how much of its noise each value hands on to the next.

use accel_bench_record::stats::{centred_ranks, median};

/// The standard deviation of normal values is this many times their median absolute deviation (Hampel, "The Influence Curve and Its
/// Role in Robust Estimation", 1974).
const OF_NORMAL: f64 = 1.4826;

/// Values around each whose median it is compared with: short enough to follow a change of the level, long enough to outvote
/// an outlier.
const AROUND: usize = 5;

/// A median of this few values takes a part of the noise with it: simulated, for windows of eleven.
const TAKEN_ALONG: f64 = 1.08;

/// No series is quieter than its numbers are exact.
const LEAST: f64 = 1e-5;

/// The standard deviation at each of these values, whatever their level does. Outliers have no say in it; a noise that changes on
/// the way does.
pub(crate) fn deviations(values: &[f64]) -> Vec<f64> {
    let residuals: Vec<f64> =
        values.iter().zip(medians(values, AROUND)).map(|(value, middle)| value - middle).collect();
    let sizes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
    let of = |size: f64| OF_NORMAL * TAKEN_ALONG * size;
    let whole = of(median(&sizes).unwrap_or_default());
    let near = (values.len() / 8).clamp(7, 30);
    medians(&sizes, near).into_iter().map(|size| of(size).max(whole / 2.0).max(LEAST)).collect()
}

/// The median of each value with as many before and after it.
fn medians(values: &[f64], around: usize) -> Vec<f64> {
    let window = |at: usize| &values[at.saturating_sub(around)..(at + around + 1).min(values.len())];
    (0..values.len()).map(|at| median(window(at)).unwrap_or_default()).collect()
}

/// Shorter segments say nothing of it.
const SHORTEST: usize = 8;

/// The correlation of each value with the next within the segments that begin at `starts`, by ranks: from 0 to 0.9.
pub(crate) fn correlation(values: &[f64], starts: &[usize]) -> f64 {
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    let (mut together, mut alone) = (0.0, 0.0);
    for (start, end) in starts.iter().zip(ends).filter(|(start, end)| end - **start >= SHORTEST) {
        let Some(ranks) = centred_ranks(&values[*start..end]) else { continue };
        let scale = (ranks.len() * ranks.len()) as f64;
        together += ranks.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / scale;
        alone += ranks.iter().map(|rank| rank * rank).sum::<f64>() / scale;
    }
    if alone > 0.0 { (together / alone).clamp(0.0, 0.9) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::{normal, with};

    #[track_caller]
    fn close(found: f64, expected: f64, by: f64) {
        assert!((found - expected).abs() <= by, "{found} is not {expected}");
    }

    #[test]
    fn the_deviation_is_that_of_the_noise_and_not_of_the_levels() {
        for seed in 0..10 {
            let mut values = normal(seed, 300, 0.01);
            let middle = |values: &[f64]| median(&deviations(values)).expect("there are some");
            close(middle(&values), 0.01, 0.003);
            with(&mut values, 100.., 0.2);
            with(&mut values, 150..151, 0.9);
            close(middle(&values), 0.01, 0.003);
        }
    }

    #[test]
    fn noise_that_grows_is_followed() {
        let mut values = normal(3, 400, 0.01);
        values[200..].iter_mut().for_each(|value| *value *= 4.0);
        let found = deviations(&values);
        close(median(&found[..150]).expect("some"), 0.01, 0.004);
        close(median(&found[250..]).expect("some"), 0.04, 0.015);
    }

    #[test]
    fn values_that_do_not_scatter_have_the_least_deviation() {
        assert!(deviations(&[1.0; 30]).iter().all(|deviation| *deviation == LEAST));
    }

    #[test]
    fn correlation_within_segments() {
        let independent = normal(5, 500, 1.0);
        close(correlation(&independent, &[0]), 0.0, 0.1);
        let mut last = 0.0;
        let handed_on = independent.iter().map(|value| {
            last = 0.6 * last + value;
            last
        });
        close(correlation(&handed_on.collect::<Vec<_>>(), &[0]), 0.6, 0.12);
        // A step is not correlation, once it is known.
        let mut stepped = independent;
        with(&mut stepped, 250.., 5.0);
        assert!(correlation(&stepped, &[0]) > 0.5);
        close(correlation(&stepped, &[0, 250]), 0.0, 0.1);
        close(correlation(&[1.0, 2.0, 3.0], &[0]), 0.0, 0.0);
    }
}
