//! `[profiles.NAME]`: how much is measured.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use accel_bench_record::protocol::Sampling;
use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::duration::Time;
use super::error::{Problem, Problems};
use super::processes::Processes;

/// The profile that is used when none is named.
pub(crate) const DEFAULT: &str = "default";
const QUICK: &str = "quick";
const FULL: &str = "full";

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawProfile {
    /// Fresh processes that each case is measured in. Default: 5; 3 in `quick`, 10 in `full`.
    processes: Option<Processes>,
    /// Warm up at least this long. Default: "200ms"; "1s" in `full`.
    warm_up: Option<Time>,
    /// Collect samples this long. Default: "300ms"; "1s" in `full`.
    time: Option<At<Time>>,
    /// Short work is repeated until a sample takes this long. Default: "1ms".
    sample_time: Option<At<Time>>,
    /// Collect at least this many samples, however long it takes. Default: 3; 10 in `full`.
    min_samples: Option<At<NonZeroU32>>,
    /// Collect at most this many samples. Default: 1000.
    max_samples: Option<At<NonZeroU32>>,
}

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Fresh processes that each case is measured in.
    pub processes: u32,
    pub sampling: Sampling,
}

/// The profiles that need no declaration.
pub(super) fn all_built_in() -> BTreeMap<String, Profile> {
    [QUICK, DEFAULT, FULL].into_iter().map(|name| (name.to_owned(), built_in(name))).collect()
}

/// A profile as it is without a declaration; one of an unknown name is as the default one. A sample of 1 ms is a
/// thousand times the clock's reading and far above a launch (`measurement.md`). More processes decide more than
/// longer ones: `quick` and the default one differ in nothing else, and `full` adds both.
fn built_in(name: &str) -> Profile {
    let full = name == FULL;
    Profile {
        processes: match name {
            QUICK => 3,
            FULL => 10,
            _ => 5,
        },
        sampling: Sampling {
            warm_up_nanos: if full { 1_000_000_000 } else { 200_000_000 },
            time_nanos: if full { 1_000_000_000 } else { 300_000_000 },
            sample_nanos: 1_000_000,
            min_samples: if full { 10 } else { 3 },
            max_samples: 1_000,
        },
    }
}

impl RawProfile {
    /// Returns what is not said is as in the built-in profile of the name, else as in `default`.
    pub(super) fn resolve(self, name: &str, problems: &mut Problems) -> Profile {
        let Profile { processes, sampling } = built_in(name);
        problems.check_time("time", self.time.as_ref());
        problems.check_time("sample-time", self.sample_time.as_ref());
        let min_samples = self.min_samples.as_ref().map_or(sampling.min_samples, |count| count.get());
        let max_samples = self.max_samples.as_ref().map_or(sampling.max_samples, |count| count.get());
        if let Some(count) =
            self.max_samples.as_ref().or(self.min_samples.as_ref()).filter(|_| max_samples < min_samples)
        {
            let title = format!("at most {max_samples} samples, but at least {min_samples}");
            problems.push(Problem::new(count.span(), title, "let `max-samples` be at least `min-samples`"));
        }
        Profile {
            processes: self.processes.map_or(processes, |processes| processes.0),
            sampling: Sampling {
                warm_up_nanos: self.warm_up.map_or(sampling.warm_up_nanos, |time| nanos(time.0)),
                time_nanos: self.time.map_or(sampling.time_nanos, |time| nanos(time.0)),
                sample_nanos: self.sample_time.map_or(sampling.sample_nanos, |time| nanos(time.0)),
                min_samples,
                max_samples,
            },
        }
    }
}

/// A `Time` is at most a day, which fits 64 bits 200,000 times.
pub fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::{manifest, problem};

    fn check(text: &str, name: &str, processes: u32, warm_up_ms: u64, time_ms: u64) {
        let profile = manifest(text).profiles[name].clone();
        let found = (profile.processes, profile.sampling.warm_up_nanos, profile.sampling.time_nanos);
        assert_eq!(found, (processes, warm_up_ms * 1_000_000, time_ms * 1_000_000), "{name} in {text}");
    }

    #[test]
    fn built_in_profiles() {
        check("", "quick", 3, 200, 300);
        check("", "default", 5, 200, 300);
        check("", "full", 10, 1_000, 1_000);
        let profiles = manifest("").profiles;
        assert_eq!(profiles.keys().collect::<Vec<_>>(), ["default", "full", "quick"]);
        assert_eq!(profiles["quick"].sampling, profiles["default"].sampling);
        assert_eq!(profiles["quick"].sampling.sample_nanos, 1_000_000);
    }

    #[test]
    fn changed_and_new_profiles() {
        check("[profiles.full]\ntime = \"2s\"", "full", 10, 1_000, 2_000);
        check("[profiles.default]\nprocesses = 7", "default", 7, 200, 300);
        check("[profiles.mine]\ntime = \"2s\"", "mine", 5, 200, 2_000);
        check("[profiles.night]\nprocesses = 20\nwarm-up = \"0s\"", "night", 20, 0, 300);
        let text = "[profiles.a]\nmin-samples = 20\nmax-samples = 30\nsample-time = \"2ms\"";
        let sampling = manifest(text).profiles["a"].sampling;
        assert_eq!((sampling.min_samples, sampling.max_samples, sampling.sample_nanos), (20, 30, 2_000_000));
    }

    #[test]
    fn problems() {
        problem("[profiles.quick]\nprocesses = 0", "2", "a whole number from 1");
        problem("[profiles.quick]\nprocess = 3", "2", "did you mean `processes`?");
        problem("[profiles.quick]\ntime = \"0s\"", "2", "write more than zero");
        problem(
            "[profiles.quick]\nmin-samples = 20\nmax-samples = 10",
            "3",
            "at most 10 samples, but at least 20",
        );
        problem("[profiles.quick]\nmin-samples = 2000", "2", "at most 1000 samples");
    }
}
