//! The whole file as it is spelt: what the JSON schema describes.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::at::At;
use super::backend::RawBackend;
use super::baseline::RawBaseline;
use super::bench::RawBench;
use super::build::RawBuild;
use super::gate::RawGate;
use super::hook::RawHook;
use super::known::Known;
use super::profile::RawProfile;
use super::run::RawRun;
use super::store::RawStore;
use super::suite::RawSuite;
use super::{backend, profile, suite};

/// What `cargo accel-bench` runs in this project, and how. Everything has a default.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(title = "bench.toml", deny_unknown_fields, default)]
pub(super) struct RawManifest {
    /// The bench targets to run. Default: every bench target of the workspace that uses the harness.
    pub(super) bench: Vec<At<RawBench>>,
    /// How each backend is built and run.
    pub(super) backends: BTreeMap<String, At<RawBackend>>,
    /// Named selections of cases. `all` is always there.
    pub(super) suites: BTreeMap<String, At<RawSuite>>,
    /// How much is measured. `quick`, `default` and `full` are always there and may be changed here.
    pub(super) profiles: BTreeMap<String, At<RawProfile>>,
    /// Minimum effect size.
    pub(super) gate: Option<RawGate>,
    /// Where results are kept, and which.
    pub(super) store: Option<RawStore>,
    /// Where approved baselines are kept.
    pub(super) baseline: Option<RawBaseline>,
    /// The default selection, when the command line names nothing.
    pub(super) run: Option<RawRun>,
    /// The git hook.
    pub(super) hook: Option<RawHook>,
    /// How executables are built.
    pub(super) build: Option<RawBuild>,
}

impl RawManifest {
    /// The names that its tables may refer to.
    pub(super) fn known(&self) -> Known {
        Known {
            backends: backend::all_built_in().into_keys().chain(self.backends.keys().cloned()).collect(),
            suites: [suite::ALL.to_owned()].into_iter().chain(self.suites.keys().cloned()).collect(),
            profiles: profile::all_built_in().into_keys().chain(self.profiles.keys().cloned()).collect(),
        }
    }
}
