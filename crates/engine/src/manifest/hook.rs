//! `[hook]`: what the git hook measures, and for how long.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::duration::Time;
use super::error::Problems;
use super::known::Known;
use super::profile::DEFAULT;

/// Longer than this, people take the hook out.
const BUDGET: Duration = Duration::from_secs(90);

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawHook {
    /// Measuring ends after this time. Default: "90s".
    budget: Option<At<Time>>,
    /// The suite that is measured. Default: that of `[run]`.
    suite: Option<At<String>>,
    /// The profile. Default: `default`.
    profile: Option<At<String>>,
}

/// The selection that the git hook measures, and its budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub budget: Duration,
    pub suite: Option<String>,
    pub profile: String,
}

impl RawHook {
    pub(super) fn resolve(self, known: &Known, problems: &mut Problems) -> Hook {
        problems.check_time("budget", self.budget.as_ref());
        known.check_suite(self.suite.as_ref(), problems);
        known.check_profile(self.profile.as_ref(), problems);
        Hook {
            budget: self.budget.map_or(BUDGET, |time| time.0),
            suite: self.suite.map(At::into_inner),
            profile: self.profile.map_or_else(|| DEFAULT.to_owned(), At::into_inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    fn check(text: &str, seconds: u64, suite: Option<&str>, profile: &str) {
        let hook = manifest(text).hook;
        assert_eq!(hook.budget, Duration::from_secs(seconds), "{text}");
        assert_eq!((hook.suite.as_deref(), hook.profile.as_str()), (suite, profile), "{text}");
    }

    #[test]
    fn keys() {
        check("", 90, None, "default");
        check(
            "[hook]\nbudget = \"3m\"\nsuite = \"s\"\nprofile = \"full\"\n[suites.s]",
            180,
            Some("s"),
            "full",
        );
    }

    #[test]
    fn problems() {
        problem("[hook]\nbudget = 90", "2", "write `\"90ms\"` or `\"90s\"`");
        problem("[hook]\nbudget = \"0s\"", "2", "write more than zero");
        problem("[hook]\nsuite = \"x\"", "2", "unknown suite `x`");
        problem("[hook]\nprofile = \"x\"", "2", "unknown profile `x`");
    }
}
