//! When a comparison looks at what it has, and how much error it spends each time.

/// Pairs of processes at each look (`measurement.md`).
pub(super) const LOOKS: [usize; 6] = [6, 10, 16, 24, 36, 48];

/// With this many pairs only rows go on that look changed; the rest stays undecided, because more pairs would hardly make
/// them so. To stop without a finding spends no error.
pub(super) const PAIRS_FOR_ALL: usize = 24;

/// No row needs more: those of the last look, and a third as many three times to confirm what it made suspected.
pub const MOST_PAIRS: usize = 96;

/// The share of comparisons without a change that may suspect one. Fresh pairs, independent of those that it is
/// on, then have [`SETS`] chances of [`CONFIRMS`] to agree: at most 0.18 · 0.06 = 1.1 % remain.
const SUSPECTED: f64 = 0.18;

/// How sure fresh pairs must be to confirm what the others made suspected.
///
/// A row that depends on its layout is surely suspected; then this alone is between it and a false alarm.
pub(super) const CONFIRMS: f64 = 0.02;

/// How often fresh pairs are asked, each time with as many more.
pub(super) const SETS: usize = 3;

/// The share of rows just at the gate that may be called the same: each of the two one-sided tests of Schuirmann,
/// "A Comparison of the Two One-Sided Tests Procedure", J. Pharmacokin. Biopharm. 15 (1987), 657–680.
pub(super) const FALSE_SAMES: f64 = 0.05;

/// Rows with fewer pairs are not called the same: of a side that is slow in a fifth of its processes, fewer than one in 35 would
/// show nothing of it in 16 (0.8¹⁶).
pub(super) const LEAST_FOR_SAME: usize = 16;

/// The same of cases whose pairs take [`LONG`](super::pairs) or longer, which no one would wait for.
pub(super) const LEAST_FOR_SAME_OF_LONG: usize = 6;

/// The share of comparisons on a fit machine in which an A/A control may show a change.
pub(super) const CONTROLS: f64 = 0.01;

/// Returns what may be spent on suspicions at a look: the square of the share of pairs, of the family of Kim and DeMets,
/// "Design and Analysis of Group Sequential Tests Based on the Type I Error Spending Rate Function", Biometrika 74
/// (1987), 149–154, which lies between O'Brien and Fleming's and Pocock's. Little is spent early, when a handful of
/// pairs says little; what one look spends is what its share adds, so that by Bonferroni's inequality the sum over the
/// looks is never exceeded, whatever the dependence between them.
pub(super) fn of_changes(look: usize) -> f64 {
    let spent = |look: usize| (LOOKS[look] as f64 / LOOKS[LOOKS.len() - 1] as f64).powi(2);
    SUSPECTED * (spent(look) - look.checked_sub(1).map_or(0.0, spent))
}

/// Returns what may be spent on calling rows the same at a look: in proportion to the pairs (Lan and DeMets' uniform function),
/// up to those that all rows may have. To be wrong here delays no one and lets at most a change of the gate's own size
/// pass.
pub(super) fn of_sames(look: usize) -> f64 {
    let time = |look: usize| (LOOKS[look] as f64 / PAIRS_FOR_ALL as f64).min(1.0);
    FALSE_SAMES * (time(look) - look.checked_sub(1).map_or(0.0, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_spent_early() {
        let total = |of: fn(usize) -> f64, looks: usize| (0..looks).map(of).sum::<f64>();
        // 18 % of the squares of 1/8, 5/24, 1/3, 1/2, 3/4 and 1.
        let spent = [2.8125e-3, 7.8125e-3, 0.02, 0.045, 0.10125, 0.18];
        for (looks, expected) in (1..).zip(spent) {
            let spent = total(of_changes, looks);
            assert!((spent / expected - 1.0).abs() < 1e-3, "{looks}: {spent}");
        }
        assert!((total(of_sames, 4) - FALSE_SAMES).abs() < 1e-12);
        assert!((of_sames(0) - FALSE_SAMES / 4.0).abs() < 1e-12);
        assert_eq!([of_sames(4), of_sames(5)], [0.0; 2]);
    }
}
