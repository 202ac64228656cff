//! How much less values report that follow the ones before them.

/// The factor by which the variance of Kendall's S is larger than for independent values, at least 1: Hamed and Rao, "A
/// Modified Mann–Kendall Trend Test for Autocorrelated Data", Journal of Hydrology 204 (1998), 182–196, with the
/// correlations of ranks up to the first lag at which it is not above 0 at 95 %: those of a sample add up to −1/2
/// over all lags, whatever it is a sample of. The values are those without the trend, in their order.
///
/// `None` when a value is not finite.
pub(super) fn kendall_inflation(values: &[f64]) -> Option<f64> {
    let ranks = centred_ranks(values)?;
    let n = values.len() as f64;
    let variance: f64 = ranks.iter().map(|rank| rank * rank).sum();
    if variance == 0.0 || values.len() < 4 {
        return Some(1.0);
    }
    let significant = 1.96 / n.sqrt();
    let sum: f64 = (1..values.len() - 2)
        .map(|lag| {
            let products = ranks.iter().zip(&ranks[lag..]).map(|(rank, later)| rank * later);
            (lag as f64, products.sum::<f64>() / variance)
        })
        .take_while(|(_, correlation)| *correlation > significant)
        .map(|(lag, correlation)| (n - lag) * (n - lag - 1.0) * (n - lag - 2.0) * correlation)
        .sum();
    Some((1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * sum).max(1.0))
}

/// The rank of each value less the mean rank; equal values share the middle of theirs. `None` when a value is not finite.
#[must_use]
pub fn centred_ranks(values: &[f64]) -> Option<Vec<f64>> {
    if !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mean = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let middle = first as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|index| ranks[*index] = middle - mean);
        first += equal.len();
    }
    Some(ranks)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    #[test]
    fn equal_values_share_a_rank() {
        assert_eq!(centred_ranks(&[3.0, 1.0, 3.0, 9.0]), Some(vec![0.0, -1.5, 0.0, 1.5]));
        assert_eq!(centred_ranks(&[1.0, f64::NAN]), None);
        assert_eq!(centred_ranks(&[]), Some(vec![]));
    }

    #[track_caller]
    fn check(follows: f64, expected: std::ops::Range<f64>) {
        let (mut generator, mut value) = (Generator::new(11), 0.0);
        let values: Vec<f64> = (0..2_000)
            .map(|_| {
                value = follows * value + generator.normal();
                value
            })
            .collect();
        let found = kendall_inflation(&values).expect("finite");
        assert!(expected.contains(&found), "{found}");
    }

    /// In the long run the factor is (1 + ρ) / (1 − ρ), of ranks a little less.
    #[test]
    fn the_more_values_follow_each_other_the_larger() {
        check(0.0, 1.0..1.3);
        check(0.5, 2.2..3.6);
        check(0.8, 6.0..11.0);
        check(-0.5, 1.0..1.01);
    }

    #[test]
    fn values_that_are_all_the_same_or_few_are_taken_as_they_are() {
        assert_eq!(kendall_inflation(&[2.0; 50]), Some(1.0));
        assert_eq!(kendall_inflation(&[1.0, 2.0]), Some(1.0));
        assert_eq!(kendall_inflation(&[1.0, f64::INFINITY, 3.0, 4.0]), None);
    }
}
