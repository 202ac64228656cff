//! The plan of a run: from the manifest and the arguments to units of cases, and their order. Pure, no I/O.

mod builds;
mod error;
mod expand;
mod interleave;
mod listing;
mod matrix;
mod params;
#[cfg(test)]
pub(crate) mod sample_tests;
mod select;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use accel_bench_record::protocol::Sampling;
use accel_bench_record::{CaseKey, Params};
use serde::Serialize;

pub use self::builds::{BuildSet, Planned, which_builds};
pub use self::error::{Error, Place, check_known};
pub use self::expand::expand;
pub use self::interleave::{
    CONTROL_ROUNDS, CRITERION_NANOS, InTurns, Seat, Table, Wanted as WantedOfRound, interleave,
};
pub use self::listing::{Listing, sort};
pub use self::params::parse as parse_params;
pub use self::select::{Scope, Selection};
use crate::manifest::MODEL;
pub use crate::manifest::{Counter, Cpus, Harness, Isolate};

/// The main function of a bench target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Main {
    /// `harness = false`: its own.
    Own,
    /// cargo's default: the test harness of the compiler.
    Libtest,
}

/// A bench target of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenchTarget {
    pub package: String,
    pub version: String,
    /// Names the package to cargo unambiguously: a dependency may have the same name.
    pub package_id: String,
    pub target: String,
    pub source: PathBuf,
    /// The package's folder: where the child runs, as under `cargo bench`.
    pub root: PathBuf,
    /// The harness that the source uses; absent when it is none that we run.
    pub harness: Option<Harness>,
    pub main: Main,
    /// The package's features.
    pub features: BTreeSet<String>,
}

impl BenchTarget {
    /// Whether `package` in bench.toml means its package: `name`, or `name@version`.
    pub fn is_of(&self, package: &str) -> bool {
        match package.split_once('@') {
            Some((name, version)) => name == self.package && version == self.version,
            None => package == self.package,
        }
    }

    /// Returns whether it is run where no `bench.toml` names it.
    pub fn is_ours(&self) -> bool {
        self.harness.is_some() && self.main == Main::Own
    }
}

/// The cases that one child serves: one target, backend and precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub executable: PathBuf,
    pub harness: Harness,
    pub isolate: Isolate,
    /// Where the child runs: the package's root, as under `cargo bench`.
    pub cwd: PathBuf,
    pub env: BTreeMap<String, String>,
    pub cpus: Cpus,
    /// Fresh processes that each case is measured in.
    pub processes: u32,
    /// The counter of its instructions; absent: nothing is counted.
    pub counts: Option<Counter>,
    /// A program, with its arguments, that runs the executable; empty: it runs by itself.
    pub under: Vec<String>,
    pub cases: Vec<Case>,
}

/// One case with how to measure it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: CaseKey,
    /// Where the model is, if it is named by its folder: what the benchmark gets in place of the id's `model`.
    pub model_folder: Option<PathBuf>,
    pub category: Option<String>,
    /// See [`CaseRecord::version`](accel_bench_record::CaseRecord).
    pub version: Option<String>,
    pub tags: Vec<String>,
    /// Where the benchmark says that it is registered.
    pub source: String,
    /// Where its code begins, where the harness knows: see [`BenchmarkInfo`](accel_bench_record::protocol::BenchmarkInfo).
    pub entry: Option<i64>,
    pub sampling: Sampling,
    /// Minimum warm-up from `bench.toml`, in nanoseconds; 0 without one.
    pub least_warm_up_nanos: u64,
    /// Without an answer for this long the child is killed.
    pub timeout: Duration,
}

impl Case {
    /// The parameters as the benchmark gets them.
    pub fn params(&self) -> Params {
        let folder = self.model_folder.as_ref().map(|folder| folder.display().to_string());
        let model = folder.map(|folder| (MODEL.to_owned(), folder.into()));
        self.id.params.clone().into_iter().chain(model).collect()
    }
}

/// Which side of a comparison a unit belongs to; a plain run has only candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Baseline,
    Candidate,
    /// The candidate once more, next to itself.
    Control,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Baseline => "baseline",
            Self::Candidate => "candidate",
            Self::Control => "control",
        })
    }
}

/// One child process to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub side: Side,
    /// Which of the fresh processes, from 0.
    pub round: u32,
    /// The order in which the executable's functions were linked; `None`: as the compiler linked them.
    pub layout: Option<u32>,
    pub unit: Unit,
}

