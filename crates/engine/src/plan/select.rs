//! Which benches, benchmarks and cases a suite and the arguments select together.

use std::collections::BTreeMap;
use std::time::Duration;

use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{CaseKey, ParamValue, Selected, SelectionRecord};

use crate::manifest::{ALL, Bench, MODEL, Manifest, ModelFolder, Pattern, Profile, Suite};

use super::error::{Error, check_known};

/// The selection of the command line. Empty lists select everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Absent: that of `[run]`, else `all`.
    pub suite: Option<String>,
    /// Absent: that of the suite, else that of `[run]`.
    pub profile: Option<String>,
    /// A case is in when one of them matches its id.
    pub filters: Vec<Pattern>,
    /// Names of benchmarks, with or without their group, or of whole benches.
    pub benchmarks: Vec<Pattern>,
    /// In place of the suite's.
    pub backends: Vec<String>,
    pub categories: Vec<Pattern>,
    pub models: Vec<Pattern>,
    pub tags: Vec<Pattern>,
    /// In place of all others; see [`super::parse_params`].
    pub params: BTreeMap<String, Vec<ParamValue>>,
}

impl Selection {
    /// The selection that a run recorded, with the profile next to it.
    #[must_use]
    pub fn of_record(selected: &Selected, profile: &str) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(Pattern::new).collect();
        Self {
            suite: selected.suite.clone(),
            profile: Some(profile.to_owned()),
            filters: patterns(&selected.filters),
            benchmarks: patterns(&selected.benchmarks),
            backends: selected.backends.clone(),
            categories: patterns(&selected.categories),
            models: patterns(&selected.models),
            tags: patterns(&selected.tags),
            params: selected.params.clone(),
        }
    }

    /// For the record; the profile is recorded next to it.
    fn record(&self) -> SelectionRecord {
        let texts =
            |patterns: &[Pattern]| patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect();
        let selected = Selected {
            suite: self.suite.clone(),
            filters: texts(&self.filters),
            benchmarks: texts(&self.benchmarks),
            backends: self.backends.clone(),
            categories: texts(&self.categories),
            models: texts(&self.models),
            tags: texts(&self.tags),
            params: self.params.clone(),
            ..Selected::default()
        };
        selected.into()
    }
}

/// A selection with the suite that it narrows.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) selection: &'a Selection,
    pub suite_name: &'a str,
    pub(super) suite: &'a Suite,
    pub profile_name: &'a str,
    pub profile: &'a Profile,
}

/// Which backends a bench is to run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Each of these that a benchmark has.
    Named(Vec<String>),
    /// Nothing was said: one backend for each benchmark.
    Default,
}

impl Scope<'_> {
    /// How much is measured, for the record.
    pub fn record(&self) -> accel_bench_record::Profile {
        accel_bench_record::Profile {
            name: self.profile_name.to_owned(),
            processes: self.profile.processes,
            selection: self.selection.record(),
        }
    }
}

impl<'a> Scope<'a> {
    /// Fails when the arguments name a suite, profile or backend that does not exist.
    pub fn new(manifest: &'a Manifest, selection: &'a Selection) -> Result<Self, Error> {
        for backend in &selection.backends {
            check_known("backend", backend, manifest.backends.keys())?;
        }
        let suite_name = selection.suite.as_deref().or(manifest.run.suite.as_deref()).unwrap_or(ALL);
        let suite = find("suite", suite_name, &manifest.suites)?;
        let profile_name =
            selection.profile.as_deref().or(suite.profile.as_deref()).unwrap_or(&manifest.run.profile);
        let profile = find("profile", profile_name, &manifest.profiles)?;
        Ok(Self { manifest, selection, suite_name, suite, profile_name, profile })
    }

    /// In which time cases are started.
    pub fn budget(&self) -> Option<Duration> {
        self.suite.budget
    }

