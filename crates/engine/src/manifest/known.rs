//! The names that the tables of one file may refer to.

use super::at::At;
use super::error::Problems;

/// All names that are built in or declared in the file.
pub(super) struct Known {
    pub(super) backends: Vec<String>,
    pub(super) suites: Vec<String>,
    pub(super) profiles: Vec<String>,
}

impl Known {
    pub(super) fn check_backend(&self, name: &At<String>, problems: &mut Problems) {
        problems.check_known(
            "backend",
            name,
            &self.backends,
            &format!("or declare it with `[backends.{}]`", **name),
        );
    }

    pub(super) fn check_suite(&self, name: Option<&At<String>>, problems: &mut Problems) {
        if let Some(name) = name {
            problems.check_known(
                "suite",
                name,
                &self.suites,
                &format!("or declare it with `[suites.{}]`", **name),
            );
        }
    }

    pub(super) fn check_profile(&self, name: Option<&At<String>>, problems: &mut Problems) {
        if let Some(name) = name {
            problems.check_known(
                "profile",
                name,
                &self.profiles,
                &format!("or declare it with `[profiles.{}]`", **name),
            );
        }
    }
}
