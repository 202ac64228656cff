//! Two sides measured interleaved, until `compare` needs no further process pair.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use accel_bench_record::{CaseKey, Interleaved, RunRecord, RunState, Status};

use super::Prepared;
use super::recorder::Recorder;
use super::session::{self, Measured, Session};
use crate::cargo;
use crate::compare::{Gate, MOST_PAIRS, Progress, progress};
use crate::error::Result;
use crate::event::Event;
use crate::executor::{Claim, Turns};
use crate::plan::{InTurns, Side, Table, WantedOfRound, interleave};
use crate::store::Store;
use crate::{Engine, Host, Machine};

/// How two sides are measured interleaved.
pub struct Looks<'a> {
    /// The tolerance of each case.
    pub gate: &'a Gate<'a>,
    /// Extra work of the candidate's cases, as a share, by id.
    pub slowdowns: BTreeMap<CaseKey, f64>,
    /// All random orders are drawn from it.
    pub seed: u64,
}

/// The state while the sides are interleaved.
struct Meanwhile<'a, 'e> {
    recorders: BTreeMap<Side, Recorder>,
    engine: &'a mut Engine<'e>,
    /// Cases that were reported as decided.
    decided: BTreeSet<CaseKey>,
    /// The last wish, and up to which number of pairs it is wanted still.
    wanted: Option<(usize, WantedOfRound)>,
}

/// Measures both sides of the session.
pub fn measure_in_turns(
    engine: &mut Engine<'_>,
    store: &Store,
    machine: &Machine,
    session: Session,
    looks: &Looks<'_>,
) -> Result<Measured> {
    let executor = engine.executor();
    let (claim, mut recorders) = session::begin(engine, store, machine, &session)?;
    introduce(&mut recorders, looks, &session);
    let settings = session::settings(engine.host(), store, &session, &recorders, &claim);
    let tables = tables(&session.sides);
    let all: BTreeSet<CaseKey> = tables.iter().flat_map(Table::cases).collect();
    let alone = alone(&tables);
    let most_pairs = u32::try_from(MOST_PAIRS).unwrap_or(u32::MAX);
    engine.report(&Event::ComparingStarted { cases: all.iter().cloned().collect(), most_pairs });
    let meanwhile = RefCell::new(Meanwhile { recorders, engine, decided: BTreeSet::new(), wanted: None });
    let turns = Turns {
        tables: &tables,
        how: InTurns::default(),
        seed: looks.seed,
        slowdowns: &looks.slowdowns,
        relink: cargo::relinked,
    };
    let ended = executor.run_in_turns(
        &turns,
        &settings,
        &mut |round| match round {
            0 => WantedOfRound { cases: all.clone(), ..WantedOfRound::default() },
            round if round as usize >= MOST_PAIRS => WantedOfRound::default(),
            round => meanwhile.borrow_mut().still_open(round as usize, &all, &alone, looks.gate),
        },
        &mut |event| {
            let Meanwhile { recorders, engine, wanted, .. } = &mut *meanwhile.borrow_mut();
            if matches!(&event, Event::CaseFinished { status: Status::Failed { .. }, .. }) {
                *wanted = None;
            }
            let side = session::take(recorders, &event);
            // Store first, then report: a crash loses no finished case.
            if let Some(side) = side {
                recorders.get_mut(&side).expect("the side took it").save();
            }
            engine.report(&event);
        },
    );
    let Meanwhile { mut recorders, engine, .. } = meanwhile.into_inner();
    let ended = session::counted(engine, &session, &settings, &mut recorders, ended);
    engine.report(&Event::MeasuringFinished);
    session::conclude(recorders, ended)
}

impl fmt::Debug for Looks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looks").field("seed", &self.seed).finish_non_exhaustive()
    }
}

impl Meanwhile<'_, '_> {
    /// Asks which cases need another process pair.
    fn still_open(
        &mut self,
        pairs: usize,
        all: &BTreeSet<CaseKey>,
        alone: &BTreeSet<CaseKey>,
        gate: &Gate<'_>,
    ) -> WantedOfRound {
        if let Some((_, wanted)) = self.wanted.as_ref().filter(|(until, _)| pairs < *until) {
            return wanted.clone();
        }
        let (base, candidate) = (self.of(Side::Baseline), self.of(Side::Candidate));
        let Progress { closed, suspected, until } = progress(base, candidate, alone, gate);
        let cases: Vec<_> = closed.difference(&self.decided).cloned().collect();
        if !cases.is_empty() {
            self.engine.report(&Event::CasesDecided { cases });
        }
        self.decided.extend(closed.iter().cloned());
        let (elsewhere, cases) = all.difference(&closed).cloned().partition(|case| suspected.contains(case));
        let wanted = WantedOfRound { cases, elsewhere };
        self.wanted = Some((until, wanted.clone()));
        wanted
    }

    fn of(&self, side: Side) -> &RunRecord {
        &self.recorders.get(&side).expect("both sides are measured").record
    }
}

/// Reports each side's record with whom it is interleaved.
fn introduce(recorders: &mut BTreeMap<Side, Recorder>, looks: &Looks<'_>, session: &Session) {
    let ids: BTreeMap<Side, String> =
        recorders.iter().map(|(side, recorder)| (*side, recorder.record.id.clone())).collect();
    for (side, recorder) in recorders {
        let other = if *side == Side::Baseline { Side::Candidate } else { Side::Baseline };
        let slowdowns = looks.slowdowns.iter().filter(|_| *side == Side::Candidate);
        recorder.record.interleaved = Some(Interleaved {
            with: ids.get(&other).cloned().unwrap_or_default(),
            seed: looks.seed,
            slowdowns: slowdowns.map(|(id, share)| (id.to_string(), *share)).collect(),
            identical: session.identical.clone(),
            same_code: session.same_code.clone(),
            ..Interleaved::default()
        });
    }
}

/// The records of two sides of which nothing is measured: all executables are the same. They have no id, as they are not stored.
pub(super) fn unmeasured(host: &Host, machine: &Machine, session: &Session) -> [RunRecord; 2] {
    let record = |side: usize| {
        let (_, prepared) = &session.sides[side];
        let record = session::record(host, machine, session, prepared, &Claim::of(Vec::new()));
        let interleaved = Interleaved { identical: session.identical.clone(), ..Interleaved::default() };
        RunRecord { id: String::new(), state: RunState::Complete, interleaved: Some(interleaved), ..record }
    };
    [record(0), record(1)]
}

fn tables(sides: &[(Side, Prepared)]) -> Vec<Table> {
    let units = |wanted| {
        let of_side = sides.iter().find(|(side, _)| *side == wanted);
        of_side.map_or(&[][..], |(_, prepared)| &prepared.units)
    };
    interleave(units(Side::Baseline), units(Side::Candidate))
}

/// Cases that exist on one side only.
fn alone(tables: &[Table]) -> BTreeSet<CaseKey> {
    let of = |wanted: Side| -> BTreeSet<CaseKey> {
        let seats = tables.iter().flat_map(|table| &table.seats).filter(|seat| seat.side == wanted);
        seats.flat_map(|seat| &seat.unit.cases).map(|case| case.id.clone()).collect()
    };
    of(Side::Baseline).symmetric_difference(&of(Side::Candidate)).cloned().collect()
}
