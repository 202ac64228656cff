//! How the values of both sides are judged: by the process pairs of an interleaved comparison, or side by side.

use std::collections::BTreeMap;

use accel_bench_record::{CaseKey, CaseRecord};

use super::spread::Spread;
use super::tolerance::Apart;
use super::verdict::judge_apart;
use super::{Judgement, Tolerance};

/// A quantity that is judged: a case's latency (`None`), or a metric by its name.
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
        match self {
            Self::InPairs(rows) => rows[&(id.clone(), None)],
            Self::Apart(drift) => {
                apart([&base.process_medians(), &candidate.process_medians()], tolerance, drift)
            }
        }
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
            Self::Apart(_) => Some(apart(sides, tolerance, None)).filter(|found| found.effect.is_some()),
        }
    }
}

fn apart([base, candidate]: [&[f64]; 2], tolerance: Tolerance, drift: Option<Spread>) -> Judgement {
    let judged_beyond = match tolerance.apart {
        Apart::Stored => None,
        Apart::Result => Some(tolerance.alert.max(tolerance.gate())),
    };
    judge_apart(base, candidate, tolerance.gate(), judged_beyond, drift)
}
