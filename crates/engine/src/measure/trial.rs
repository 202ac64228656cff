//! Code compared with itself, with known extra work in it or none: what calibration consists of.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

use accel_bench_record::{CaseKey, ComparisonTrial, Profile};

use super::session::Session;
use super::{Looks, Prepared, Project, measure_in_turns};
use crate::cargo;
use crate::compare::{Gate, trials};
use crate::error::{Error, Result};
use crate::executor::Ended;
use crate::plan::Side;
use crate::store::Store;
use crate::{Engine, Machine};

/// A comparison of code with itself, but for what is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Extra work of the slowed cases, as a share.
    pub slowdown: f64,
    /// One case in ten is slowed, drawn each time and at least one; otherwise all are.
    pub few: bool,
    /// The candidate's functions lie in the order that this number draws.
    pub moved: Option<u32>,
    /// No case is started later than this after the first.
    pub budget: Option<Duration>,
}

/// One case in this many is slowed where few are.
const CASES_PER_SLOWED: usize = 10;

/// The first layout of trials: those below confirm what a comparison suspects.
const FIRST_LAYOUT: u32 = 100;

impl Trial {
    /// This many of each kind, evenly mixed, so that a busy hour of the machine meets all of them; each that is moved differently.
    pub fn evenly(kinds: impl IntoIterator<Item = (Self, usize)>) -> Vec<Self> {
        let spread = |(trial, count): (Self, usize)| {
            (0..count).map(move |at| ((at as f64 + 0.5) / count as f64, trial))
        };
        let mut order: Vec<(f64, Self)> = kinds.into_iter().flat_map(spread).collect();
        order.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut layouts = FIRST_LAYOUT..;
        let placed =
            |(_, trial): (f64, Self)| Self { moved: trial.moved.and_then(|_| layouts.next()), ..trial };
        order.into_iter().map(placed).collect()
    }

    fn slowdowns(&self, prepared: &Prepared) -> BTreeMap<CaseKey, f64> {
        let cases = prepared.units.iter().flat_map(|unit| &unit.cases).map(|case| case.id.clone());
        let mut cases: Vec<_> = cases.filter(|_| self.slowdown > 0.0).collect();
        if self.few {
            fastrand::shuffle(&mut cases);
            cases.truncate(cases.len().div_ceil(CASES_PER_SLOWED));
        }
        cases.into_iter().map(|id| (id, self.slowdown)).collect()
    }

    /// The candidate.
    fn candidate(&self, prepared: &Prepared) -> Result<Prepared> {
        let mut candidate = prepared.clone();
        let Some(seed) = self.moved else { return Ok(candidate) };
        for unit in &mut candidate.units {
            unit.executable =
                cargo::relinked(&unit.executable, seed).ok_or_else(|| Error::NotComparable {
                    what: format!(
                        "`{}` cannot be linked with its functions elsewhere",
                        unit.executable.display()
                    ),
                    hint: "LLVM's linker and steady builds can; `--moved 0` leaves it out".to_owned(),
                })?;
        }
        Ok(candidate)
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = (self.slowdown * 1e4).round() / 1e2;
        match self {
            Self { moved: Some(_), .. } => f.write_str("identical code, its functions at other addresses"),
            Self { slowdown: 0.0, .. } => f.write_str("identical code"),
            Self { few: true, .. } => write!(f, "{percent} % more work in one case of ten"),
            Self { .. } => write!(f, "{percent} % more work"),
        }
    }
}

/// Compares what was prepared with itself, once. Its samples are not kept; what is said of them is. `None`: interrupted.
pub fn trial(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    prepared: &Prepared,
    trial: Trial,
    gate: &Gate<'_>,
) -> Result<Option<ComparisonTrial>> {
    let slowdowns = trial.slowdowns(prepared);
    let candidate = trial.candidate(prepared)?;
    let session = Session {
        sides: vec![(Side::Baseline, prepared.clone()), (Side::Candidate, candidate.clone())],
        profile: Profile { name: "calibration".to_owned(), ..Profile::default() },
        budget: trial.budget,
        identical: Vec::new(),
        same_code: Vec::new(),
        counts: false,
    };
    let looks = Looks { gate, slowdowns, seed: fastrand::u64(..) };
    let apart = project.store.scratch()?;
    let start = Instant::now();
    let measured = measure_in_turns(engine, &Store::open(apart.path()), machine, session, &looks);
    let seconds = start.elapsed().as_secs_f64();
    if trial.moved.is_some() {
        // Leftovers go with the builds.
        candidate.units.iter().for_each(|unit| drop(fs::remove_file(&unit.executable)));
    }
    let measured = measured?;
    let of = |side| measured.records.get(&side).ok_or(Error::Interrupted);
    let rows = trials(of(Side::Baseline)?, of(Side::Candidate)?, gate);
    let moved = trial.moved.is_some();
    Ok((measured.ended != Ended::Interrupted).then_some(ComparisonTrial { seconds, moved, rows }))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::plan::sample_tests::unit;

    #[test]
    fn kinds_are_evenly_mixed_and_layouts_differ() {
        let moved = Trial { moved: Some(0), ..Trial::default() };
        let slowed = Trial { slowdown: 0.02, ..Trial::default() };
        let order = Trial::evenly([(Trial::default(), 2), (moved, 2), (slowed, 1)]);
        let words: Vec<_> = order.iter().map(ToString::to_string).collect();
        let elsewhere = "identical code, its functions at other addresses";
        assert_eq!(words, ["identical code", elsewhere, "2 % more work", "identical code", elsewhere]);
        let layouts: Vec<_> = order.iter().filter_map(|trial| trial.moved).collect();
        assert_eq!(layouts, [100, 101]);
        let few = Trial { few: true, ..slowed };
        assert_eq!(few.to_string(), "2 % more work in one case of ten");
    }

    #[test]
    fn few_slowed_cases_are_one_in_ten() {
        let names: Vec<String> = (0..21).map(|at| format!("case-{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let units = vec![unit("host", &names)];
        let prepared = Prepared::of(units);
        let slowed = |slowdown, few| Trial { slowdown, few, ..Trial::default() }.slowdowns(&prepared);
        assert_eq!(
            (slowed(0.02, false).len(), slowed(0.02, true).len(), slowed(0.0, true).len()),
            (21, 3, 0)
        );
        assert!(slowed(0.02, true).values().all(|share| *share == 0.02));
    }

    #[test]
    fn what_cannot_be_linked_once_more_is_an_error() {
        let units = vec![unit("host", &["a"])];
        let prepared = Prepared::of(units);
        let moved = Trial { moved: Some(100), ..Trial::default() };
        let error = moved.candidate(&prepared).expect_err("there is no such executable");
        assert!(matches!(&error, Error::NotComparable { hint, .. } if hint.contains("--moved 0")), "{error}");
        assert_eq!(Trial::default().candidate(&prepared).expect("as it is").units, prepared.units);
    }
}
