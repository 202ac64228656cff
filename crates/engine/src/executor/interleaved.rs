//! Two sides, sample by sample interleaved, in pairs of fresh processes, until no one wants another pair.
//!
//! One process works at a time; all of a table are pinned alike. So what happens to the machine for longer than a
//! sample happens to both sides.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use accel_bench::turns::{batch_size, sample_length};
use accel_bench_record::protocol::Sampling;
use accel_bench_record::{CaseKey, Conditions, Failure, Status};
use fastrand::Rng;

use super::child::pin;
use super::meter::Meter;
use super::seat::{Fault, Player, Seated, Unopened};
use super::{Ended, Error, Settings, criterion};
use crate::event::Event;
use crate::plan::{
    CONTROL_ROUNDS, CRITERION_NANOS, Case, Harness, InTurns, Job, Seat, Side, Table, WantedOfRound,
};

/// An interleaved measurement.
#[derive(Debug)]
pub struct Turns<'a> {
    pub tables: &'a [Table],
    pub how: InTurns,
    /// All random orders are drawn from it.
    pub seed: u64,
    /// Extra work of the candidate's cases, as a share, by id.
    pub slowdowns: &'a BTreeMap<CaseKey, f64>,
    /// Another layout of an executable, by number; `None` where it has no other.
    pub relink: fn(&Path, u32) -> Option<PathBuf>,
}

impl Turns<'_> {
    /// The sides without the slow-down do all the work but the extra.
    fn slowdown(&self, id: &CaseKey, side: Side) -> Option<f64> {
        let share = self.slowdowns.get(id)?;
        Some(if side == Side::Candidate { *share } else { 0.0 })
    }
}

/// See [`Executor::run_in_turns`](super::Executor::run_in_turns).
pub(super) fn run(
    turns: &Turns<'_>,
    settings: &Settings,
    open: &mut dyn FnMut(u32) -> WantedOfRound,
    on: &mut dyn FnMut(Event),
) -> Result<Ended, Error> {
    let mut chance = Rng::with_seed(turns.seed);
    let mut crowded = vec![false; turns.tables.len()];
    for number in 0.. {
        let open = open(number);
        if open.is_empty() {
            break;
        }
        for (table, crowded) in turns.tables.iter().zip(&mut crowded) {
            // Each round at other addresses: layouts are what differs, as processes are otherwise.
            for (wanted, layout) in [(&open.cases, None), (&open.elsewhere, Some(number))] {
                let mut cases: Vec<_> = table.cases().into_iter().filter(|id| wanted.contains(id)).collect();
                if cases.is_empty() {
                    continue;
                }
                chance.shuffle(&mut cases);
                let round = Round::new(turns, table, (number, layout), settings);
                let mut round = Round { crowded: *crowded, ..round };
                let ended = cases.iter().map(|id| round.case(id, &mut chance, on)).find_map(over);
                *crowded = round.crowded;
                round.clear();
                round.remove_layouts();
                if let Some(ended) = ended {
                    return ended;
                }
            }
        }
    }
    Ok(Ended::Complete)
}

/// Returns whether nothing more is run.
fn over(ended: Result<Ended, Error>) -> Option<Result<Ended, Error>> {
    match ended {
        Ok(Ended::Complete) => None,
        ended => Some(ended),
    }
}

/// The executables of these seats with their functions at other addresses: all of them or none, because a layout of one side
/// only would be a difference between the sides.
fn elsewhere(
    seats: &[&Seat],
    relink: fn(&Path, u32) -> Option<PathBuf>,
    layout: u32,
) -> Option<Vec<PathBuf>> {
    let linked: Vec<PathBuf> = seats.iter().map_while(|seat| relink(&seat.unit.executable, layout)).collect();
    if linked.len() == seats.len() {
        return Some(linked);
    }
    remove(linked.iter());
    None
}

/// Removes executables that were linked for one round.
fn remove<'p>(linked: impl Iterator<Item = &'p PathBuf>) {
    // Leftovers go with the checkout's builds.
    linked.for_each(|path| drop(fs::remove_file(path)));
}

/// One round of a table.
struct Round<'a> {
    turns: &'a Turns<'a>,
    settings: &'a Settings,
    seats: Vec<Seated>,
    /// True if the processes found no room next to each other; then they are interleaved as a whole.
    crowded: bool,
    /// Cases so far.
    cases: u64,
    /// All seats work on one device.
    meter: Option<Rc<Meter>>,
}

