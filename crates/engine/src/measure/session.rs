//! One measuring: the children's turns, each side's file, what is said meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use accel_bench_record::protocol;
use accel_bench_record::{CaseKey, FORMAT, Profile, RunRecord, RunState, Surroundings, ToolInfo};

use super::counting::count;
use super::recorder::Recorder;
use super::{Prepared, Project};
use crate::error::Result;
use crate::event::{Event, Turns};
use crate::executor::Claim;
use crate::executor::{self, Ended};
use crate::plan::{Cpus, Job, Side, Unit, schedule};
use crate::store::{Store, draw_run_id};
use crate::{Engine, Host, Machine};

/// A measurement: one side, or two that are interleaved.
#[derive(Debug)]
pub struct Session {
    pub sides: Vec<(Side, Prepared)>,
    pub profile: Profile,
    /// No case is started later than this after the first.
    pub budget: Option<Duration>,
    /// Cases whose executables are the same on both sides: they are not measured.
    pub identical: Vec<CaseKey>,
    /// Cases that reach the same machine code on both sides: they are measured.
    pub same_code: Vec<CaseKey>,
    /// Count all cases, and not those alone whose bench says so.
    pub counts: bool,
}

/// The outcome of a measurement.
#[derive(Debug)]
pub struct Measured {
    pub records: BTreeMap<Side, RunRecord>,
    pub ended: Ended,
    /// Cases that were to be measured and were not begun on any side: the budget ended before.
    pub unreached: usize,
    /// Why the store could not keep everything.
    pub fault: Option<crate::store::Error>,
}

/// Measures one side, case by case.
///
/// # Errors
///
/// When a file of the store or of a child cannot be used; what was finished before is kept.
pub fn measure(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    session: Session,
) -> Result<Measured> {
    let (claim, mut recorders) = begin(engine, &project.store, machine, &session)?;
    let sides = session.units();
    let jobs = schedule(&sides);
    let settings = settings(engine.host(), &project.store, &session, &recorders, &claim);
    engine.report(&Event::MeasuringStarted { turns: turns(&jobs) });
    let ended = engine.executor().run(&jobs, &settings, &mut |event| {
        // Store first, then report: a crash loses no finished case.
        if let Some(side) = take(&mut recorders, &event) {
            recorders.get_mut(&side).expect("the side took it").save();
        }
        engine.report(&event);
    });
    let ended = counted(engine, &session, &settings, &mut recorders, ended);
    engine.report(&Event::MeasuringFinished);
    conclude(recorders, ended)
}

/// Counts what was measured, if all of it was.
pub(super) fn counted(
    engine: &mut Engine<'_>,
    session: &Session,
    settings: &executor::Settings,
    recorders: &mut BTreeMap<Side, Recorder>,
    ended: std::result::Result<Ended, executor::Error>,
) -> std::result::Result<Ended, executor::Error> {
    match ended? {
        Ended::Complete if !count(engine, &session.units(), session.counts, settings, recorders)? => {
            Ok(Ended::Interrupted)
        }
        ended => Ok(ended),
    }
}

impl Session {
    fn units(&self) -> Vec<(Side, Vec<Unit>)> {
        self.sides.iter().map(|(side, prepared)| (*side, prepared.units.clone())).collect()
    }
}

/// The processes that each case will be measured in.
fn turns(jobs: &[Job]) -> Vec<Turns> {
    let mut turns: BTreeMap<(Side, &CaseKey), u32> = BTreeMap::new();
    for job in jobs {
        for case in &job.unit.cases {
            *turns.entry((job.side, &case.id)).or_insert(0) += 1;
        }
    }
    turns.into_iter().map(|((side, id), processes)| Turns { side, id: id.clone(), processes }).collect()
}

/// Takes CPUs and begins each side's file.
pub(super) fn begin(
    engine: &mut Engine<'_>,
    store: &Store,
    machine: &Machine,
    session: &Session,
) -> Result<(Claim, BTreeMap<Side, Recorder>)> {
    let units = session.sides.iter().flat_map(|(_, prepared)| &prepared.units);
    let claim = claim(engine, units);
    let mut recorders = BTreeMap::new();
    for (side, prepared) in &session.sides {
        let record = record(engine.host(), machine, session, prepared, &claim);
        let recorder = Recorder::begin(store, record, &prepared.units)?;
        engine.report(&Event::Storing { side: *side, path: recorder.path().to_path_buf() });
        recorders.insert(*side, recorder);
    }
    Ok((claim, recorders))
}

