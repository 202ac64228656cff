//! When a comparison looks at what it has, and how much error it spends each time.

use std::array;
use std::sync::LazyLock;

use accel_bench::stats::student_t_cdf;

/// Pairs of processes at each look (`measurement.md`).
pub(super) const LOOKS: [usize; 5] = [4, 6, 10, 16, 24];

/// No row needs more: those of the last look, and half as many twice to confirm what it made suspected.
pub(crate) const MOST_PAIRS: usize = 48;

/// The share of comparisons of identical code that may call any row regressed or improved.
pub(super) const FALSE_ALARMS: f64 = 0.05;

/// The share of rows just at the gate that may be called the same: each of the two one-sided tests of Schuirmann,
/// "A Comparison of the Two One-Sided Tests Procedure", J. Pharmacokin. Biopharm. 15 (1987), 657–680.
pub(super) const FALSE_SAMES: f64 = 0.05;

/// What may be spent on changes at a look, with the spending function of O'Brien and Fleming's type: Lan and DeMets,
/// "Discrete Sequential Boundaries for Clinical Trials", Biometrika 70 (1983), 659–663. Almost nothing early, when a
/// handful of pairs says little; what one look spends is what its share adds, so that by Bonferroni's inequality the
/// sum over the looks is never exceeded, whatever the dependence between them.
pub(super) fn of_changes(look: usize) -> f64 {
    // It never changes, and is asked for after each round of processes.
    static SPENT: LazyLock<[f64; LOOKS.len()]> = LazyLock::new(|| {
        let z = -normal_quantile(FALSE_ALARMS / 2.0);
        array::from_fn(|look| 2.0 * normal_tail(z / time(look).sqrt()))
    });
    SPENT[look] - look.checked_sub(1).map_or(0.0, |before| SPENT[before])
}

/// What may be spent on calling rows the same at a look: in proportion to the pairs (Lan and DeMets' uniform function).
/// To be wrong here delays nobody and lets at most a change of the gate's own size pass.
pub(super) fn of_sames(look: usize) -> f64 {
    FALSE_SAMES * (time(look) - look.checked_sub(1).map_or(0.0, time))
}

/// How far a look is, as a share of all pairs.
fn time(look: usize) -> f64 {
    LOOKS[look] as f64 / LOOKS[LOOKS.len() - 1] as f64
}

/// Student's distribution with so many degrees of freedom is the normal one to nine digits.
const MANY: f64 = 1e9;

fn normal_tail(z: f64) -> f64 {
    student_t_cdf(-z, MANY).expect("a finite z has a tail")
}

fn normal_quantile(share: f64) -> f64 {
    accel_bench::stats::student_t_quantile(share, MANY).expect("a share between 0 and 1 has a quantile")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cumulative values from Lan and DeMets' formula with α = 0.05: 2 − 2 Φ(1.95996 / √t).
    #[test]
    fn little_is_spent_early() {
        let total = |of: fn(usize) -> f64, looks: usize| (0..looks).map(of).sum::<f64>();
        for (looks, expected) in [(1, 1.58e-6), (2, 8.86e-5), (3, 2.39e-3), (4, 1.635e-2), (5, 0.05)] {
            let spent = total(of_changes, looks);
            assert!((spent / expected - 1.0).abs() < 0.02, "{looks}: {spent}");
        }
        assert!((total(of_sames, 5) - FALSE_SAMES).abs() < 1e-12);
        assert!((of_sames(0) - FALSE_SAMES / 6.0).abs() < 1e-12);
    }
}