    /// The models' folders of the file that the selection may run: those of the strongest layer that names models.
    pub fn folders(&self) -> Vec<&'a ModelFolder> {
        if self.selection.params.contains_key(MODEL) {
            return Vec::new();
        }
        if self.suite.params.contains_key(MODEL) {
            return self.suite.folders.iter().collect();
        }
        let benches = self.manifest.benches.iter().filter(|bench| self.may_run(bench));
        benches.flat_map(|bench| &bench.folders).collect()
    }

    /// Returns whether a case of the bench could be selected; false only when none can be, whatever it registers.
    pub(super) fn may_run(&self, bench: &Bench) -> bool {
        let under = format!("{}/", bench.name);
        let filters = [&self.suite.filters, &self.selection.filters];
        let filtered = filters.into_iter().all(|list| any(list, |pattern| pattern.may_match_under(&under)));
        let named = any(&self.selection.benchmarks, |pattern| {
            let other = self.manifest.benches.iter().any(|other| other.name == pattern.as_str());
            !other || pattern.as_str() == bench.name
        });
        filtered && named && self.wanted(bench) != Wanted::Named(Vec::new())
    }

    /// The arguments' backends replace the suite's, these for those of `[run]`; a bench's own limit them.
    pub(super) fn wanted(&self, bench: &Bench) -> Wanted {
        let lists = [&self.selection.backends, &self.suite.backends, &self.manifest.run.backends];
        let selected = lists.into_iter().find(|list| !list.is_empty());
        match (selected, &bench.backends) {
            (None, None) => Wanted::Default,
            (None, Some(own)) => Wanted::Named(own.clone()),
            (Some(selected), None) => Wanted::Named(selected.clone()),
            (Some(selected), Some(own)) => {
                Wanted::Named(selected.iter().filter(|backend| own.contains(backend)).cloned().collect())
            }
        }
    }

    pub(super) fn takes_benchmark(&self, bench: &Bench, info: &BenchmarkInfo) -> bool {
        let categories = [&self.suite.categories, &self.selection.categories];
        let tags = [&self.suite.tags, &self.selection.tags];
        any(&self.selection.benchmarks, |pattern| is_named(pattern, bench, &info.name))
            && categories.into_iter().all(|list| {
                any(list, |pattern| info.category.as_deref().is_some_and(|name| pattern.matches_name(name)))
            })
            && tags
                .into_iter()
                .all(|list| any(list, |pattern| info.tags.iter().any(|tag| pattern.matches_name(tag))))
    }

    pub(super) fn takes_case(&self, id: &CaseKey) -> bool {
        let model = id.params.get(MODEL).map(ToString::to_string);
        let filters = [&self.suite.filters, &self.selection.filters];
        let models = [&self.suite.models, &self.selection.models];
        filters.into_iter().all(|list| any(list, |pattern| pattern.matches_case(id)))
            && models.into_iter().all(|list| {
                any(list, |pattern| model.as_deref().is_some_and(|model| pattern.matches_name(model)))
            })
    }
}

/// Whether `--benchmark PATTERN` means the benchmark: by its name, the last part of it, `bench/name`, or as a
/// part of the bench of that name.
pub(super) fn is_named(pattern: &Pattern, bench: &Bench, benchmark: &str) -> bool {
    let last = benchmark.rsplit('/').next().unwrap_or(benchmark);
    let full = format!("{}/{benchmark}", bench.name);
    [bench.name.as_str(), benchmark, last, full.as_str()].into_iter().any(|name| pattern.matches_name(name))
}

/// An empty list selects everything.
fn any(list: &[Pattern], matches: impl Fn(&Pattern) -> bool) -> bool {
    list.is_empty() || list.iter().any(matches)
}