/// Writes each side's last version.
pub(super) fn conclude(
    mut recorders: BTreeMap<Side, Recorder>,
    ended: std::result::Result<Ended, executor::Error>,
) -> Result<Measured> {
    let state = match &ended {
        Ok(Ended::Complete) => RunState::Complete,
        _ => RunState::Interrupted,
    };
    recorders.values_mut().for_each(|recorder| recorder.end(state));
    let ended = ended?;
    let fault = recorders.values_mut().find_map(|recorder| recorder.fault.take());
    let unreached = unreached(recorders.values());
    let records = recorders.into_iter().map(|(side, recorder)| (side, recorder.record)).collect();
    Ok(Measured { records, ended, unreached, fault })
}

fn unreached<'r>(recorders: impl Iterator<Item = &'r Recorder> + Clone) -> usize {
    let reached = recorders.clone().flat_map(|recorder| &recorder.record.cases).map(|case| &case.id);
    let reached: BTreeSet<_> = reached.collect();
    let planned: BTreeSet<_> = recorders.flat_map(Recorder::planned).collect();
    planned.difference(&reached).count()
}

/// Gives what one process measured to its recorder; a control's to the candidate's. Says to whose.
pub(super) fn take(recorders: &mut BTreeMap<Side, Recorder>, event: &Event) -> Option<Side> {
    let Event::CaseFinished { side, id, status, measurement, log, .. } = event else { return None };
    let of = if *side == Side::Control { Side::Candidate } else { *side };
    recorders.get_mut(&of)?.take(*side, id, status.clone(), measurement.clone(), log.clone());
    Some(of)
}

/// Takes CPUs for as long as the run lasts, so that a second run on this machine uses others.
pub(super) fn claim<'u>(engine: &mut Engine<'_>, units: impl Iterator<Item = &'u Unit>) -> Claim {
    let wanted = units.map(|unit| match unit.cpus {
        Cpus::All => 0,
        Cpus::Count(count) => count,
    });
    let host = engine.host();
    let claim = engine.executor().claim(
        &host.hardware.allowed_cpus(),
        wanted.max().unwrap_or(0),
        &host.machine_folder,
    );
    if let Some(warning) = claim.warning() {
        engine.warn(warning);
    }
    claim
}

pub(super) fn record(
    host: &Host,
    machine: &Machine,
    session: &Session,
    prepared: &Prepared,
    claim: &Claim,
) -> RunRecord {
    let now = host.now();
    RunRecord {
        format: FORMAT,
        id: draw_run_id(now).to_string(),
        tool: ToolInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: protocol::VERSION,
            source: None,
        },
        started: now.to_string(),
        state: RunState::Running,
        commit: prepared.commit.clone(),
        machine: machine.id.to_string(),
        surroundings: Surroundings {
            environment: machine.environment.clone(),
            build: prepared.build.clone(),
            manifest: prepared.manifest.clone(),
            cpus: cpus(&prepared.units, claim),
            env: env(&prepared.units),
        },
        profile: session.profile.clone(),
        command: host.arguments.clone(),
        cases: Vec::new(),
        interleaved: None,
    }
}

/// CPUs by backend, for those that are pinned.
fn cpus(units: &[Unit], claim: &Claim) -> BTreeMap<String, Vec<usize>> {
    let pinned = |unit: &Unit| match unit.cpus {
        Cpus::All => None,
        Cpus::Count(count) => {
            let backend = unit.cases.first()?.id.backend.clone();
            Some((backend, claim.cpus.iter().take(count).copied().collect()))
        }
    };
    units.iter().filter_map(pinned).collect()
}

fn env(units: &[Unit]) -> BTreeMap<String, BTreeMap<String, String>> {
    let of_bench = |unit: &Unit| Some((unit.cases.first()?.id.bench.clone(), unit.env.clone()));
    units.iter().filter(|unit| !unit.env.is_empty()).filter_map(of_bench).collect()
}

/// Settings of children that measure nothing that is stored; what they print goes into this folder.
pub(super) fn alone(host: &Host, logs: &std::path::Path, claim: &Claim) -> executor::Settings {
    executor::Settings {
        logs: logs.to_owned(),
        logs_shown_as: "logs".to_owned(),
        cpus: claim.cpus.clone(),
        deadline: None,
        stop: Arc::clone(&host.stop),
        without_env: super::leaking(host),
        hardware: Arc::clone(&host.hardware),
    }
}

pub(super) fn settings(
    host: &Host,
    store: &Store,
    session: &Session,
    recorders: &BTreeMap<Side, Recorder>,
    claim: &Claim,
) -> executor::Settings {
    // Two sides share the folder of the candidate's run; their files have different names.
    let id = recorders.values().last().map(|recorder| recorder.id().clone());
    let id = id.expect("a session has a side");
    executor::Settings {
        logs: store.logs(&id),
        logs_shown_as: format!("logs/{id}"),
        cpus: claim.cpus.clone(),
        deadline: session.budget.map(|budget| Instant::now() + budget),
        stop: Arc::clone(&host.stop),
        without_env: super::leaking(host),
        hardware: Arc::clone(&host.hardware),
    }
}
