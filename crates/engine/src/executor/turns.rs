//! A job's cases, one at a time, from children that serve them in turn; a fresh child after each fault.

use std::time::{Duration, Instant};

use accel_bench_record::protocol::{CaseRequest, Phase, Reply, Request, Sampling};
use accel_bench_record::{CaseKey, Failure, Measurement, Status};

use super::child::{command, pin};
use super::log::{self, Log};
use super::meter::{Meter, TimedRegions};
use super::serve::{self, Incoming, MOMENT, Server, Unfit};
use super::{Ended, Error, Settings, end};
use crate::event::Event;
use crate::plan::{Case, Isolate, Job};

/// More metrics or notes than this from one case are a fault, not a result.
const MAX_METRICS: usize = 1_000;

/// The question to the children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Times.
    Measurement,
    /// The work of the case, without running it.
    Description,
}

pub(super) fn run(
    job: &Job,
    asked: Asked,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Ended, Error> {
    let mut server: Option<(Server, Log)> = None;
    let meter = (asked == Asked::Measurement).then(|| Meter::of(&job.unit, settings)).flatten();
    for (serial, case) in job.unit.cases.iter().enumerate() {
        if settings.is_stopped() {
            return Ok(Ended::Interrupted);
        }
        if settings.is_late() {
            return Ok(Ended::OutOfTime);
        }
        on(Event::CaseStarted { side: job.side, round: job.round, id: case.id.clone() });
        let (mut serving, log) = match server.take() {
            Some((serving, mut log)) => {
                log.mark();
                (serving, log)
            }
            None => match start(job, serial, settings, on)? {
                Ok(started) => started,
                Err((Unfit::Stopped, _)) => return Ok(Ended::Interrupted),
                Err((Unfit::Status(status), log)) => {
                    // A fault that keeps one child from starting keeps all of them.
                    for case in &job.unit.cases[serial..] {
                        on(finished(job, &case.id, status.clone(), None, log.shown()));
                    }
                    return Ok(Ended::Complete);
                }
            },
        };
        let Some((status, measurement)) =
            turn(&mut serving, (asked, case), serial as u64, &log, (settings, meter.as_ref()), on)
        else {
            return Ok(Ended::Interrupted);
        };
        let healthy = is_healthy_after(&status);
        if !healthy {
            drop(serving.process.end());
        }
        on(finished(job, &case.id, status, measurement, log.shown()));
        match job.unit.isolate {
            Isolate::Process if healthy => server = Some((serving, log)),
            _ if healthy => serving.quit(MOMENT),
            _ => {}
        }
    }
    if let Some((serving, _)) = server {
        serving.quit(MOMENT);
    }
    Ok(Ended::Complete)
}

pub(super) type Started = Result<(Server, Log), (Unfit, Log)>;

pub(super) fn start(
    job: &Job,
    serial: usize,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Started, Error> {
    let (log, file) = Log::create(job, serial, settings)?;
    let command =
        command(&job.unit, &file, &settings.without_env).map_err(|source| Error::Channel { source })?;
    let pinned = pin(job.unit.cpus, &settings.cpus);
    Ok(match serve::start(command, pinned, &|| settings.is_stopped())? {
        Ok(server) => {
            on(Event::ChildStarted { side: job.side, round: job.round, pid: server.process.id() });
            Ok((server, log))
        }
        Err(Unfit::Status(Status::Failed { kind, reason })) => {
            let words =
                log.last_words().map(|words| format!("; it last printed: {words}")).unwrap_or_default();
            Err((Unfit::Status(Status::failed(kind, format!("{reason}{words}"))), log))
        }
        Err(unfit) => Err((unfit, log)),
    })
}

/// The end of a case in one process of this job.
pub(super) fn finished(
    job: &Job,
    id: &CaseKey,
    status: Status,
    measurement: Option<Measurement>,
    log: Option<String>,
) -> Event {
    let measurement = measurement.map(|measured| Measurement { layout: job.layout, ..measured });
    Event::CaseFinished { side: job.side, round: job.round, id: id.clone(), status, measurement, log }
}

/// Returns whether the child can serve another case: it said itself what went wrong, and nothing was left in pieces.
pub(super) fn is_healthy_after(status: &Status) -> bool {
    match status {
        Status::Ok => true,
        Status::Failed { kind, .. } => {
            matches!(kind, Failure::Unsupported | Failure::Error | Failure::WrongOutput)
        }
    }
}

/// One case from request to answer. `None`: interrupted.
fn turn(
    server: &mut Server,
    (asked, case): (Asked, &Case),
    token: u64,
    log: &Log,
    (settings, meter): (&Settings, Option<&Meter>),
    on: &mut dyn FnMut(Event),
) -> Option<(Status, Option<Measurement>)> {
    let start = Instant::now();
    let mut regions = TimedRegions::default();
    let mut on = |event: Event| {
        if let Event::CaseProgress { phase, .. } = &event {
            regions.enter(*phase);
        }
        on(event);
    };
    let request = request(case, token, case.sampling, None);
    let request = match asked {
        Asked::Measurement => Request::Run(request),
        Asked::Description => Request::Describe(request),
    };
    let reply = ask(server, &request, case, token, log, settings, &mut on);
    regions.close();
    match reply {
        Ok(Reply::Finished { status, measurement, .. }) if asked == Asked::Description => {
            Some((status, measurement))
        }
        Ok(Reply::Finished { status, measurement, .. }) => {
            let (status, mut measurement) = checked(status, measurement, start.elapsed());
            if let Some((meter, measurement)) = meter.zip(measurement.as_mut()) {
                meter.add_to(measurement, &regions);
            }
            Some((status, measurement))
        }
        Ok(_) => Some((off_topic(), None)),
        Err(Silence::Status(status)) => Some((status, None)),
        Err(Silence::Stopped) => None,
    }
}

pub(super) fn request(case: &Case, token: u64, sampling: Sampling, slowdown: Option<f64>) -> CaseRequest {
    CaseRequest {
        token,
        benchmark: case.id.benchmark.clone(),
        backend: case.id.backend.clone(),
        params: case.params(),
        sampling,
        slowdown,
    }
}

/// The reason for a missing answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// The case ended with this status.
    Status(Status),
    /// By Ctrl-C.
    Stopped,
}

fn off_topic() -> Status {
    Status::failed(Failure::Protocol, "unexpected reply")
}

/// Asks for something of a case and waits for the answer; progress on the way is passed on.
pub(super) fn ask(
    server: &mut Server,
    request: &Request,
    case: &Case,
    token: u64,
    log: &Log,
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Reply, Silence> {
    let failed = |kind, reason: String| Err(Silence::Status(Status::failed(kind, reason)));
    let asked = Instant::now();
    if server.ask(request).is_err() {
        return Err(Silence::Status(gone(server, log)));
    }
    loop {
        match server.hear() {
            Incoming::Reply(reply) => match *reply {
                Reply::Progress { token: of, phase, estimate_nanos } if of == token => {
                    on(Event::CaseProgress { id: case.id.clone(), phase, estimate_nanos });
                }
                reply if reply.token() == Some(token) => return Ok(reply),
                _ => return Err(Silence::Status(off_topic())),
            },
            Incoming::Broken(what) => {
                return failed(Failure::Protocol, format!("the child sent an invalid message: {what}"));
            }
            Incoming::Closed => return Err(Silence::Status(gone(server, log))),
            Incoming::Nothing => {}
        }
        if settings.is_stopped() {
            return Err(Silence::Stopped);
        }
        if asked.elapsed() > case.timeout {
            let limit = case.timeout.as_secs_f64();
            let reason = format!("no result within {limit} s; `timeout` in bench.toml raises it");
            return failed(Failure::Timeout, reason);
        }
        if log.is_too_long() {
            return failed(Failure::Error, format!("it printed more than {} MiB", log::MAX_BYTES >> 20));
        }
    }
}

/// The status of a case whose child closed the channel.
fn gone(server: &mut Server, log: &Log) -> Status {
    // A moment for the process to end by itself, so that its own end is what is reported.
    if !server.process.wait_at_most(Duration::from_secs(2)) {
        return Status::failed(Failure::Protocol, "the child closed the channel and went on running");
    }
    match server.process.end() {
        Ok(exit) => end::status(exit, server.process.killer(), &log.tail(), log.last_words().as_deref()),
        Err(error) => Status::failed(Failure::Crash, format!("the process ended: {error}")),
    }
}

/// Returns what the child says, unless it cannot be.
pub(super) fn checked(
    status: Status,
    measurement: Option<Measurement>,
    elapsed: Duration,
) -> (Status, Option<Measurement>) {
    if !status.is_ok() {
        return (status, None);
    }
    let elapsed = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
    let fault = match &measurement {
        None => Some("a success without a measurement".to_owned()),
        Some(measurement) if measurement.metrics.len() > MAX_METRICS => {
            Some(format!("{} metrics for one case", measurement.metrics.len()))
        }
        Some(measurement) if measurement.notes.len() > MAX_METRICS => {
            Some(format!("{} notes for one case", measurement.notes.len()))
        }
        Some(measurement) => measurement.samples.fault(elapsed).or_else(|| measurement.memory.fault()),
    };
    match fault {
        Some(fault) => (
            Status::failed(Failure::Protocol, format!("the child reported an impossible value: {fault}")),
            None,
        ),
        None => (status, measurement),
    }
}

/// Told to the shell for children that report no phases of their own.
pub(super) fn measuring(case: &Case) -> Event {
    Event::CaseProgress { id: case.id.clone(), phase: Phase::Sampling, estimate_nanos: None }
}
