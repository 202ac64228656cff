//! The outcome of a comparison.

use super::Census;

/// The worst that a comparison found, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Fine,
    /// Nothing can be said of any case: all are undecided, missing or unsupported.
    NothingJudged,
    /// A case, or a judged metric of one, regressed.
    Regression,
    /// A control row changed: the machine was not fit to judge, regressions are none.
    Unfit,
    /// A case fails that did not fail before.
    FailedCase,
}

impl Outcome {
    pub fn of(census: &Census, is_unfit: bool) -> Self {
        if census.broken > 0 {
            Self::FailedCase
        } else if is_unfit {
            Self::Unfit
        } else if census.regressed + census.regressed_metrics > 0 {
            Self::Regression
        } else if census.judged() + census.suspected + census.not_judged == 0 {
            Self::NothingJudged
        } else {
            Self::Fine
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(census: Census, expected: Outcome) {
        assert_eq!(Outcome::of(&census, false), expected, "{census:?}");
    }

    #[test]
    fn the_worst_counts() {
        let none = Census::default();
        check(none, Outcome::NothingJudged);
        check(Census { undecided: 3, still_broken: 1, ..none }, Outcome::NothingJudged);
        check(Census { same: 1, undecided: 3, missing_in_candidate: 2, ..none }, Outcome::Fine);
        check(Census { not_judged: 2, suspected: 1, undecided: 1, ..none }, Outcome::Fine);
        check(Census { improved: 1, still_broken: 2, ..none }, Outcome::Fine);
        check(Census { same: 9, regressed: 1, ..none }, Outcome::Regression);
        check(Census { same: 9, regressed_metrics: 1, ..none }, Outcome::Regression);
        check(Census { regressed: 1, broken: 1, ..none }, Outcome::FailedCase);
    }
}