fn find<'a, T>(kind: &'static str, name: &str, known: &'a BTreeMap<String, T>) -> Result<&'a T, Error> {
    check_known(kind, name, known.keys())?;
    known.get(name).ok_or_else(|| Error::Unknown { kind, name: name.to_owned(), known: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::expand::tests::{info, manifest};

    const TEXT: &str = r#"
        [[bench]]
        target = "enc"
        [[bench]]
        target = "kernels"
        backends = ["ndarray", "wgpu"]
        [suites.small]
        filter = ["enc/*"]
        backends = ["ndarray"]
        profile = "full"
        [suites.tagged]
        tags = ["fast"]
        categories = ["inference"]
    "#;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(*text)).collect()
    }

    fn suite(name: &str) -> Selection {
        Selection { suite: Some(name.to_owned()), ..Selection::default() }
    }

    fn named(names: &[&str]) -> Wanted {
        Wanted::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn may_run(selection: &Selection, expected: &[&str]) {
        let manifest = manifest(TEXT);
        let scope = Scope::new(&manifest, selection).expect("a scope");
        let names: Vec<_> = manifest
            .benches
            .iter()
            .filter(|bench| scope.may_run(bench))
            .map(|bench| bench.name.as_str())
            .collect();
        assert_eq!(names, expected, "{selection:?}");
    }

    fn wanted(text: &str, selection: &Selection, bench: usize, expected: &Wanted) {
        let manifest = manifest(&format!("{text}\n{TEXT}"));
        let scope = Scope::new(&manifest, selection).expect("a scope");
        assert_eq!(scope.wanted(&manifest.benches[bench]), *expected, "{text} {selection:?}");
    }

    #[test]
    fn benches_that_cannot_run_are_left_out() {
        may_run(&Selection::default(), &["enc", "kernels"]);
        may_run(&suite("small"), &["enc"]);
        may_run(&Selection { benchmarks: patterns(&["kernels"]), ..Selection::default() }, &["kernels"]);
        may_run(
            &Selection { benchmarks: patterns(&["matmul"]), ..Selection::default() },
            &["enc", "kernels"],
        );
        may_run(&Selection { backends: vec!["tch".into()], ..Selection::default() }, &["enc"]);
        may_run(&Selection { filters: patterns(&["kernels/*"]), ..Selection::default() }, &["kernels"]);
        may_run(&Selection { filters: patterns(&["kernels"]), ..Selection::default() }, &["enc", "kernels"]);
    }

    #[test]
    fn backends() {
        let tch = Selection { backends: vec!["tch".into()], ..suite("small") };
        wanted("", &Selection::default(), 0, &Wanted::Default);
        wanted("", &Selection::default(), 1, &named(&["ndarray", "wgpu"]));
        wanted("run.backends = [\"wgpu\"]", &Selection::default(), 0, &named(&["wgpu"]));
        wanted("run.backends = [\"wgpu\"]", &Selection::default(), 1, &named(&["wgpu"]));
        wanted("run.backends = [\"wgpu\"]", &suite("small"), 0, &named(&["ndarray"]));
        wanted("", &tch, 0, &named(&["tch"]));
        wanted("", &tch, 1, &named(&[]));
    }

    #[test]
    fn profiles() {
        let profile = |text: &str, selection: &Selection| {
            let manifest = manifest(&format!("{text}\n{TEXT}"));
            Scope::new(&manifest, selection).expect("a scope").profile_name.to_owned()
        };
        assert_eq!(profile("", &Selection::default()), "default");
        assert_eq!(profile("", &suite("small")), "full");
        assert_eq!(profile("run.profile = \"full\"", &Selection::default()), "full");
        assert_eq!(profile("", &Selection { profile: Some("quick".into()), ..suite("small") }), "quick");
        assert_eq!(profile("run.suite = \"small\"", &Selection::default()), "full");
    }

    #[test]
    fn a_selection_for_the_record() {
        let some = Selection { filters: patterns(&["enc"]), ..Selection::default() };
        assert!(Selection { profile: Some("full".into()), ..Selection::default() }.record().is_default());
        assert_ne!(some.record(), suite("small").record());
        assert_eq!(some.record(), Selection { profile: Some("full".into()), ..some.clone() }.record());
    }

    #[test]
    fn unknown_names() {
        let error =
            |selection: Selection| Scope::new(&manifest(TEXT), &selection).expect_err("unknown").to_string();
        assert!(error(suite("smal")).contains("did you mean `small`?"));
        assert!(
            error(Selection { profile: Some("fulll".into()), ..Selection::default() }).contains("`full`?")
        );
        assert!(
            error(Selection { backends: vec!["wpgu".into()], ..Selection::default() }).contains("`wgpu`?")
        );
    }

    fn takes(selection: &Selection, expected: bool) {
        let manifest = manifest(TEXT);
        let mut info = info("group/forward", &[]);
        info.category = Some("inference".to_owned());
        info.tags = vec!["fast".to_owned()];
        let scope = Scope::new(&manifest, selection).expect("a scope");
        assert_eq!(scope.takes_benchmark(&manifest.benches[0], &info), expected, "{selection:?}");
    }

    #[test]
    fn benchmarks() {
        let named = |name: &str| Selection { benchmarks: patterns(&[name]), ..Selection::default() };
        for name in ["forward", "group/forward", "enc/group/forward", "group/*", "enc"] {
            takes(&named(name), true);
        }
        takes(&named("forwar"), false);
        takes(&suite("tagged"), true);
        takes(&Selection { tags: patterns(&["slow"]), ..Selection::default() }, false);
        takes(&Selection { categories: patterns(&["train*"]), ..Selection::default() }, false);
        takes(&Selection { categories: patterns(&["training"]), ..suite("tagged") }, false);
    }

    #[test]
    fn a_recorded_selection_selects_the_same() {
        let selection = Selection {
            suite: Some("smoke".into()),
            profile: Some("quick".into()),
            filters: patterns(&["models/*", "softmax"]),
            benchmarks: patterns(&["forward"]),
            backends: vec!["ndarray".into()],
            categories: patterns(&["kernel"]),
            models: patterns(&["bert-tiny"]),
            tags: patterns(&["quick"]),
            params: [("batch-size".to_owned(), vec![1.into(), 8.into()])].into(),
        };
        let SelectionRecord::Fields(recorded) = selection.record() else { panic!("fields") };
        assert_eq!(Selection::of_record(&recorded, "quick"), selection);
        let none = Selection::of_record(&Selected::default(), "full");
        assert_eq!(none, Selection { profile: Some("full".into()), ..Selection::default() });
    }
}
