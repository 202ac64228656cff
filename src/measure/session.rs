//! One measuring: the children's turns, each side's file, what is said meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use accel_bench_record::protocol;
use accel_bench_record::{Environment, FORMAT, Profile, RunRecord, RunState, Surroundings, ToolInfo};

use super::progress::Progress;
use super::recorder::Recorder;
use super::{Prepared, Project};
use crate::context::Context;
use crate::error::Result;
use crate::event::Event;
use crate::hardware::{self, Claim};
use crate::plan::{Cpus, Side, Unit, schedule};
use crate::runner::{self, Ended};
use crate::store::{Store, draw_run_id};
use accel_bench_record::MachineId;

/// What is to be measured: one side, or two that take turns.
pub(crate) struct Session {
    pub(crate) sides: Vec<(Side, Prepared)>,
    pub(crate) profile: Profile,
    /// No case is started later than this after the first.
    pub(crate) budget: Option<Duration>,
}

/// What came of it.
pub(crate) struct Measured {
    pub(crate) records: BTreeMap<Side, RunRecord>,
    pub(crate) ended: Ended,
    /// Cases that were to be measured and were not begun on any side: the budget ended before.
    pub(crate) unreached: usize,
    /// Why the store could not keep everything.
    pub(crate) fault: Option<crate::store::Error>,
}

/// The machine as it is, with its class.
pub(crate) struct Machine {
    pub(crate) id: MachineId,
    pub(crate) environment: Environment,
}

impl Machine {
    /// `tool` is this executable.
    pub(crate) fn probe(tool: &Path) -> Self {
        let environment = hardware::probe(tool);
        Self { id: hardware::fingerprint(&environment), environment }
    }
}

pub(crate) fn measure(
    cx: &mut Context,
    project: &Project,
    machine: &Machine,
    session: Session,
) -> Result<Measured> {
    let (claim, mut recorders) = begin(cx, &project.store, machine, &session)?;
    let sides: Vec<_> =
        session.sides.iter().map(|(side, prepared)| (*side, prepared.units.clone())).collect();
    let jobs = schedule(&sides, session.profile.processes);
    let settings = settings(cx, &project.store, &session, &recorders, &claim);
    let mut progress = Progress::begin(&mut cx.shell, &jobs);
    let ended = runner::run(&jobs, &settings, &mut |event| {
        // Store first, then speak: a crash loses no finished case.
        if let Some(side) = take(&mut recorders, &event) {
            recorders.get_mut(&side).expect("the side took it").save();
        }
        progress.tell(&mut cx.shell, &event);
    });
    cx.shell.end_progress();
    conclude(recorders, ended)
}

/// Takes CPUs and begins each side's file.
pub(super) fn begin(
    cx: &mut Context,
    store: &Store,
    machine: &Machine,
    session: &Session,
) -> Result<(Claim, BTreeMap<Side, Recorder>)> {
    let units = session.sides.iter().flat_map(|(_, prepared)| &prepared.units);
    let claim = claim(cx, units)?;
    let mut recorders = BTreeMap::new();
    for (side, prepared) in &session.sides {
        let record = record(cx, machine, session, prepared, &claim);
        let recorder = Recorder::begin(store, record, &prepared.units)?;
        cx.shell.detail("Storing", recorder.path().display());
        recorders.insert(*side, recorder);
    }
    Ok((claim, recorders))
}

/// Writes each side's last version.
pub(super) fn conclude(
    mut recorders: BTreeMap<Side, Recorder>,
    ended: std::result::Result<Ended, runner::Error>,
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
    let reached =
        recorders.clone().flat_map(|recorder| &recorder.record.cases).map(|case| case.id.to_string());
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
fn claim<'u>(cx: &mut Context, units: impl Iterator<Item = &'u Unit>) -> Result<Claim> {
    let wanted = units.map(|unit| match unit.cpus {
        Cpus::All => 0,
        Cpus::Count(count) => count,
    });
    let claim = hardware::claim(wanted.max().unwrap_or(0), &cx.machine_folder());
    if let Some(warning) = claim.warning() {
        cx.shell.warn(warning);
    }
    Ok(claim)
}

fn record(
    cx: &Context,
    machine: &Machine,
    session: &Session,
    prepared: &Prepared,
    claim: &Claim,
) -> RunRecord {
    let now = cx.now();
    RunRecord {
        format: FORMAT,
        id: draw_run_id(now).to_string(),
        tool: ToolInfo { version: env!("CARGO_PKG_VERSION").to_owned(), protocol: protocol::VERSION },
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
        command: cx.arguments().to_vec(),
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

pub(super) fn settings(
    cx: &Context,
    store: &Store,
    session: &Session,
    recorders: &BTreeMap<Side, Recorder>,
    claim: &Claim,
) -> runner::Settings {
    // Two sides share the folder of the candidate's run; their files have different names.
    let id = recorders.values().last().map(|recorder| recorder.id().clone());
    let id = id.expect("a session has a side");
    runner::Settings {
        logs: store.logs(&id),
        logs_shown_as: format!("logs/{id}"),
        cpus: claim.cpus.clone(),
        deadline: session.budget.map(|budget| Instant::now() + budget),
        stop: cx.stop(),
        without_env: super::leaking(cx),
        conditions: hardware::conditions,
    }
}
