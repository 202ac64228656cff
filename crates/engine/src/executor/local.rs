//! Children of this process, on this machine.

use std::collections::BTreeSet;
use std::path::Path;

use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{Counts, Status};

use super::turns::Asked;
use super::{
    Alone, Claim, Ended, Error, Executor, Listed, Settings, Turns, callgrind, claim, criterion, interleaved,
    listing, perf, turns,
};
use crate::event::Event;
use crate::plan::{Harness, Job, WantedOfRound};

/// Starts children as processes of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Executor for Local {
    fn claim(&self, allowed: &[usize], wanted: usize, folder: &Path) -> Claim {
        claim::claim(allowed, wanted, folder)
    }

    fn list(&self, target: Listed<'_>, settings: &Settings) -> Result<Vec<BenchmarkInfo>, Error> {
        listing::list(target, settings)
    }

    fn describe(&self, job: &Job, settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
        turns::run(job, Asked::Description, settings, on)
    }

    fn count(&self, alone: Alone<'_>, settings: &Settings) -> Result<Option<Counts>, Error> {
        callgrind::count(alone, settings)
    }

    fn profile(&self, alone: Alone<'_>, settings: &Settings) -> Result<Option<perf::Stacks>, Error> {
        perf::profile(alone, settings)
    }

    fn run(&self, jobs: &[Job], settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
        run(jobs, settings, on)
    }

    fn run_in_turns(
        &self,
        turns: &Turns<'_>,
        settings: &Settings,
        open: &mut dyn FnMut(u32) -> WantedOfRound,
        on: &mut dyn FnMut(Event),
    ) -> Result<Ended, Error> {
        interleaved::run(turns, settings, open, on)
    }
}

/// A case that failed on one side is not tried again in that side's later rounds: a hang would cost its timeout each
/// time.
fn run(jobs: &[Job], settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
    let mut failed = BTreeSet::new();
    for job in jobs {
        let mut left = job.clone();
        left.unit.cases.retain(|case| !failed.contains(&(job.side, case.id.clone())));
        let mut watch = |event: Event| {
            if let Event::CaseFinished { side, id, status: Status::Failed { .. }, .. } = &event {
                failed.insert((*side, id.clone()));
            }
            on(event);
        };
        let ended = match job.unit.harness {
            Harness::AccelBench => turns::run(&left, Asked::Measurement, settings, &mut watch)?,
            Harness::Criterion => criterion::run(&left, settings, &mut watch)?,
        };
        if ended != Ended::Complete {
            return Ok(ended);
        }
    }
    Ok(Ended::Complete)
}
