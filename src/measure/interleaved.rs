//! Two sides measured in turns, until `compare` needs no further pair of processes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::{Interleaved, RunRecord};
use fastrand::Rng;

use super::Prepared;
use super::progress::Progress;
use super::recorder::Recorder;
use super::session::{self, Machine, Measured, Session};
use crate::compare::{Gate, MOST_PAIRS, closed};
use crate::context::Context;
use crate::error::Result;
use crate::event::Event;
use crate::plan::{InTurns, Side, Table, interleave};
use crate::runner::{self, Turns};
use crate::shell::Shell;
use crate::store::Store;

/// How two sides are measured in turns.
pub(crate) struct Looks<'a> {
    /// What is looked for, case by case.
    pub(crate) gate: &'a Gate<'a>,
    /// Extra work of the candidate's cases, as a share, by id.
    pub(crate) slowdowns: BTreeMap<String, f64>,
    /// All random orders are drawn from it.
    pub(crate) seed: u64,
}

/// What is written and said while the sides take turns.
struct Meanwhile<'a> {
    recorders: BTreeMap<Side, Recorder>,
    progress: Progress,
    shell: &'a mut Shell,
}

/// Measures both sides of the session.
pub(crate) fn measure_in_turns(
    cx: &mut Context,
    store: &Store,
    machine: &Machine,
    session: Session,
    looks: &Looks<'_>,
) -> Result<Measured> {
    let (claim, mut recorders) = session::begin(cx, store, machine, &session)?;
    introduce(&mut recorders, looks);
    let settings = session::settings(cx, store, &session, &recorders, &claim);
    let tables = tables(&session.sides, looks.seed);
    let all: BTreeSet<String> = tables.iter().flat_map(Table::cases).map(|id| id.to_string()).collect();
    let alone = alone(&tables);
    let progress = Progress::begin_in_turns(&mut cx.shell, &all);
    let meanwhile = RefCell::new(Meanwhile { recorders, progress, shell: &mut cx.shell });
    let turns =
        Turns { tables: &tables, how: InTurns::default(), seed: looks.seed, slowdowns: &looks.slowdowns };
    let ended = runner::run_in_turns(
        &turns,
        &settings,
        &mut |round| match round {
            0 => all.clone(),
            round if round as usize >= MOST_PAIRS => BTreeSet::new(),
            _ => meanwhile.borrow_mut().still_open(&all, &alone, looks.gate),
        },
        &mut |event| {
            let Meanwhile { recorders, progress, shell } = &mut *meanwhile.borrow_mut();
            let side = session::take(recorders, &event);
            // After the first round a case is there at least; what later ones add is saved round by round.
            if let (Some(side), Event::CaseFinished { round: 0, .. }) = (side, &event) {
                recorders.get_mut(&side).expect("the side took it").save();
            }
            progress.tell(shell, &event);
        },
    );
    let Meanwhile { recorders, shell, .. } = meanwhile.into_inner();
    shell.end_progress();
    session::conclude(recorders, ended)
}

impl Meanwhile<'_> {
    /// Stores what there is, and asks which cases need another pair of processes.
    fn still_open(
        &mut self,
        all: &BTreeSet<String>,
        alone: &BTreeSet<String>,
        gate: &Gate<'_>,
    ) -> BTreeSet<String> {
        self.recorders.values_mut().for_each(Recorder::save);
        let closed = closed(self.of(Side::Baseline), self.of(Side::Candidate), alone, gate);
        self.progress.close(self.shell, &closed);
        all.difference(&closed).cloned().collect()
    }

    fn of(&self, side: Side) -> &RunRecord {
        &self.recorders.get(&side).expect("both sides are measured").record
    }
}

/// Tells each side's record with whom it takes turns.
fn introduce(recorders: &mut BTreeMap<Side, Recorder>, looks: &Looks<'_>) {
    let ids: BTreeMap<Side, String> =
        recorders.iter().map(|(side, recorder)| (*side, recorder.record.id.clone())).collect();
    for (side, recorder) in recorders {
        let other = if *side == Side::Baseline { Side::Candidate } else { Side::Baseline };
        let slowdowns = if *side == Side::Candidate { looks.slowdowns.clone() } else { BTreeMap::new() };
        recorder.record.interleaved = Some(Interleaved {
            with: ids.get(&other).cloned().unwrap_or_default(),
            seed: looks.seed,
            control: Vec::new(),
            slowdowns,
        });
    }
}

fn tables(sides: &[(Side, Prepared)], seed: u64) -> Vec<Table> {
    let units = |wanted| {
        let of_side = sides.iter().find(|(side, _)| *side == wanted);
        of_side.map_or(&[][..], |(_, prepared)| &prepared.units)
    };
    let mut chance = Rng::with_seed(seed);
    interleave(units(Side::Baseline), units(Side::Candidate), &mut |below| chance.usize(..below))
}

/// Cases that one side alone has.
fn alone(tables: &[Table]) -> BTreeSet<String> {
    let of = |wanted: Side| -> BTreeSet<String> {
        let seats = tables.iter().flat_map(|table| &table.seats).filter(|seat| seat.side == wanted);
        seats.flat_map(|seat| &seat.unit.cases).map(|case| case.id.to_string()).collect()
    };
    of(Side::Baseline).symmetric_difference(&of(Side::Candidate)).cloned().collect()
}
