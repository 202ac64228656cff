//! Code compared with itself, with known extra work in it or none: what calibration consists of.

use std::collections::BTreeMap;
use std::time::Instant;

use accel_bench_record::{ComparisonTrial, Profile};

use super::session::Session;
use super::{Looks, Prepared, Project, measure_in_turns};
use crate::compare::{Gate, trials};
use crate::error::{Error, Result};
use crate::executor::Ended;
use crate::plan::Side;
use crate::store::Store;
use crate::{Engine, Machine};

/// Compares what was prepared with itself, once, every case slower by `slowdown` as a share. Its samples are not kept;
/// what is said of them is. `None`: interrupted.
pub fn trial(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    prepared: &Prepared,
    slowdown: f64,
    gate: &Gate<'_>,
) -> Result<Option<ComparisonTrial>> {
    let cases = prepared.units.iter().flat_map(|unit| &unit.cases).map(|case| case.id.clone());
    let slowdowns: BTreeMap<_, _> = cases.filter(|_| slowdown > 0.0).map(|id| (id, slowdown)).collect();
    let session = Session {
        sides: vec![(Side::Baseline, prepared.clone()), (Side::Candidate, prepared.clone())],
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
    Ok((measured.ended == Ended::Complete).then_some(ComparisonTrial { seconds, rows }))
}
