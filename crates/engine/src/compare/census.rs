//! The number of cases with each outcome.

use super::{Row, Standing, Verdict};

/// Each case counts once; metrics are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Census {
    pub cases: usize,
    pub regressed: usize,
    pub improved: usize,
    pub same: usize,
    pub undecided: usize,
    /// Measured apart, and slower beyond the tolerance as far as that can be seen.
    pub suspected: usize,
    /// Measured apart, and no more can be said.
    pub not_judged: usize,
    /// In the candidate only.
    pub missing_in_baseline: usize,
    /// In the baseline only.
    pub missing_in_candidate: usize,
    /// Failed in the candidate, not in the baseline.
    pub broken: usize,
    /// Failed on both sides.
    pub still_broken: usize,
    /// Failed in the baseline only.
    pub mended: usize,
    pub unsupported: usize,
    /// Metrics with a verdict of *regressed*, of cases whatever their own.
    pub regressed_metrics: usize,
    /// Regressions beyond the alert level.
    pub alerts: usize,
}

impl Census {
    pub fn of(rows: &[Row]) -> Self {
        let mut census = Self { cases: rows.len(), ..Self::default() };
        for row in rows {
            *census.place_of(row.standing) += 1;
            census.alerts += usize::from(row.is_alert());
            census.regressed_metrics += row.metrics.iter().filter(|metric| metric.has_regressed()).count();
        }
        census
    }

    /// Cases with a verdict other than *undecided*.
    pub fn judged(&self) -> usize {
        self.regressed + self.improved + self.same
    }

    fn place_of(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Judged(judgement) => match judgement.verdict {
                Verdict::Regressed => &mut self.regressed,
                Verdict::Improved => &mut self.improved,
                Verdict::Same => &mut self.same,
                Verdict::Suspected => &mut self.suspected,
                Verdict::NotJudged => &mut self.not_judged,
                Verdict::Undecided(_) => &mut self.undecided,
            },
            Standing::Identical => &mut self.same,
            Standing::New => &mut self.missing_in_baseline,
            Standing::Gone => &mut self.missing_in_candidate,
            Standing::Broken => &mut self.broken,
            Standing::StillBroken => &mut self.still_broken,
            Standing::Mended => &mut self.mended,
            Standing::Unsupported => &mut self.unsupported,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_case_counts_once() {
        let census = sample::comparison().census;
        assert_eq!(
            census,
            Census {
                cases: 11,
                regressed: 1,
                improved: 1,
                same: 2,
                undecided: 1,
                suspected: 0,
                not_judged: 0,
                missing_in_baseline: 1,
                missing_in_candidate: 1,
                broken: 1,
                still_broken: 1,
                mended: 1,
                unsupported: 1,
                regressed_metrics: 1,
                alerts: 1,
            }
        );
        assert_eq!(census.judged(), 4);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Census::of(&[]), Census::default());
    }
}
