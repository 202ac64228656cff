//! What will be run, resolved: plain data, no I/O.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use accel_bench::protocol::Sampling;
use accel_bench::record::CaseId;

/// Which protocol a bench target speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Harness {
    /// `accel_bench::main!()`: cases are asked for one by one.
    #[default]
    AccelBench,
    /// `criterion_main!`: run unmodified, its samples read from its own files.
    Criterion,
}

/// What shares a child process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Isolate {
    /// One child serves all cases of a target, backend and precision.
    #[default]
    Process,
    /// Each case has a child of its own.
    Case,
}

/// Which CPUs a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cpus {
    All,
    Count(usize),
}

/// The cases that one child serves: one target, backend and precision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) executable: PathBuf,
    pub(crate) harness: Harness,
    pub(crate) isolate: Isolate,
    /// Where the child runs: the package's root, as under `cargo bench`.
    pub(crate) cwd: PathBuf,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) cpus: Cpus,
    pub(crate) cases: Vec<Case>,
}

/// One case with how to measure it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) id: CaseId,
    pub(crate) category: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) sampling: Sampling,
    /// Without an answer for this long the child is killed.
    pub(crate) timeout: Duration,
}

/// Which side of a comparison a unit belongs to; a plain run has only candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Baseline,
    Candidate,
}

/// One child process to be started.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) side: Side,
    /// Which of the fresh processes, from 0.
    pub(crate) round: u32,
    pub(crate) unit: Unit,
}

/// The order in which children run: round by round, so that each case's processes are spread over the whole
/// run; within a round the sides take turns unit by unit, and who begins alternates, so that neither side
/// always has the warmer or the busier machine.
pub(crate) fn schedule(sides: &[(Side, Vec<Unit>)], rounds: u32) -> Vec<Job> {
    let longest = sides.iter().map(|(_, units)| units.len()).max().unwrap_or(0);
    let mut jobs = Vec::new();
    for round in 0..rounds {
        for index in 0..longest {
            let mut turn: Vec<_> = sides.iter().collect();
            if (round as usize + index) % 2 == 1 {
                turn.reverse();
            }
            for (side, units) in turn {
                jobs.extend(units.get(index).map(|unit| Job { side: *side, round, unit: unit.clone() }));
            }
        }
    }
    jobs
}
