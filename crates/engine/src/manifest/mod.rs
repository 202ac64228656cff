//! `bench.toml`: what it says, checked, with every default filled in.
//!
//! Reads only the text it is given: knows no file, no workspace and no machine.

mod at;
mod backend;
mod baseline;
mod bench;
mod build;
mod counter;
mod cpus;
mod document;
mod duration;
mod env;
mod error;
mod folder;
mod folder_name;
mod gate;
mod harness;
mod hook;
mod init;
mod isolate;
mod known;
mod nearest;
mod pattern;
mod percent;
mod processes;
mod profile;
mod raw;
mod run;
mod schema;
mod store;
mod suite;
mod template;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use self::backend::Backend;
pub use self::baseline::Baseline;
pub use self::bench::Bench;
pub use self::build::Build;
pub use self::counter::Counter;
pub use self::cpus::Cpus;
pub use self::error::Error;
pub use self::folder::{MODEL, ModelFolder};
pub use self::folder_name::called;
pub use self::gate::Gate;
pub use self::harness::Harness;
pub use self::hook::Hook;
pub use self::init::{HarnessSource, InitError, add_bench};
pub use self::isolate::Isolate;
pub use self::nearest::nearest;
pub use self::pattern::Pattern;
pub use self::percent::Percent;
pub use self::profile::{Profile, nanos};
pub use self::run::Run;
pub use self::schema::schema;
pub use self::store::Store;
pub use self::suite::{ALL, Suite};
pub use self::template::{Entry, bench_toml, first_bench};
pub use duration::{TimeError, parse as parse_time};

use self::at::At;
use self::error::{Problem, Problems};
use self::raw::RawManifest;

/// The resolved `bench.toml`. Built-in backends, suites and profiles are in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The file's text; absent without one.
    pub text: Option<String>,
    /// The file's path, for messages; absent without one.
    path: Option<PathBuf>,
    pub benches: Vec<Bench>,
    pub backends: BTreeMap<String, Backend>,
    pub suites: BTreeMap<String, Suite>,
    pub gate: Gate,
    pub store: Store,
    pub baseline: Baseline,
    pub profiles: BTreeMap<String, Profile>,
    pub run: Run,
    pub hook: Hook,
    pub build: Build,
}

/// Reads the text of a `bench.toml`; `path` is for messages.
pub fn parse(text: &str, path: &Path) -> Result<Manifest, Error> {
    let mut problems = Problems::default();
    let raw = document::read(text, &mut problems);
    let manifest = resolve(raw, &mut problems);
    if problems.is_empty() {
        Ok(Manifest { text: Some(text.to_owned()), path: Some(path.to_owned()), ..manifest })
    } else {
        Err(Error::new(path, text, problems))
    }
}

impl Manifest {
    /// The environment of a bench's children on a backend: the bench's own goes before the backend's.
    pub fn env(&self, bench: &Bench, backend: &str) -> BTreeMap<String, String> {
        let mut env = self.backends.get(backend).map(|backend| backend.env.clone()).unwrap_or_default();
        env.extend(bench.env.clone());
        env
    }

    /// Returns what only the workspace could report of a bench, drawn at its entry; absent where no file has one.
    pub fn problem_of(&self, bench: &str, title: String, help: Option<String>) -> Option<Error> {
        let (text, path) = (self.text.as_deref()?, self.path.as_deref()?);
        let bench = self.benches.iter().find(|other| other.name == bench)?;
        let mut problems = Problems::default();
        problems.push(Problem { help, ..Problem::new(bench.at.clone()?, title, "in this entry") });
        Some(Error::new(path, text, problems))
    }

    /// Returns what only the disk could report of a model's folder, drawn where it is named.
    pub fn problem_of_folder(
        &self,
        folder: &ModelFolder,
        title: String,
        label: &str,
        help: String,
    ) -> Option<Error> {
        let (text, path) = (self.text.as_deref()?, self.path.as_deref()?);
        let mut problems = Problems::default();
        problems.push(Problem::new(folder.at.clone(), title, label).help(help));
        Some(Error::new(path, text, problems))
    }

    /// The manifest of a project without `bench.toml`: every `(package, target)` is a bench.
    pub fn of_targets<'t>(targets: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        // Nothing was written, so nothing can be wrong.
        resolve(RawManifest::default(), &mut Problems::default()).with_targets(targets)
    }

    /// A file that names no bench means all the targets, each under its own name, or `package-target` where
    /// two share one.
    pub fn with_targets<'t>(mut self, targets: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        if !self.benches.is_empty() {
            return self;
        }
        let targets: Vec<_> = targets.into_iter().collect();
        let mut seen = BTreeSet::new();
        let shared: BTreeSet<_> =
            targets.iter().map(|(_, target)| target).filter(|name| !seen.insert(*name)).collect();
        self.benches = targets
            .iter()
            .map(|(package, target)| match shared.contains(target) {
                true => Bench::of_target(&format!("{package}-{target}"), package, target),
                false => Bench::of_target(target, package, target),
            })
            .collect();
        self
    }
}

