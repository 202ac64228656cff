//! Which expert computes which tokens. Pure.

use std::ops::Range;

/// Rows of work grouped by expert: each row is one of a token's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dispatch {
    /// The token of each row.
    pub(super) tokens: Vec<i64>,
    /// The rows of each expert that was chosen at all.
    pub(super) groups: Vec<(usize, Range<usize>)>,
    /// The row of each choice, token by token: what puts the rows back in order.
    pub(super) places: Vec<i64>,
}

impl Dispatch {
    /// `chosen` are the experts of each token, `each` of them, token by token.
    ///
    /// # Panics
    /// When an expert is none of `experts`.
    pub(super) fn new(chosen: &[usize], each: usize, experts: usize) -> Self {
        let mut counts = vec![0; experts];
        chosen.iter().for_each(|&expert| counts[expert] += 1);
        let mut end = 0;
        let ranges = counts.into_iter().map(|count| {
            end += count;
            end - count..end
        });
        let groups: Vec<_> = ranges.enumerate().collect();

        let mut free: Vec<usize> = groups.iter().map(|(_, rows)| rows.start).collect();
        let mut tokens = vec![0; chosen.len()];
        let mut places = Vec::with_capacity(chosen.len());
        for (choice, &expert) in chosen.iter().enumerate() {
            let row = free[expert];
            free[expert] += 1;
            tokens[row] = (choice / each) as i64;
            places.push(row as i64);
        }
        let groups = groups.into_iter().filter(|(_, rows)| !rows.is_empty()).collect();
        Self { tokens, groups, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chosen: &[[usize; 2]], tokens: &[i64], groups: &[(usize, Range<usize>)], places: &[i64]) {
        let found = Dispatch::new(chosen.as_flattened(), 2, 4);
        let expected = Dispatch { tokens: tokens.to_vec(), groups: groups.to_vec(), places: places.to_vec() };
        assert_eq!(found, expected);
    }

    #[test]
    fn one_token() {
        check(&[[3, 1]], &[0, 0], &[(1, 0..1), (3, 1..2)], &[1, 0]);
    }

    #[test]
    fn all_choose_alike() {
        check(&[[0, 2], [0, 2]], &[0, 1, 0, 1], &[(0, 0..2), (2, 2..4)], &[0, 2, 1, 3]);
    }

    #[test]
    fn tokens_of_an_expert_keep_their_order() {
        check(
            &[[2, 0], [1, 2], [2, 3]],
            &[0, 1, 0, 1, 2, 2],
            &[(0, 0..1), (1, 1..2), (2, 2..5), (3, 5..6)],
            &[2, 0, 1, 3, 4, 5],
        );
    }

    #[test]
    fn no_tokens() {
        check(&[], &[], &[], &[]);
    }
}
