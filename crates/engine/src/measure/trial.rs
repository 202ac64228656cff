//! Code compared with itself, with known extra work in it or none: what calibration consists of.

use std::collections::BTreeMap;
use std::time::Instant;

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

/// What is compared: code with itself, but for what is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Extra work of the slowed cases, as a share.
    pub slowdown: f64,
    /// One case in ten is slowed, drawn each time and at least one; otherwise all are.
    pub few: bool,
    /// The candidate's functions lie in the order that this number draws.
    pub moved: Option<u32>,
}

/// One case in so many is slowed where few are.
const CASES_PER_SLOWED: usize = 10;

impl Trial {
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
    let session = Session {
        sides: vec![(Side::Baseline, prepared.clone()), (Side::Candidate, trial.candidate(prepared)?)],
        profile: Profile { name: "calibration".to_owned(), ..Profile::default() },
        budget: None,
        identical: Vec::new(),
    };
    let looks = Looks { gate, slowdowns, seed: fastrand::u64(..) };
    let apart = project.store.scratch()?;
    let start = Instant::now();
    let measured = measure_in_turns(engine, &Store::open(apart.path()), machine, session, &looks)?;
    let seconds = start.elapsed().as_secs_f64();
    let of = |side| measured.records.get(&side).ok_or(Error::Interrupted);
    let rows = trials(of(Side::Baseline)?, of(Side::Candidate)?, gate);
    let moved = trial.moved.is_some();
    Ok((measured.ended == Ended::Complete).then_some(ComparisonTrial { seconds, moved, rows }))
}