fn resolve(raw: RawManifest, problems: &mut Problems) -> Manifest {
    let known = raw.known();
    bench::check_names(&raw.bench, problems);
    check_table_names(&raw, problems);
    let benches = raw.bench.into_iter().map(|raw| raw.into_inner().resolve(&known, problems)).collect();
    let mut backends = backend::all_built_in();
    for (name, raw) in raw.backends {
        let backend = raw.into_inner().resolve(&name, problems);
        backends.insert(name, backend);
    }
    let mut profiles = profile::all_built_in();
    for (name, raw) in raw.profiles {
        let profile = raw.into_inner().resolve(&name, problems);
        profiles.insert(name, profile);
    }
    let mut suites = BTreeMap::from([(ALL.to_owned(), Suite::default())]);
    for (name, raw) in raw.suites {
        let suite = raw.into_inner().resolve(&known, problems);
        suites.insert(name, suite);
    }
    Manifest {
        text: None,
        path: None,
        benches,
        backends,
        suites,
        gate: raw.gate.unwrap_or_default().resolve(problems),
        store: raw.store.unwrap_or_default().resolve(),
        baseline: raw.baseline.unwrap_or_default().resolve(problems),
        profiles,
        run: raw.run.unwrap_or_default().resolve(&known, problems),
        hook: raw.hook.unwrap_or_default().resolve(&known, problems),
        build: raw.build.unwrap_or_default().resolve(),
    }
}

