//! How the values of both sides are judged: by the process pairs of an interleaved comparison, or side by side.

use std::collections::BTreeMap;

use accel_bench_record::{CaseKey, CaseRecord};

use super::spread::Spread;
use super::{Judgement, Tolerance, judge, judge_apart};

/// What is judged of a case: its latency (`None`), or a metric by its name.
pub(super) type Judged = (CaseKey, Option<String>);

/// Where the judgements of a row come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Judge<'a> {
    /// Process pairs, all rows together.
    InPairs(&'a BTreeMap<Judged, Judgement>),
    /// The sides were measured apart, with this between them.
    Apart(Option<Spread>),
}

impl Judge<'_> {
    pub(super) fn latency(
        self,
        id: &CaseKey,
        base: &CaseRecord,
        candidate: &CaseRecord,
        tolerance: Tolerance,
    ) -> Judgement {
        let of_pairs = match self {
            Self::InPairs(rows) => rows.get(&(id.clone(), None)).copied(),
            Self::Apart(_) => None,
        };
        let drift = match self {
            Self::InPairs(_) => None,
            Self::Apart(drift) => drift,
        };
        let (base, candidate) = (base.process_medians(), candidate.process_medians());
        of_pairs.unwrap_or_else(|| judge_apart(&base, &candidate, tolerance.gate(), drift))
    }

    /// `None`: it has none, because it is not judged or repeats what is.
    pub(super) fn metric(
        self,
        id: &CaseKey,
        name: &str,
        sides: [&[f64]; 2],
        tolerance: Tolerance,
    ) -> Option<Judgement> {
        match self {
            Self::InPairs(rows) => rows.get(&(id.clone(), Some(name.to_owned()))).copied(),
            Self::Apart(_) => {
                Some(judge(sides[0], sides[1], tolerance.tolerance)).filter(|found| found.effect.is_some())
            }
        }
    }
}
