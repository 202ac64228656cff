//! Child processes: started, spoken with, watched, ended. What happened comes out as [`Event`]s.
//!
//! Knows nothing of results beyond whether they can be; prints nothing, stores nothing, judges nothing.
//! Events are handed to the caller while the children wait, so that what the caller does with one (store it)
//! neither overlaps with a measurement nor is lost when the tool dies.

mod callgrind;
mod child;
mod claim;
mod criterion;
mod end;
mod error;
mod handover;
mod interleaved;
mod listing;
mod local;
mod log;
mod meter;
mod perf;
mod seat;
mod serve;
mod turns;
mod under;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use accel_bench_record::Counts;
use accel_bench_record::protocol::BenchmarkInfo;

use crate::Hardware;
use crate::event::Event;
use crate::plan::{Case, Harness, Job, Unit, WantedOfRound};

pub use claim::Claim;
pub(crate) use criterion::saved_results;
pub use error::Error;
pub use handover::{ask, become_program, hand_over};
pub use interleaved::Turns;
pub use local::Local;

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

    /// Returns whether the time is over after which nothing is begun.
    pub(crate) fn is_late(&self) -> bool {
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

/// The target that is asked for its benchmarks.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    pub target: &'a str,
    pub executable: &'a Path,
    pub cwd: &'a Path,
    pub harness: Harness,
    pub env: &'a BTreeMap<String, String>,
}

/// A case that is to be run in a process of its own, under a program that looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Alone<'a> {
    pub unit: &'a Unit,
    pub case: &'a Case,
    /// Absent: as many as it takes for the overhead not to matter.
    pub iterations: Option<u64>,
}

/// Where children run: the only way to them.
pub trait Executor: fmt::Debug + Send + Sync {
    /// Takes CPUs for as long as the claim lives, so that a second run on the machine uses others: of those that are
    /// `allowed` at most this many, by locks in `folder`.
    fn claim(&self, allowed: &[usize], wanted: usize, folder: &Path) -> Claim;

    /// Asks a target for its benchmarks; nothing is run.
    ///
    /// # Errors
    /// When the target does not answer, or not in a way that is understood.
    fn list(&self, target: Listed<'_>, settings: &Settings) -> Result<Vec<BenchmarkInfo>, Error>;

    /// Asks what the cases of a job do; nothing is timed. Each ends as in [`run`](Self::run), with a measurement that has no
    /// samples: its throughput, and the metrics that are known without running it.
    ///
    /// # Errors
    /// As those of [`run`](Self::run).
    fn describe(&self, job: &Job, settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error>;

    /// Counts what one iteration of a case does, in a process of its own. Nothing is timed.
    ///
    /// # Errors
    /// When a file or a channel of the child cannot be used; what goes wrong in the child is the reason for there being no
    /// counts. `None`: interrupted.
    fn count(&self, alone: Alone<'_>, settings: &Settings) -> Result<Option<Counts>, Error>;

    /// Records where a case spends its time: the stacks that it was found in, as `perf script` prints them, or why there are none.
    ///
    /// # Errors
    /// As those of [`count`](Self::count). `None`: interrupted.
    fn profile(
        &self,
        alone: Alone<'_>,
        settings: &Settings,
    ) -> Result<Option<std::result::Result<String, String>>, Error>;

    /// Runs the jobs in their order, one child at a time.
    ///
    /// # Errors
    /// When a file or a channel of a child cannot be used; what goes wrong in a child is the case's status.
    fn run(&self, jobs: &[Job], settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error>;

    /// Runs round after round, each with fresh processes that take samples interleaved. `open` is asked before each, with
    /// its number from 0, for the cases that take part; when there are none the run is complete. Those that are wanted from elsewhere
    /// have processes of their own.
    ///
    /// # Errors
    /// As those of [`run`](Self::run).
    fn run_in_turns(
        &self,
        turns: &Turns<'_>,
        settings: &Settings,
        open: &mut dyn FnMut(u32) -> WantedOfRound,
        on: &mut dyn FnMut(Event),
    ) -> Result<Ended, Error>;
}

/// How often a waiting runner looks up: for Ctrl-C, a log that exceeds its limit, a timeout.
const TICK: Duration = Duration::from_millis(50);
