//! The facts that all rows of a run share.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use accel_bench_record::{CaseKey, CaseRecord, RunRecord, RunState, Surroundings, TreeState};
use serde::{Deserialize, Serialize};

/// A run without its cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    pub id: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// The program that measured: `accel-bench`, or one whose results were imported.
    pub source: String,
    /// `complete` or `interrupted`.
    pub state: String,
    /// The full hash; absent outside git.
    pub commit: Option<String>,
    /// RFC 3339, UTC.
    pub commit_time: Option<String>,
    /// Commits on the longest way from a root to this one: a parent's is smaller than its child's, whatever their clocks said.
    pub generation: Option<u64>,
    pub branch: Option<String>,
    /// The tag that named exactly this commit when the run was added.
    pub tag: Option<String>,
    pub subject: Option<String>,
    /// `clean`, `dirty`, `merge`; `none` outside git.
    pub tree: String,
    /// The machine class.
    pub machine: String,
    /// The selection, as JSON: runs of the same one should have the same cases.
    pub selection: String,
    pub steady: bool,
    pub setup: Setup,
    /// Calibration put extra work into its cases.
    pub is_slowed: bool,
    /// The benchmarks' versions, by bench and name, where they are known. Runs share them, because benchmarks seldom change; so does a
    /// file, which keeps each set once.
    #[serde(skip)]
    pub versions: Arc<BTreeMap<String, String>>,
}

/// The surroundings of the code on one machine class: where they change, a level may change without a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Setup {
    /// The compiler.
    pub toolchain: String,
    /// Profile, flags and features.
    pub build: String,
    /// The drivers of the GPU adapters.
    pub drivers: String,
    /// Operating system and kernel.
    pub system: String,
}

impl RunFacts {
    /// The facts of a run whose commit has this generation and this tag.
    #[must_use]
    pub fn of(run: &RunRecord, generation: Option<u64>, tag: Option<String>) -> Self {
        let commit = run.commit.as_ref();
        Self {
            id: run.id.clone(),
            started: run.started.clone(),
            source: run.tool.source.clone().unwrap_or_else(|| "accel-bench".to_owned()),
            state: state(run.state).to_owned(),
            commit: commit.map(|commit| commit.id.clone()),
            commit_time: commit.map(|commit| commit.time.clone()),
            generation,
            branch: commit.and_then(|commit| commit.branch.clone()),
            tag,
            subject: commit.map(|commit| commit.subject.clone()),
            tree: commit.map_or("none", |commit| tree(&commit.tree)).to_owned(),
            machine: run.machine.clone(),
            selection: serde_json::to_string(&run.profile.selection).unwrap_or_default(),
            steady: run.surroundings.build.steady,
            setup: Setup::of(&run.surroundings),
            versions: Arc::new(versions(run)),
            is_slowed: run.interleaved.as_ref().is_some_and(|turns| !turns.slowdowns.is_empty()),
        }
    }

    /// The version of a case's benchmark in this run.
    #[must_use]
    pub fn version(&self, case: &CaseKey) -> Option<&str> {
        version(&self.versions, case)
    }

    /// Says whether the numbers are those of the commit's own code.
    #[must_use]
    pub fn is_of_its_commit(&self) -> bool {
        ["clean", "none"].contains(&self.tree.as_str()) && !self.is_slowed
    }
}

fn benchmark(case: &CaseKey) -> String {
    format!("{}/{}", case.bench, case.benchmark)
}

/// The version of a case's benchmark among these of its run.
pub(crate) fn version<'v>(versions: &'v BTreeMap<String, String>, case: &CaseKey) -> Option<&'v str> {
    versions.get(&benchmark(case)).map(String::as_str)
}

fn versions(run: &RunRecord) -> BTreeMap<String, String> {
    let version = |case: &CaseRecord| Some((benchmark(&case.id), case.version.clone()?));
    run.cases.iter().filter_map(version).collect()
}

