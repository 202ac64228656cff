//! A binary search that can do without some answers.

use std::collections::BTreeSet;

/// Where the first bad one of a row lies. What lies before the row is good, and its last one is bad.
#[derive(Debug)]
pub(super) struct Search {
    /// How many of the row are good, as far as is known; the next ones may be.
    good: usize,
    /// The first one that is known to be bad.
    bad: usize,
    unknown: BTreeSet<usize>,
}

impl Search {
    /// Over a row of `length`, which is at least 1.
    pub(super) fn new(length: usize) -> Self {
        Self { good: 0, bad: length.saturating_sub(1), unknown: BTreeSet::new() }
    }

    /// The one whose answer says most: in the middle, or as near to it as one can be that has not been asked.
    pub(super) fn next(&self) -> Option<usize> {
        let middle = self.good.midpoint(self.bad);
        let open = (self.good..self.bad).filter(|at| !self.unknown.contains(at));
        open.min_by_key(|at| at.abs_diff(middle))
    }

    pub(super) fn is_good(&mut self, at: usize) {
        self.good = self.good.max(at + 1);
    }

    pub(super) fn is_bad(&mut self, at: usize) {
        self.bad = self.bad.min(at);
    }

    pub(super) fn is_unknown(&mut self, at: usize) {
        self.unknown.insert(at);
    }

    /// Those that may be the first bad one, once nothing is left to be asked: the last of them is bad, and the others are unknown.
    pub(super) fn candidates(&self) -> std::ops::RangeInclusive<usize> {
        self.good..=self.bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The candidates and the questions of a search where `first` is the first bad one and these have no answer.
    fn searched(length: usize, first: usize, unknown: &[usize]) -> (Vec<usize>, usize) {
        let mut search = Search::new(length);
        let mut questions = 0;
        while let Some(at) = search.next() {
            questions += 1;
            match at {
                at if unknown.contains(&at) => search.is_unknown(at),
                at if at >= first => search.is_bad(at),
                at => search.is_good(at),
            }
        }
        (search.candidates().collect(), questions)
    }

    #[test]
    fn each_place_is_found_in_as_many_questions_as_it_has_digits() {
        for length in 1..=130 {
            for first in 0..length {
                let (candidates, questions) = searched(length, first, &[]);
                assert_eq!(candidates, [first]);
                assert!(questions as f64 <= (length as f64).log2().ceil(), "{questions} for {length}");
            }
        }
    }

    #[test]
    fn unknown_ones_beside_the_place_stay_candidates() {
        assert_eq!(searched(64, 20, &[18, 19]).0, [18, 19, 20]);
        assert_eq!(searched(64, 20, &[20, 21]).0, [20, 21, 22]);
        assert_eq!(searched(64, 20, &[31, 32, 40]).0, [20], "elsewhere they cost questions only");
        assert_eq!(searched(3, 2, &[0, 1]).0, [0, 1, 2]);
        assert_eq!(searched(1, 0, &[]), (vec![0], 0));
    }
}
