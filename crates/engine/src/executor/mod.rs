//! Child processes: started, spoken with, watched, ended. What happened comes out as [`Event`]s.
//!
//! Knows nothing of results beyond whether they can be; prints nothing, stores nothing, judges nothing.
//! Events are handed to the caller while the children wait, so that what the caller does with one (store it)
//! neither overlaps with a measurement nor is lost when the tool dies.

mod child;
mod claim;
mod criterion;
mod end;
mod error;
mod interleaved;
mod listing;
mod log;
mod seat;
mod serve;
mod turns;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use accel_bench_record::Status;

use crate::Hardware;
use crate::event::Event;
use crate::plan::{Harness, Job};

pub use claim::{Claim, claim};
pub use error::Error;
pub use interleaved::{Turns, run as run_in_turns};
pub use listing::list;

/// Settings that all children of a run have in common.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the children's output is kept; made when needed.
    pub logs: PathBuf,
    /// How logs are called in the results: relative to the store.
    pub logs_shown_as: String,
    /// CPUs that pinned children share, best first; empty: no one is pinned.
    pub cpus: Vec<usize>,
    /// No case is started after it.
    pub deadline: Option<Instant>,
    /// Set by Ctrl-C.
    pub stop: Arc<AtomicBool>,
    /// Environment variables that children must not inherit.
    pub without_env: Vec<String>,
    /// Asked for what the machine has counted so far.
    pub hardware: Arc<dyn Hardware>,
}

impl Settings {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Complete,
    /// By Ctrl-C.
    Interrupted,
    OutOfTime,
}

/// Runs the jobs in their order, one child at a time.
///
/// A case that failed on one side is not tried again in that side's later rounds: a hang would cost its
/// timeout each time.
pub fn run(jobs: &[Job], settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
    let mut failed = BTreeSet::new();
    for job in jobs {
        let mut left = job.clone();
        left.unit.cases.retain(|case| !failed.contains(&(job.side, case.id.to_string())));
        let mut watch = |event: Event| {
            if let Event::CaseFinished { side, id, status: Status::Failed { .. }, .. } = &event {
                failed.insert((*side, id.to_string()));
            }
            on(event);
        };
        let ended = match job.unit.harness {
            Harness::AccelBench => turns::run(&left, settings, &mut watch)?,
            Harness::Criterion => criterion::run(&left, settings, &mut watch)?,
        };
        if ended != Ended::Complete {
            return Ok(ended);
        }
    }
    Ok(Ended::Complete)
}

/// How often a waiting runner looks up: for Ctrl-C, a log that exceeds its limit, a timeout.
const TICK: Duration = Duration::from_millis(50);
