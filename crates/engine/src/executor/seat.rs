//! One of the processes that are interleaved: its child, and what it is asked.

use std::time::{Duration, Instant};

use accel_bench_record::protocol::{Ready, Reply, Request, SampleRequest, Sampled, Sampling};
use accel_bench_record::{Conditions, Failure, Measurement, Samples, Status};

use super::log::Log;
use super::meter::{Meter, TimedRegions};
use super::serve::{MOMENT, Server, Unfit};
use super::turns::{self, Silence, ask};
use super::{Error, Settings};
use crate::event::Event;
use crate::plan::{Case, InTurns, Isolate, Job};

/// A seat in one round, with the child that sits there, if one has been started.
#[derive(Debug)]
pub(super) struct Seated {
    pub(super) job: Job,
    child: Option<(Server, Log)>,
    /// Children started so far.
    children: usize,
}

/// A case on one seat: what it takes to sample it, and what came of it.
#[derive(Debug)]
pub(super) struct Player<'a> {
    seated: &'a mut Seated,
    case: Case,
    token: u64,
    pub(super) ready: Ready,
    samples: Samples,
    waited_nanos: Option<u64>,
    /// The last sample is taken again, which the child has not been told yet.
    redo: bool,
    opened: Instant,
    /// When its samples were taken.
    regions: TimedRegions,
}

/// A case that did not come to be sampled.
pub(super) struct Unopened<'a> {
    pub(super) seated: &'a mut Seated,
    pub(super) case: Case,
    pub(super) fault: Fault,
}

/// How a step of a case can end.
pub(super) enum Fault {
    /// The case is over.
    Case(Status),
    /// By Ctrl-C.
    Stopped,
    /// The run is over.
    Run(Error),
}

impl From<Silence> for Fault {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Status(status) => Self::Case(status),
            Silence::Stopped => Self::Stopped,
        }
    }
}

impl Seated {
    pub(super) fn new(job: Job) -> Self {
        Self { job, child: None, children: 0 }
    }

    pub(super) fn case(&self, id: &accel_bench_record::CaseKey) -> Option<Case> {
        self.job.unit.cases.iter().find(|case| case.id == *id).cloned()
    }

    /// A child that listens.
    fn start(&mut self, settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<(), Fault> {
        if self.child.is_some() {
            return Ok(());
        }
        self.children += 1;
        match turns::start(&self.job, self.children - 1, settings, on) {
            Ok(Ok(child)) => {
                self.child = Some(child);
                Ok(())
            }
            Ok(Err((Unfit::Stopped, _))) => Err(Fault::Stopped),
            Ok(Err((Unfit::Status(status), _))) => Err(Fault::Case(status)),
            Err(error) => Err(Fault::Run(error)),
        }
    }

    /// The child's log.
    fn log(&self) -> Option<&Log> {
        self.child.as_ref().map(|(_, log)| log)
    }

    /// Reports what became of a case, and ends the child where it cannot go on.
    pub(super) fn finish(
        &mut self,
        case: &Case,
        status: Status,
        measurement: Option<Measurement>,
        on: &mut dyn FnMut(Event),
    ) {
        let log = self.log().and_then(Log::shown);
        // Dropped, it takes its whole process group with it.
        drop(self.child.take_if(|_| !turns::is_healthy_after(&status)));
        if self.job.unit.isolate == Isolate::Case {
            self.quit();
        }
        on(turns::finished(&self.job, &case.id, status, measurement, log));
    }

    /// Lets the child end.
    pub(super) fn quit(&mut self) {
        self.quit_within(MOMENT);
    }

    /// Lets the child end, which takes long where a program around it has something to write.
    pub(super) fn quit_within(&mut self, patience: Duration) {
        if let Some((server, _)) = self.child.take() {
            server.quit(patience);
        }
    }
}

impl<'a> Player<'a> {
    /// Sets the case up and warms it up.
    pub(super) fn open(
        seated: &'a mut Seated,
        case: Case,
        token: u64,
        (how, slowdown): (&InTurns, Option<f64>),
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<Self, Box<Unopened<'a>>> {
        let opened = Instant::now();
        match open(seated, &case, token, (how, slowdown), settings, on) {
            Ok(ready) => Ok(Self {
                seated,
                case,
                token,
                ready,
                samples: Samples::default(),
                waited_nanos: Some(0),
                redo: false,
                opened,
                regions: TimedRegions::default(),
            }),
            Err(fault) => Err(Box::new(Unopened { seated, case, fault })),
        }
    }

