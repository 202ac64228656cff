//! `[backends.NAME]`: how a backend is built and run.

use std::collections::BTreeMap;

use accel_bench_record::HOST;
use accel_bench_record::backends::{self, BACKENDS};
use schemars::JsonSchema;
use serde::Deserialize;

use super::cpus::Cpus;

use super::at::{At, plain};
use super::cpus::RawCpus;
use super::env::Env;
use super::error::Problems;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawBackend {
    /// Cargo features that turn the backend on. Default: the feature of its name, where the package has it.
    features: Option<Vec<At<String>>>,
    /// Environment variables of the child processes.
    #[serde(default)]
    env: Env,
    /// The CPUs that a child may use: a number, or "all". Default: 1 for backends that compute on the CPU
    /// (it makes the steadiest numbers), else "all".
    cpus: Option<RawCpus>,
}

/// How a backend is built and run.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    /// Absent: the first of `known_by` that the package has.
    pub features: Option<Vec<String>>,
    pub known_by: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub cpus: Cpus,
}

impl RawBackend {
    pub(super) fn resolve(self, name: &str, problems: &mut Problems) -> Backend {
        problems.check_distinct("feature", self.features.as_deref().unwrap_or_default());
        let built_in = built_in(name);
        Backend {
            features: self.features.map(|features| plain(Some(&features))).or(built_in.features),
            known_by: built_in.known_by,
            env: self.env.0,
            cpus: self.cpus.map_or(built_in.cpus, |cpus| cpus.0),
        }
    }
}

/// The backends that need no declaration.
pub(super) fn all_built_in() -> BTreeMap<String, Backend> {
    BACKENDS.iter().map(|it| (it.name.to_owned(), built_in(it.name))).collect()
}

/// A backend as it is without a declaration; one of an unknown name is taken for a device.
fn built_in(name: &str) -> Backend {
    let known = backends::find(name);
    let own_name = [name];
    let known_by = known.map_or(&own_name[..], |it| it.features);
    Backend {
        features: (name == HOST).then(Vec::new),
        known_by: known_by.iter().map(|feature| (*feature).to_owned()).collect(),
        env: BTreeMap::new(),
        cpus: if known.is_some_and(|it| it.is_on_cpu) { Cpus::Count(1) } else { Cpus::All },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    fn check(text: &str, name: &str, features: Option<&[&str]>, cpus: Cpus) {
        let backend = manifest(text).backends[name].clone();
        let features = features.map(|list| list.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>());
        assert_eq!((backend.features, backend.cpus), (features, cpus), "{name} in {text}");
    }

    #[test]
    fn built_in_backends() {
        check("", "host", Some(&[]), Cpus::Count(1));
        check("", "ndarray", None, Cpus::Count(1));
        check("", "tch", None, Cpus::Count(1));
        check("", "wgpu", None, Cpus::All);
        check("", "cuda", None, Cpus::All);
        check("", "tch-cuda", None, Cpus::All);
        assert_eq!(manifest("").backends.len(), 22);
        assert_eq!(manifest("").backends["tch-cuda"].known_by, ["tch-cuda", "tch"]);
        assert_eq!(manifest("[backends.mine]").backends["mine"].known_by, ["mine"]);
    }

    #[test]
    fn declared_backends() {
        check("[backends.mine]", "mine", None, Cpus::All);
        check("[backends.mine]\nfeatures = [\"a\"]\ncpus = 4", "mine", Some(&["a"]), Cpus::Count(4));
        check("[backends.ndarray]\ncpus = \"all\"", "ndarray", None, Cpus::All);
        check("[backends.host]\ncpus = 2", "host", Some(&[]), Cpus::Count(2));
    }

    #[test]
    fn environment() {
        let manifest = manifest("[backends.tch.env]\nOMP_NUM_THREADS = \"1\"");
        assert_eq!(manifest.backends["tch"].env["OMP_NUM_THREADS"], "1");
    }

    #[test]
    fn problems() {
        problem("[backends.mine]\nfeatures = [\"a\", \"a\"]", "2", "feature `a` is listed twice");
        problem("[backends.mine]\nfeature = [\"a\"]", "2", "did you mean `features`?");
        problem("[backends.mine]\ncpus = 0", "2", "write 1 or more");
        problem("[backends]\nwgpu = 1", "2", "write `[backends.wgpu]` on a line of its own");
    }
}