/// Names of tables become parts of case ids and of file names.
fn check_table_names(raw: &RawManifest, problems: &mut Problems) {
    let backends = raw.backends.iter().map(|(name, at)| ("backend", At::new(at.span(), name.clone())));
    let suites = raw.suites.iter().map(|(name, at)| ("suite", At::new(at.span(), name.clone())));
    let profiles = raw.profiles.iter().map(|(name, at)| ("profile", At::new(at.span(), name.clone())));
    for (what, name) in backends.chain(suites).chain(profiles) {
        problems.check_name(what, &name);
    }
    if let Some(all) = raw.suites.get(ALL) {
        let title = format!("the suite `{ALL}` is built in: it selects every case");
        problems.push(Problem::new(all.span(), title, "give it another name"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A text that is right.
    #[track_caller]
    pub(super) fn manifest(text: &str) -> Manifest {
        parse(text, Path::new("bench.toml")).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Everything that is reported of a text that is wrong.
    #[track_caller]
    pub(super) fn problems(text: &str) -> String {
        parse(text, Path::new("bench.toml")).expect_err(text).to_string()
    }

    /// A text with one problem: on which line it is drawn, and a part of what is said.
    #[track_caller]
    pub(super) fn problem(text: &str, line: &str, part: &str) {
        let told = problems(text);
        assert!(told.contains(&format!("bench.toml:{line}:")), "line {line} in\n{told}");
        assert!(told.contains(part), "{part} in\n{told}");
        assert_eq!(told.matches("error: ").count(), 1, "one error in\n{told}");
    }

    #[test]
    fn nothing_at_all_is_a_manifest() {
        let manifest = manifest("");
        assert_eq!(manifest.benches, []);
        assert_eq!(manifest.store.path, Path::new(".accel-bench"));
        assert_eq!(manifest.baseline.dir, Path::new("baselines"));
        assert_eq!((manifest.store.keep_runs, manifest.store.keep_days), (None, None));
    }

    #[test]
    fn small_tables() {
        let text =
            "[store]\npath = \"x\"\nkeep-runs = 5\nkeep-days = 30\n[baseline]\ndir = \"b\"\nname = \"r1\"";
        let manifest = manifest(text);
        assert_eq!(manifest.store, Store { path: "x".into(), keep_runs: Some(5), keep_days: Some(30) });
        assert_eq!(manifest.baseline, Baseline { dir: "b".into(), name: "r1".to_owned() });
        assert_eq!(manifest.text.as_deref(), Some(text));
        problem("[store]\nkeep-runs = 0", "2", "a whole number from 1");
        problem("[store]\nkeep_runs = 1", "2", "did you mean `keep-runs`?");
        problem("[baseline]\nname = \"../x\"", "2", "letters, digits");
    }

    #[test]
    fn the_file_itself() {
        problem("a = \n", "1", "this is not TOML");
        problem("[benches]\n", "1", "did you mean `bench`?");
        problem("[[bench]]\ntarget = \"a\"\ntarget = \"b\"", "3", "duplicate key");
        problem("gate = 5", "1", "`[gate]` is a table, not an integer");
        problem("suites = 5", "1", "write `[suites.NAME]`");
    }

    #[test]
    fn targets_without_a_file() {
        let named = |targets: &[(&'static str, &'static str)]| -> Vec<(String, Option<String>)> {
            let manifest = Manifest::of_targets(targets.iter().copied());
            manifest.benches.into_iter().map(|bench| (bench.name, bench.package)).collect()
        };
        assert_eq!(named(&[("a", "x")]), [("x".to_owned(), Some("a".to_owned()))]);
        let shared = [("a-x".to_owned(), Some("a".to_owned())), ("b-x".to_owned(), Some("b".to_owned()))];
        assert_eq!(named(&[("a", "x"), ("b", "x")]), shared);
        assert_eq!(Manifest::of_targets([]).text, None);
    }

    #[test]
    fn a_file_without_benches_means_all_targets() {
        let gated = manifest("[gate]\ntolerance = \"2%\"").with_targets([("p", "t")]);
        assert_eq!((gated.benches.len(), gated.gate.tolerance), (1, 0.02));
        let named = manifest("[[bench]]\ntarget = \"a\"").with_targets([("p", "t")]);
        assert_eq!(named.benches[0].target, "a");
    }

    #[test]
    fn what_the_workspace_tells_is_drawn_at_the_entry() {
        let text = "[[bench]]\ntarget = \"encoder\"\n\n[[bench]]\nname = \"k\"\ntarget = \"kernels\"\n";
        let of = |bench: &str, help: Option<&str>| {
            let told = manifest(text).problem_of(bench, "no such target".to_owned(), help.map(str::to_owned));
            told.map(|error| error.to_string())
        };
        insta::assert_snapshot!(of("k", Some("write another")).unwrap_or_default(), @r#"
        error: no such target
         --> bench.toml:6:10
          |
        6 | target = "kernels"
          |          ^^^^^^^^^ in this entry
          |
          = help: write another
        "#);
        assert!(of("encoder", None).is_some_and(|told| told.contains("bench.toml:2:")));
        assert_eq!(of("another", None), None);
        assert_eq!(Manifest::of_targets([("p", "t")]).problem_of("t", String::new(), None), None);
        let unnamed = manifest("[gate]\ntolerance = \"5%\"").with_targets([("p", "t")]);
        assert_eq!(unnamed.problem_of("t", String::new(), None), None, "it has no entry");
    }

    #[test]
    fn what_is_too_deep_is_pointed_at() {
        let brackets = format!("run.suite = \"a\"\n\n[gate]\nx = {}\n", "[".repeat(3000));
        assert!(problems(&brackets).contains("bench.toml:4:"), "{}", problems(&brackets));
        let key = format!("[gate]\n{}x = 1\n", "a.".repeat(3000));
        assert!(problems(&key).contains("bench.toml:2:"), "{}", problems(&key));
    }

    #[test]
    fn a_name_that_fits_no_line_is_refused() {
        let long = "x".repeat(5_000_000);
        for text in [
            format!("[[bench]]\ntarget = \"{long}\"\n"),
            format!("[[bench]]\nname = \"{long}\"\ntarget = \"t\"\n"),
            format!("[suites.{long}]\nfilter = [\"a\"]\n"),
            format!("[profiles.{long}]\nprocesses = 1\n"),
        ] {
            let told = problems(&text);
            assert!(told.contains("`xxxxxxxxxxxxxxxxxxxx…` has 5000000 bytes"), "{told:.300}");
            assert!(told.len() < 10_000, "{} bytes of message", told.len());
        }
    }

    #[test]
    fn a_problem_is_drawn() {
        let text = "[[bench]]\ntarget = \"encoder\"\nbackends = [\"ndarray\", \"wpgu\"]\n";
        insta::assert_snapshot!(problems(text), @r#"
        error: unknown backend `wpgu`
         --> bench.toml:3:24
          |
        3 | backends = ["ndarray", "wpgu"]
          |                        ^^^^^^ did you mean `wgpu`?
          |
          = help: known are `cpu`, `cuda`, `flex`, `host`, `metal`, `ndarray`, `ort-coreml`, `ort-cpu`, `ort-cuda`, `ort-openvino`, `ort-qnn`, `ort-rocm`, `ort-tensorrt`, `rocm`, `tch`, `tch-cuda`, `vulkan`, `web-wasm`, `web-webgpu`, `web-webnn`, `webgpu`, `wgpu`; or declare it with `[backends.wpgu]`
        "#);
    }
}
