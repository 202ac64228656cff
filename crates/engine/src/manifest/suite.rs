//! `[suites.NAME]`: a named selection of cases.

use std::collections::BTreeMap;
use std::time::Duration;

use accel_bench_record::ParamValue;
use schemars::JsonSchema;
use serde::Deserialize;

use super::at::{At, plain};
use super::duration::Time;
use super::error::Problems;
use super::folder::{self, ModelFolder};
use super::known::Known;
use super::pattern::Pattern;
use super::values::Values;

/// The suite that selects everything; no file can declare it otherwise.
pub const ALL: &str = "all";

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawSuite {
    /// The purpose of the suite.
    description: Option<String>,
    /// Patterns of case names, `kernels/*` or `matmul`: a case is in when one matches. Default: every case.
    filter: Option<At<Vec<At<String>>>>,
    /// Only benchmarks of these categories.
    categories: Option<At<Vec<At<String>>>>,
    /// Only cases of these models.
    models: Option<At<Vec<At<String>>>>,
    /// Only these backends.
    backends: Option<At<Vec<At<String>>>>,
    /// Only benchmarks with one of these tags.
    tags: Option<At<Vec<At<String>>>>,
    /// Values of parameters, in place of the benchmarks' and the benches' own.
    #[serde(default)]
    params: BTreeMap<String, Values>,
    /// The profile to measure with. Default: that of `[run]`.
    profile: Option<At<String>>,
    /// Start no case later than this after the first, "15min". Default: however long it takes.
    budget: Option<At<Time>>,
}

/// A named selection: a case is in when every list that is not empty has a match for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suite {
    pub description: Option<String>,
    pub filters: Vec<Pattern>,
    pub categories: Vec<Pattern>,
    pub models: Vec<Pattern>,
    pub backends: Vec<String>,
    pub tags: Vec<Pattern>,
    pub params: BTreeMap<String, Vec<ParamValue>>,
    /// The models among them that are named by their folder.
    pub folders: Vec<ModelFolder>,
    pub profile: Option<String>,
    pub budget: Option<Duration>,
}

impl RawSuite {
    pub(super) fn resolve(self, known: &Known, problems: &mut Problems) -> Suite {
        self.check(known, problems);
        Suite {
            description: self.description,
            filters: patterns(self.filter.as_ref()),
            categories: patterns(self.categories.as_ref()),
            models: patterns(self.models.as_ref()),
            backends: plain(self.backends.as_deref()),
            tags: patterns(self.tags.as_ref()),
            folders: folder::of_params(&self.params, problems),
            params: self.params.into_iter().map(|(name, values)| (name, values.all)).collect(),
            profile: self.profile.map(At::into_inner),
            budget: self.budget.map(|time| time.0),
        }
    }

    fn check(&self, known: &Known, problems: &mut Problems) {
        let lists = [
            ("pattern", &self.filter),
            ("category", &self.categories),
            ("model", &self.models),
            ("backend", &self.backends),
            ("tag", &self.tags),
        ];
        for (what, list) in lists {
            problems.check_some(what, list.as_ref());
            problems.check_distinct(what, list.as_deref().map_or(&[], Vec::as_slice));
        }
        for name in self.backends.iter().flat_map(|list| list.iter()) {
            known.check_backend(name, problems);
        }
        known.check_profile(self.profile.as_ref(), problems);
        problems.check_time("budget", self.budget.as_ref());
    }
}

fn patterns(list: Option<&At<Vec<At<String>>>>) -> Vec<Pattern> {
    plain(list.map(|list| &**list)).into_iter().map(Pattern::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    #[test]
    fn every_key() {
        let text = r#"
            [suites.encoders]
            description = "BERT"
            filter = ["enc/*"]
            categories = ["inference"]
            models = ["bert-*"]
            backends = ["ndarray"]
            tags = ["encoder"]
            params = { batch-size = [1] }
            profile = "full"
            budget = "15min"
        "#;
        let expected = Suite {
            description: Some("BERT".to_owned()),
            filters: vec![Pattern::new("enc/*")],
            categories: vec![Pattern::new("inference")],
            models: vec![Pattern::new("bert-*")],
            backends: vec!["ndarray".to_owned()],
            tags: vec![Pattern::new("encoder")],
            params: [("batch-size".to_owned(), vec![ParamValue::Int(1)])].into(),
            folders: Vec::new(),
            profile: Some("full".to_owned()),
            budget: Some(Duration::from_secs(15 * 60)),
        };
        assert_eq!(manifest(text).suites["encoders"], expected);
    }

    #[test]
    fn all_is_always_there() {
        assert_eq!(manifest("").suites[ALL].filters, []);
        problem("[suites.all]\nfilter = [\"a\"]", "1", "give it another name");
    }

    #[test]
    fn problems() {
        problem("[suites.a]\nfilters = [\"a\"]", "2", "did you mean `filter`?");
        problem("[suites.a]\nfilter = []", "2", "leaves no case to run");
        problem("[suites.a]\nbackends = [\"wpgu\"]", "2", "did you mean `wgpu`?");
        problem("[suites.a]\ntags = [\"x\", \"x\"]", "2", "tag `x` is listed twice");
        problem("[suites.a]\nprofile = \"fulll\"", "2", "did you mean `full`?");
        problem("[suites.a]\nparams = { n = [] }", "2", "an empty list leaves no case");
        problem("[suites.a]\nbudget = \"0s\"", "2", "write more than zero");
        problem("[suites.a]\nbudget = 15", "2", "a duration without a unit");
        problem("[suites.\"a b\"]", "1", "letters, digits");
    }
}
