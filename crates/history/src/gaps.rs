//! Cases that a run should have had.

use std::collections::BTreeSet;

use accel_bench_record::{CaseKey, RunRecord, RunState};

/// A case that the last run of the same selection on the same machine class had, and this one has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) case: CaseKey,
    pub(crate) reason: String,
}

/// The cases of an earlier run, those without a result included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) run: String,
    pub(crate) cases: BTreeSet<CaseKey>,
}

/// The cases that a run records itself, those that were not measured because their executables are equal included.
pub(crate) fn cases(run: &RunRecord) -> BTreeSet<CaseKey> {
    let identical = run.interleaved.iter().flat_map(|turns| &turns.identical);
    run.cases.iter().map(|case| &case.id).chain(identical).cloned().collect()
}

/// The cases that were there `before` and are not in `run`.
pub(crate) fn gaps(run: &RunRecord, before: &Before) -> Vec<Gap> {
    let here = cases(run);
    let reason = match run.state {
        RunState::Complete => format!("it was in run {} and is not in this one", before.run),
        RunState::Interrupted | RunState::Running => "the run was interrupted before it".to_owned(),
    };
    let gone = before.cases.iter().filter(|case| !here.contains(case));
    gone.map(|case| Gap { case: case.clone(), reason: reason.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::{case, key, run};

    #[test]
    fn a_case_that_was_there_and_is_not() {
        let before = Before { run: "earlier".into(), cases: [key("a"), key("b")].into() };
        let mut now = run(2, vec![case("a", Some(1)), case("new", Some(1))]);
        let expected = |reason: &str| vec![Gap { case: key("b"), reason: reason.into() }];
        assert_eq!(gaps(&now, &before), expected("it was in run earlier and is not in this one"));
        now.state = RunState::Interrupted;
        assert_eq!(gaps(&now, &before), expected("the run was interrupted before it"));
        now.cases.push(case("b", None));
        assert_eq!(gaps(&now, &before), [], "a failure is not a gap");
    }
}
