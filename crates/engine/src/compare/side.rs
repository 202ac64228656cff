//! Which run is based on a side.

use accel_bench_record::{CommitInfo, Profile, RunRecord, RunState};

/// The run on one side, as a reader needs to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct SideInfo {
    pub run: String,
    pub started: String,
    pub state: RunState,
    pub commit: Option<CommitInfo>,
    pub machine: String,
    pub profile: Profile,
    /// Its executables were built steadily.
    pub steady: bool,
}

impl From<&RunRecord> for SideInfo {
    fn from(run: &RunRecord) -> Self {
        Self {
            run: run.id.clone(),
            started: run.started.clone(),
            state: run.state,
            commit: run.commit.clone(),
            machine: run.machine.clone(),
            profile: run.profile.clone(),
            steady: run.surroundings.build.steady,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn says_which_run_it_is() {
        let run = sample::run("20261121-093045-3f9a", vec![]);
        let side = SideInfo::from(&run);
        assert_eq!(
            (side.run.as_str(), side.machine.as_str()),
            ("20261121-093045-3f9a", "epyc-2c-24g-1a2b3c")
        );
        assert_eq!((side.commit, side.profile), (run.commit, run.profile));
    }
}