impl<'a> Round<'a> {
    fn new(
        turns: &'a Turns<'a>,
        table: &Table,
        (number, layout): (u32, Option<u32>),
        settings: &'a Settings,
    ) -> Self {
        let has_turn = |seat: &&Seat| seat.side != Side::Control || number < CONTROL_ROUNDS;
        let seats: Vec<_> = table.seats.iter().filter(has_turn).collect();
        let elsewhere = layout.and_then(|layout| elsewhere(&seats, turns.relink, layout));
        let job = |(at, seat): (usize, &&Seat)| {
            let mut unit = seat.unit.clone();
            let moved = elsewhere.as_ref().map(|paths| unit.executable.clone_from(&paths[at]));
            Job { side: seat.side, round: number, layout: layout.filter(|_| moved.is_some()), unit }
        };
        let seats = seats.iter().enumerate().map(|seat| Seated::new(job(seat))).collect();
        let meter = table.seats.first().and_then(|seat| Meter::of(&seat.unit, settings)).map(Rc::new);
        Self { turns, settings, seats, crowded: false, cases: 0, meter }
    }

    fn case(&mut self, id: &CaseKey, chance: &mut Rng, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
        if self.settings.is_stopped() {
            return Ok(Ended::Interrupted);
        }
        if self.settings.is_late() {
            return Ok(Ended::OutOfTime);
        }
        self.cases += 1;
        if self.seats.iter().any(|seat| seat.job.unit.harness == Harness::Criterion) {
            return self.criterion_case(id, chance, on);
        }
        match self.sampled_case(id, chance, on) {
            Ok(()) => Ok(Ended::Complete),
            Err(Fault::Run(error)) => Err(error),
            Err(_) => Ok(Ended::Interrupted),
        }
    }

    /// Criterion does not wait for anybody: the processes themselves are interleaved.
    fn criterion_case(
        &mut self,
        id: &CaseKey,
        chance: &mut Rng,
        on: &mut dyn FnMut(Event),
    ) -> Result<Ended, Error> {
        let mut order: Vec<_> = self.seats.iter().collect();
        chance.shuffle(&mut order);
        // A case that one side has begun is finished on the other: alone it would look as if that one lacked it.
        let settings = Settings { deadline: None, ..self.settings.clone() };
        for seat in order {
            let Some(case) = seat.case(id) else { continue };
            let mut job = seat.job.clone();
            let (warm_up_nanos, time_nanos) = CRITERION_NANOS;
            let warm_up_nanos = warm_up_nanos.max(case.least_warm_up_nanos);
            let sampling = Sampling { warm_up_nanos, time_nanos, min_samples: 0, ..case.sampling };
            job.unit.cases = vec![Case { sampling, ..case }];
            let ended = criterion::run(&job, &settings, on)?;
            if ended != Ended::Complete {
                return Ok(ended);
            }
        }
        Ok(Ended::Complete)
    }

    /// Lets all seats that have the case take samples interleaved or, where memory does not hold all of them, one seat after
    /// the other. A seat that fails leaves the others to go on without it.
    fn sampled_case(
        &mut self,
        id: &CaseKey,
        chance: &mut Rng,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), Fault> {
        let mut order: Vec<_> =
            (0..self.seats.len()).filter(|&seat| self.seats[seat].case(id).is_some()).collect();
        chance.shuffle(&mut order);
        if !self.crowded {
            self.crowded = !self.played(id, &order, chance, on)?;
        }
        if self.crowded {
            for seat in order {
                self.clear();
                self.played(id, &[seat], chance, on)?;
            }
            self.clear();
        }
        Ok(())
    }

    /// Opens the case on these seats, lets them take samples interleaved, and closes it. Says whether they had room next to
    /// each other; if not, nothing has happened.
    fn played(
        &mut self,
        id: &CaseKey,
        seats: &[usize],
        chance: &mut Rng,
        on: &mut dyn FnMut(Event),
    ) -> Result<bool, Fault> {
        let cpus = self.seats.first().map(|seat| pin(seat.job.unit.cpus, &self.settings.cpus).to_vec());
        let cpus = cpus.unwrap_or_default();
        let (settings, how, meter) = (self.settings, self.turns.how, self.meter.clone());
        let Some(mut players) = self.open(id, seats, on)? else { return Ok(false) };
        let before = settings.hardware.conditions(&cpus);
        let redone = sample(&mut players, &how, (settings, meter.as_deref()), chance, on)?;
        let conditions = Conditions { redone, ..settings.hardware.conditions(&cpus).since(before) };
        players
            .into_iter()
            .try_for_each(|player| player.close(conditions, (settings, meter.as_deref()), on))?;
        Ok(true)
    }