/// The order in which children run: round by round, so that each case's processes are spread over the whole
/// run; within a round the sides are interleaved unit by unit, and who begins alternates, so that neither side
/// always has the warmer or the busier machine. A unit has as many rounds as processes.
pub fn schedule(sides: &[(Side, Vec<Unit>)]) -> Vec<Job> {
    let longest = sides.iter().map(|(_, units)| units.len()).max().unwrap_or(0);
    let last = sides.iter().flat_map(|(_, units)| units).map(|unit| unit.processes).max().unwrap_or(0);
    let mut jobs = Vec::new();
    for round in 0..last {
        for index in 0..longest {
            let mut turn: Vec<_> = sides.iter().collect();
            if (round as usize + index) % 2 == 1 {
                turn.reverse();
            }
            for (side, units) in turn {
                let unit = units.get(index).filter(|unit| round < unit.processes);
                jobs.extend(unit.map(|unit| Job { side: *side, round, layout: None, unit: unit.clone() }));
            }
        }
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, processes: u32) -> Unit {
        Unit {
            executable: name.into(),
            harness: Harness::AccelBench,
            isolate: Isolate::Process,
            cwd: PathBuf::new(),
            env: BTreeMap::new(),
            cpus: Cpus::All,
            processes,
            counts: None,
            under: Vec::new(),
            cases: Vec::new(),
        }
    }

    /// Units by name; jobs as `round`, `b` or `c` for the side, and the unit's name.
    fn check(base: &[&str], candidate: &[&str], rounds: u32, expected: &str) {
        let units = |names: &[&str]| names.iter().map(|name| unit(name, rounds)).collect();
        scheduled(&[(Side::Baseline, units(base)), (Side::Candidate, units(candidate))], expected);
    }

    fn scheduled(sides: &[(Side, Vec<Unit>)], expected: &str) {
        let told = |job: Job| {
            let side = if job.side == Side::Baseline { 'b' } else { 'c' };
            format!("{}{side}{}", job.round, job.unit.executable.display())
        };
        assert_eq!(schedule(sides).into_iter().map(told).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn one_side() {
        check(&[], &["x", "y"], 2, "0cx 0cy 1cx 1cy");
        check(&[], &[], 3, "");
        check(&[], &["x"], 0, "");
    }

    #[test]
    fn sides_take_turns_and_who_begins_alternates() {
        check(&["x"], &["x"], 3, "0bx 0cx 1cx 1bx 2bx 2cx");
        check(&["x", "y"], &["x", "y"], 2, "0bx 0cx 0cy 0by 1cx 1bx 1by 1cy");
    }

    #[test]
    fn a_unit_of_one_side_only() {
        check(&["x"], &["x", "y"], 1, "0bx 0cx 0cy");
    }

    #[test]
    fn units_with_processes_of_their_own() {
        let units = vec![unit("x", 1), unit("y", 2), unit("z", 3)];
        scheduled(&[(Side::Candidate, units)], "0cx 0cy 0cz 1cy 1cz 2cz");
    }

    #[test]
    fn ours() {
        let target = |harness, main| BenchTarget {
            package: "app".to_owned(),
            version: "1.2.3".to_owned(),
            package_id: String::new(),
            target: String::new(),
            source: PathBuf::new(),
            root: PathBuf::new(),
            harness,
            main,
            features: BTreeSet::new(),
        };
        assert!(target(Some(Harness::Criterion), Main::Own).is_ours());
        assert!(!target(Some(Harness::AccelBench), Main::Libtest).is_ours());
        assert!(!target(None, Main::Own).is_ours());
        let is_of = |package: &str, expected: bool| {
            assert_eq!(target(None, Main::Own).is_of(package), expected, "{package}");
        };
        is_of("app", true);
        is_of("app@1.2.3", true);
        is_of("app@1.2", false);
        is_of("other", false);
    }

    /// However many units and rounds: each unit has its processes on each side, and no side is ahead by more than
    /// one process of a unit.
    #[test]
    fn schedules_are_complete_and_even() {
        for (units, rounds) in (0..5).flat_map(|units| (0..6).map(move |rounds| (units, rounds))) {
            let side = || (0..units).map(|n| unit(&n.to_string(), rounds)).collect::<Vec<_>>();
            let jobs = schedule(&[(Side::Baseline, side()), (Side::Candidate, side())]);
            assert_eq!(jobs.len(), 2 * units * rounds as usize);
            for of in side() {
                let mut ahead = 0_i32;
                for job in jobs.iter().filter(|job| job.unit == of) {
                    ahead += if job.side == Side::Baseline { 1 } else { -1 };
                    assert!(ahead.abs() <= 1, "{units} units, {rounds} rounds");
                }
                assert_eq!(ahead, 0);
            }
            let first = |side| jobs.chunks(2).filter(|turn| turn[0].side == side).count();
            assert!(first(Side::Baseline).abs_diff(first(Side::Candidate)) <= units.max(1));
            assert!(jobs.is_sorted_by_key(|job| job.round));
        }
    }
}