impl Setup {
    fn of(surroundings: &Surroundings) -> Self {
        let (build, environment) = (&surroundings.build, &surroundings.environment);
        let mut drivers = String::new();
        for adapter in &environment.adapters {
            let separator = if drivers.is_empty() { "" } else { "; " };
            let (name, api) = (&adapter.name, &adapter.api);
            // Writing to a string cannot fail.
            let _ =
                write!(drivers, "{separator}{name} ({api}, {} {})", adapter.driver, adapter.driver_version);
        }
        let mut parts = vec![build.profile.clone(), build.rustflags.clone()];
        parts.extend(
            build.features.iter().map(|(backend, features)| format!("{backend}: {}", features.join(","))),
        );
        parts.retain(|part| !part.is_empty());
        let os = &environment.os;
        let system = [&os.name, &os.version, &os.kernel].into_iter().flatten().cloned().collect::<Vec<_>>();
        Self { toolchain: build.rustc.clone(), build: parts.join("; "), drivers, system: system.join(" ") }
    }

    /// The differences, as `name: one → other`.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let parts = [
            ("toolchain", &self.toolchain, &later.toolchain),
            ("build", &self.build, &later.build),
            ("drivers", &self.drivers, &later.drivers),
            ("system", &self.system, &later.system),
        ];
        let named = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        let differ = parts.into_iter().filter(|(_, one, other)| one != other);
        differ.map(|(name, one, other)| format!("{name}: {} → {}", named(one), named(other))).collect()
    }
}

fn state(state: RunState) -> &'static str {
    match state {
        RunState::Complete => "complete",
        RunState::Interrupted | RunState::Running => "interrupted",
    }
}

fn tree(tree: &TreeState) -> &'static str {
    match tree {
        TreeState::Clean => "clean",
        TreeState::Dirty { .. } => "dirty",
        TreeState::Merge { .. } => "merge",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use accel_bench_record::{Interleaved, RunRecord};

    use super::*;
    use crate::sample_tests::run;

    fn of(change: impl Fn(&mut RunRecord)) -> RunFacts {
        let mut record = run(1, Vec::new());
        change(&mut record);
        RunFacts::of(&record, None, None)
    }

    #[test]
    fn only_clean_and_unslowed_runs_are_of_their_commit() {
        assert!(of(|_| ()).is_of_its_commit());
        assert!(of(|record| record.commit = None).is_of_its_commit());
        let tree = |tree: TreeState| of(|record| record.commit.as_mut().expect("one").tree = tree.clone());
        assert!(!tree(TreeState::Dirty { tree: "x".into() }).is_of_its_commit());
        assert!(!tree(TreeState::Merge { tree: "x".into(), with: "y".into() }).is_of_its_commit());
        let slowdowns: BTreeMap<_, _> = [("demo/a@host".to_owned(), 0.05)].into();
        let turns = Interleaved { slowdowns, ..Interleaved::default() };
        assert!(!of(|record| record.interleaved = Some(turns.clone())).is_of_its_commit());
    }

    #[test]
    fn what_differs_between_setups_is_named() {
        let old = of(|record| record.surroundings.build.rustc = "rustc 1.94.0".into()).setup;
        let new = of(|record| {
            record.surroundings.build.rustc = "rustc 1.95.0".into();
            record.surroundings.environment.os.kernel = Some("6.1".into());
        });
        let expected = ["toolchain: rustc 1.94.0 → rustc 1.95.0", "system: none → 6.1"];
        assert_eq!(old.differences(&new.setup), expected);
        assert_eq!(new.setup.differences(&new.setup), [""; 0]);
    }

    #[test]
    fn facts_are_read_back_as_they_were_written() {
        let facts = of(|record| record.state = RunState::Interrupted);
        let text = serde_json::to_string(&facts).expect("JSON");
        assert_eq!(serde_json::from_str::<RunFacts>(&text).expect("it reads back"), facts);
        assert_eq!(facts.state, "interrupted");
    }
}