    /// Lets all processes end.
    fn clear(&mut self) {
        self.seats.iter_mut().for_each(Seated::quit);
    }

    /// Removes the executables that were linked for this round.
    fn remove_layouts(&self) {
        let linked = self.seats.iter().filter(|seat| seat.job.layout.is_some());
        remove(linked.map(|seat| &seat.job.unit.executable));
    }

    /// Sets the case up on these seats, in this order. `None`: memory does not hold all of them.
    fn open(
        &mut self,
        id: &CaseKey,
        seats: &[usize],
        on: &mut dyn FnMut(Event),
    ) -> Result<Option<Vec<Player<'_>>>, Fault> {
        let place = |index: &usize| seats.iter().position(|seat| seat == index);
        let mut chosen: Vec<_> =
            self.seats.iter_mut().enumerate().filter(|(index, _)| place(index).is_some()).collect();
        chosen.sort_by_key(|(index, _)| place(index));
        let mut players = Vec::new();
        for (_, seat) in chosen {
            let Some(case) = seat.case(id) else { continue };
            let (side, round) = (seat.job.side, seat.job.round);
            on(Event::CaseStarted { side, round, id: id.clone() });
            let how = (&self.turns.how, self.turns.slowdown(id, side));
            match Player::open(seat, case, self.cases, how, self.settings, on) {
                Ok(player) => players.push(player),
                Err(unopened) => match *unopened {
                    Unopened { fault: Fault::Case(Status::Failed { kind: Failure::Oom, .. }), .. }
                        if seats.len() > 1 =>
                    {
                        return Ok(None);
                    }
                    Unopened { seated, case, fault: Fault::Case(status) } => {
                        seated.finish(&case, status, None, on);
                    }
                    Unopened { fault, .. } => return Err(fault),
                },
            }
        }
        Ok(Some(players))
    }
}

/// Takes the samples, in passes of one from each player in random order; a pass in which one was disturbed is thrown
/// away, and taken again as long as that does not double the work; so is one in which the device was throttled. Returns how
/// many were.
fn sample(
    players: &mut Vec<Player<'_>>,
    how: &InTurns,
    (settings, meter): (&Settings, Option<&Meter>),
    chance: &mut Rng,
    on: &mut dyn FnMut(Event),
) -> Result<u32, Fault> {
    let Some((iterations, samples)) = batch(players, how) else { return Ok(0) };
    let (mut kept, mut redone) = (0, 0);
    while kept < samples && !players.is_empty() {
        chance.shuffle(players);
        let begun = Instant::now();
        let mut pass = Vec::new();
        while pass.len() < players.len() {
            match players[pass.len()].sample(iterations, settings, on) {
                Ok(taken) => pass.push(taken),
                Err(Fault::Case(status)) => players.remove(pass.len()).fail(status, on),
                Err(fault) => return Err(fault),
            }
        }
        let is_disturbed = pass.iter().any(super::seat::Taken::is_disturbed)
            || meter.is_some_and(|meter| meter.was_throttled_since(begun));
        if redone < samples && is_disturbed {
            redone += 1;
            players.iter_mut().for_each(Player::redo);
            continue;
        }
        players.iter_mut().zip(pass).for_each(|(player, taken)| player.keep(taken));
        kept += 1;
    }
    Ok(redone)
}

/// Iterations of a sample, the same for all, and the number of samples.
fn batch(players: &[Player<'_>], how: &InTurns) -> Option<(u64, u32)> {
    let estimates = players.iter().map(|player| player.ready.estimate_nanos);
    let slowest = estimates.fold(0.0, f64::max);
    let overhead = players.iter().map(|player| player.ready.overhead_nanos).max()?;
    let most = players.iter().map(|player| player.ready.max_iterations).min()?;
    let iterations = batch_size(sample_length(how.sample_nanos, overhead), slowest, most);
    Some((iterations, how.samples_of(slowest * iterations as f64)))
}