    /// One sample of this many iterations.
    pub(super) fn sample(
        &mut self,
        iterations: u64,
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<Taken, Fault> {
        // After another process used a device, its caches and queues are not what this process left there.
        let discard = u32::from(self.ready.is_asynchronous);
        let redo = std::mem::take(&mut self.redo);
        let request = SampleRequest { token: self.token, iterations, samples: 1, discard, redo };
        let asked = Instant::now();
        let reply = self.ask(&Request::Sample(request), settings, on)?;
        let Sampled { nanos, waited_nanos, .. } = match reply {
            Reply::Sampled(sampled) => sampled,
            Reply::Finished { status, .. } if !status.is_ok() => return Err(Fault::Case(status)),
            _ => return Err(Fault::Case(no_sample("unexpected reply"))),
        };
        self.regions.push(asked, Instant::now());
        let elapsed = u64::try_from(asked.elapsed().as_nanos()).unwrap_or(u64::MAX);
        match (nanos.as_slice(), waited_nanos.first()) {
            ([nanos], _) if *nanos > elapsed => {
                let reason =
                    format!("the child reported an impossible value: {nanos} ns within {elapsed} ns");
                Err(Fault::Case(no_sample(&reason)))
            }
            ([nanos], waited) => Ok(Taken { iterations, nanos: *nanos, waited_nanos: waited.copied() }),
            _ => Err(Fault::Case(no_sample("the child was asked for one sample and sent another number"))),
        }
    }

    /// The last sample counts for nothing, and another one follows.
    pub(super) fn redo(&mut self) {
        self.redo = true;
    }

    pub(super) fn keep(&mut self, taken: Taken) {
        self.samples.push(taken.iterations, taken.nanos);
        self.waited_nanos = self.waited_nanos.zip(taken.waited_nanos).map(|(sum, more)| sum + more);
    }

    /// Ends the case well and says what was measured.
    pub(super) fn close(
        mut self,
        conditions: Conditions,
        (settings, meter): (&Settings, Option<&Meter>),
        on: &mut dyn FnMut(Event),
    ) -> Result<(), Fault> {
        let (status, measurement) = match self.ask(&Request::Close { token: self.token }, settings, on) {
            Ok(Reply::Finished { status, measurement, .. }) => {
                // Each sample was sent when it was taken. Only those that were not disturbed on any of the interleaved sides count.
                let samples = std::mem::take(&mut self.samples);
                let measurement = measurement.map(|measured| Measurement { samples, ..measured });
                turns::checked(status, measurement, self.opened.elapsed())
            }
            Ok(_) => (no_sample("unexpected reply"), None),
            Err(Fault::Case(status)) => (status, None),
            Err(fault) => return Err(fault),
        };
        let conditions = Some(Conditions { waited_nanos: self.waited_nanos, ..conditions });
        let mut measurement = measurement.map(|measured| Measurement { conditions, ..measured });
        if let Some((meter, measurement)) = meter.zip(measurement.as_mut()) {
            meter.add_to(measurement, &self.regions);
        }
        self.seated.finish(&self.case, status, measurement, on);
        Ok(())
    }

    /// Ends the case badly.
    pub(super) fn fail(self, status: Status, on: &mut dyn FnMut(Event)) {
        self.seated.finish(&self.case, status, None, on);
    }

    fn ask(
        &mut self,
        request: &Request,
        settings: &Settings,
        on: &mut dyn FnMut(Event),
    ) -> Result<Reply, Fault> {
        let (server, log) = self.seated.child.as_mut().expect("an open case has a child");
        Ok(ask(server, request, &self.case, self.token, log, settings, on)?)
    }
}

/// One sample and how long its process waited in it, if that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    iterations: u64,
    nanos: u64,
    waited_nanos: Option<u64>,
}

impl Taken {
    /// Returns whether another process had the CPU for a part of it that matters.
    pub(super) fn is_disturbed(&self) -> bool {
        self.waited_nanos.is_some_and(|waited| waited as f64 > self.nanos as f64 * MOST_WAITED)
    }
}

/// A sample in which the process waited for longer than this share is taken again: a context switch back and forth
/// costs some microseconds, which in a sample of a millisecond is not more than the clock's own noise.
const MOST_WAITED: f64 = 0.01;

fn open(
    seated: &mut Seated,
    case: &Case,
    token: u64,
    (how, slowdown): (&InTurns, Option<f64>),
    settings: &Settings,
    on: &mut dyn FnMut(Event),
) -> Result<Ready, Fault> {
    seated.start(settings, on)?;
    let (server, log) = seated.child.as_mut().expect("the child was started just now");
    log.mark();
    let warm_up_nanos = how.warm_up_nanos.max(case.least_warm_up_nanos);
    let sampling = Sampling { warm_up_nanos, sample_nanos: how.sample_nanos, ..case.sampling };
    let request = Request::Open(turns::request(case, token, sampling, slowdown));
    match ask(server, &request, case, token, log, settings, on)? {
        Reply::Ready(ready) if ready.estimate_nanos.is_finite() && ready.estimate_nanos >= 0.0 => Ok(ready),
        Reply::Finished { status, .. } if !status.is_ok() => Err(Fault::Case(status)),
        _ => Err(Fault::Case(no_sample("the case ended before it was sampled"))),
    }
}

fn no_sample(reason: &str) -> Status {
    Status::failed(Failure::Protocol, reason)
}
