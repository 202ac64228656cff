//! `[run]`: what runs when the command line names nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::{At, plain};
use super::error::Problems;
use super::known::Known;
use super::profile::DEFAULT;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawRun {
    /// The suite. Default: `all`.
    suite: Option<At<String>>,
    /// The profile. Default: `default`.
    profile: Option<At<String>>,
    /// The backends. Default: those of each bench, else `ndarray` or `host`.
    backends: Option<At<Vec<At<String>>>>,
    /// The branch that changes are compared with. Default: what git says.
    default_branch: Option<String>,
}

/// The default selection, when the command line names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub suite: Option<String>,
    pub profile: String,
    /// Empty: those of each bench, else the default ones.
    pub backends: Vec<String>,
    pub default_branch: Option<String>,
}

impl RawRun {
    pub(super) fn resolve(self, known: &Known, problems: &mut Problems) -> Run {
        known.check_suite(self.suite.as_ref(), problems);
        known.check_profile(self.profile.as_ref(), problems);
        problems.check_some("backend", self.backends.as_ref());
        let backends = self.backends.as_deref().map_or(&[][..], Vec::as_slice);
        problems.check_distinct("backend", backends);
        backends.iter().for_each(|name| known.check_backend(name, problems));
        Run {
            backends: plain(self.backends.as_deref()),
            suite: self.suite.map(At::into_inner),
            profile: self.profile.map_or_else(|| DEFAULT.to_owned(), At::into_inner),
            default_branch: self.default_branch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    #[test]
    fn defaults() {
        let expected =
            Run { suite: None, profile: "default".to_owned(), backends: vec![], default_branch: None };
        assert_eq!(manifest("").run, expected);
    }

    #[test]
    fn every_key() {
        let text = r#"
            run = { suite = "small", profile = "full", backends = ["ndarray"], default-branch = "trunk" }
            suites.small.filter = ["a"]
        "#;
        let run = manifest(text).run;
        assert_eq!((run.suite.as_deref(), run.profile.as_str()), (Some("small"), "full"));
        assert_eq!(
            (run.backends, run.default_branch.as_deref()),
            (vec!["ndarray".to_owned()], Some("trunk"))
        );
    }

    #[test]
    fn problems() {
        problem("[run]\nsuite = \"smal\"\n[suites.small]", "2", "did you mean `small`?");
        problem("[run]\nsuite = \"x\"", "2", "declare it with `[suites.x]`");
        problem("[run]\nprofile = \"quik\"", "2", "did you mean `quick`?");
        problem("[run]\nbackends = [\"ndaray\"]", "2", "did you mean `ndarray`?");
        problem("[run]\nbackends = []", "2", "leaves no case to run");
        problem("[run]\ndefault_branch = \"main\"", "2", "did you mean `default-branch`?");
    }
}
