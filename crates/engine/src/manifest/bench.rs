//! `[[bench]]`: one bench target and how it is run.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use accel_bench_record::{HOST, ParamValue};
use schemars::JsonSchema;
use serde::Deserialize;

use super::at::{At, plain};
use super::counter::Counter;
use super::cpus::{Cpus, RawCpus};
use super::duration::Time;
use super::env::Env;
use super::error::{Problem, Problems};
use super::folder::{self, ModelFolder};
use super::harness::Harness;
use super::isolate::Isolate;
use super::known::Known;
use super::processes::Processes;
use super::values::Values;

/// Slow machines need it for one iteration of a large model; a hang is not waited for much longer.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawBench {
    /// The first part of the names of its cases. Default: the target's name.
    name: Option<At<String>>,
    /// The cargo bench target, as `cargo bench --bench` knows it.
    target: At<String>,
    /// The package that owns the target. Default: the only one of the workspace that has such a target.
    package: Option<String>,
    /// The backends to run on. Default: those of `[run]`, else `ndarray` or `host`.
    backends: Option<At<Vec<At<String>>>>,
    /// Values of parameters, in place of those that the benchmarks registered.
    #[serde(default)]
    params: BTreeMap<String, Values>,
    /// Warm up at least this long. Default: the profile's.
    warm_up: Option<Time>,
    /// Collect samples this long. Default: the profile's.
    time: Option<At<Time>>,
    /// Without a sign of life for this long, the case counts as hung. Default: "2m".
    timeout: Option<At<Time>>,
    /// Fresh processes that each case is measured in. Default: the profile's.
    processes: Option<Processes>,
    /// Environment variables of the child processes.
    #[serde(default)]
    env: Env,
    /// The harness that the target is written with. Default: read from its source.
    harness: Option<Harness>,
    /// Count instructions, cache misses and branches besides the times. Default: nothing is counted.
    counts: Option<Counter>,
    /// Cases that share a child process: those of the whole target, or none ("case"). Default: "process".
    #[serde(default)]
    isolate: Isolate,
    /// Cargo features next to the backend's.
    features: Option<Vec<At<String>>>,
    /// The CPUs that a child may use: a number, or "all". Default: the backend's.
    cpus: Option<RawCpus>,
}

/// One bench target and how it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// Where the target is in the file; absent where no file names it.
    pub(super) at: Option<Range<usize>>,
    pub name: String,
    pub target: String,
    /// Absent: the only package that has the target.
    pub package: Option<String>,
    /// Absent: as `[run]` or the default says.
    pub backends: Option<Vec<String>>,
    pub params: BTreeMap<String, Vec<ParamValue>>,
    /// The models among them that are named by their folder.
    pub folders: Vec<ModelFolder>,
    /// Absent, like the next ones: the profile's.
    pub warm_up: Option<Duration>,
    pub time: Option<Duration>,
    pub processes: Option<u32>,
    pub timeout: Duration,
    pub env: BTreeMap<String, String>,
    /// Absent: what the target's source says.
    pub harness: Option<Harness>,
    /// Absent: nothing is counted.
    pub counts: Option<Counter>,
    pub isolate: Isolate,
    pub features: Vec<String>,
    /// Absent: the backend's.
    pub cpus: Option<Cpus>,
}

impl Bench {
    /// A target with nothing said about it.
    pub fn of_target(name: &str, package: &str, target: &str) -> Self {
        Self {
            at: None,
            name: name.to_owned(),
            target: target.to_owned(),
            package: Some(package.to_owned()),
            backends: None,
            params: BTreeMap::new(),
            folders: Vec::new(),
            warm_up: None,
            time: None,
            processes: None,
            timeout: TIMEOUT,
            env: BTreeMap::new(),
            harness: None,
            counts: None,
            isolate: Isolate::default(),
            features: Vec::new(),
            cpus: None,
        }
    }
}

impl RawBench {
    /// Names that every entry must have for itself; the target's replaces an absent one.
    pub(super) fn name(&self) -> &At<String> {
        self.name.as_ref().unwrap_or(&self.target)
    }

    pub(super) fn resolve(self, known: &Known, problems: &mut Problems) -> Bench {
        self.check(known, problems);
        Bench {
            at: Some(self.target.span()),
            name: (**self.name()).clone(),
            package: self.package,
            backends: self.backends.as_ref().map(|list| plain(Some(list))),
            folders: folder::of_params(&self.params, problems),
            params: self.params.into_iter().map(|(name, values)| (name, values.all)).collect(),
            warm_up: self.warm_up.map(|time| time.0),
            time: self.time.map(|time| time.0),
            processes: self.processes.map(|processes| processes.0),
            timeout: self.timeout.map_or(TIMEOUT, |time| time.0),
            env: self.env.0,
            harness: self.harness,
            counts: self.counts,
            isolate: self.isolate,
            features: plain(self.features.as_ref()),
            cpus: self.cpus.map(|cpus| cpus.0),
            target: self.target.into_inner(),
        }
    }

    fn check(&self, known: &Known, problems: &mut Problems) {
        problems.check_name("bench", self.name());
        problems.check_some("backend", self.backends.as_ref());
        problems.check_time("time", self.time.as_ref());
        problems.check_time("timeout", self.timeout.as_ref());
        let named = self.backends.as_deref().map_or(&[][..], Vec::as_slice);
        problems.check_distinct("backend", named);
        problems.check_distinct("feature", self.features.as_deref().unwrap_or_default());
        named.iter().for_each(|name| known.check_backend(name, problems));
        if self.harness == Some(Harness::Criterion) {
            for name in named.iter().filter(|name| name.as_str() != HOST) {
                let title = format!("a Criterion target does not know the backend `{}`", **name);
                problems.push(Problem::new(name.span(), title, "write \"host\", or leave `backends` out"));
            }
        }
    }
}

/// No two benches of one name: their cases could not be reported apart.
pub(super) fn check_names(benches: &[At<RawBench>], problems: &mut Problems) {
    for (index, bench) in benches.iter().enumerate() {
        let name = bench.name();
        if let Some(first) =
            benches[..index].iter().map(|bench| bench.name()).find(|first| ***first == **name)
        {
            let label =
                if bench.name.is_some() { "give it another name" } else { "add a line `name = \"…\"`" };
            let problem = Problem::new(name.span(), format!("two benches of the name `{}`", **name), label);
            problems.push(problem.also(first.span(), "the first one is here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem, problems};

    const FULL: &str = r#"
        [[bench]]
        name = "enc"
        package = "workloads"
        target = "encoder"
        backends = ["ndarray", "wgpu"]
        params = { batch-size = [1, 8], n = { from = 64, to = 256, factor = 2 }, precision = "f32" }
        warm-up = "100ms"
        time = "1.5s"
        timeout = "5m"
        processes = 7
        env = { RAYON_NUM_THREADS = "1" }
        harness = "accel-bench"
        isolate = "case"
        features = ["extra"]
        cpus = 2
    "#;

    fn bench(text: &str) -> Bench {
        manifest(text).benches.remove(0)
    }

    #[test]
    fn two_lines_are_enough() {
        let expected =
            Bench { package: None, at: Some(19..28), ..Bench::of_target("encoder", "", "encoder") };
        assert_eq!(bench("[[bench]]\ntarget = \"encoder\""), expected);
    }

    #[test]
    fn every_key() {
        let bench = bench(FULL);
        assert_eq!((bench.name.as_str(), bench.target.as_str()), ("enc", "encoder"));
        assert_eq!(bench.package.as_deref(), Some("workloads"));
        assert_eq!(bench.backends, Some(vec!["ndarray".to_owned(), "wgpu".to_owned()]));
        assert_eq!(bench.params["n"], [64.into(), 128.into(), 256.into()]);
        assert_eq!(bench.params["batch-size"], [1.into(), 8.into()]);
        assert_eq!(bench.params["precision"], ["f32".into()]);
        assert_eq!(
            (bench.warm_up, bench.time),
            (Some(Duration::from_millis(100)), Some(Duration::from_millis(1500)))
        );
        assert_eq!((bench.timeout, bench.processes), (Duration::from_secs(300), Some(7)));
        assert_eq!(bench.env["RAYON_NUM_THREADS"], "1");
        assert_eq!((bench.harness, bench.isolate), (Some(Harness::AccelBench), Isolate::Case));
        assert_eq!((bench.features, bench.cpus), (vec!["extra".to_owned()], Some(Cpus::Count(2))));
    }

    #[test]
    fn keys_and_types() {
        problem("[[bench]]\ntarget = \"a\"\nbakends = [\"wgpu\"]", "3", "did you mean `backends`?");
        problem("[[bench]]\nname = \"a\"", "1", "add `target` to this table");
        problem("[[bench]]\ntarget = 5", "2", "expected a string");
        problem("[[bench]]\ntarget = \"a\"\nbackends = \"wgpu\"", "3", "expected a list in brackets");
        problem("[[bench]]\ntarget = \"a\"\nprocesses = 0", "3", "expected a whole number from 1");
        problem("[[bench]]\ntarget = \"a\"\nprocesses = 1001", "3", "at most 1000");
        problem(
            "[[bench]]\ntarget = \"a\"\nharness = \"divan\"",
            "3",
            "expected `accel-bench` or `criterion`",
        );
        problem("[[bench]]\ntarget = \"a\"\nisolate = \"none\"", "3", "expected `process` or `case`");
        problem("[bench]\ntarget = \"a\"", "1", "write `[[bench]]`");
        problem("bench = [1]", "1", "`[[bench]]` is a table, not an integer");
    }

    #[test]
    fn durations() {
        problem("[[bench]]\ntarget = \"a\"\ntime = 5", "3", "write `\"5ms\"` or `\"5s\"`");
        problem("[[bench]]\ntarget = \"a\"\ntime = \"5\"", "3", "a duration without a unit");
        problem("[[bench]]\ntarget = \"a\"\ntime = \"0s\"", "3", "write more than zero");
        problem("[[bench]]\ntarget = \"a\"\ntimeout = \"0ms\"", "3", "write more than zero");
    }

    #[test]
    fn matrices() {
        problem("[[bench]]\ntarget = \"a\"\nparams = { n = [] }", "3", "an empty list leaves no case");
        problem("[[bench]]\ntarget = \"a\"\n[bench.params]\nn = [1, 1]", "4", "`1` is listed twice");
        problem("[[bench]]\ntarget = \"a\"\nparams.n = { from = 2, to = 1 }", "3", "swap them");
    }

    #[test]
    fn backends() {
        problem("[[bench]]\ntarget = \"a\"\nbackends = [\"wpgu\"]", "3", "did you mean `wgpu`?");
        problem(
            "[[bench]]\ntarget = \"a\"\nbackends = [\"quantum\"]",
            "3",
            "declare it with `[backends.quantum]`",
        );
        problem(
            "[[bench]]\ntarget = \"a\"\nbackends = [\"tch\", \"tch\"]",
            "3",
            "backend `tch` is listed twice",
        );
        problem("[[bench]]\ntarget = \"a\"\nbackends = []", "3", "leaves no case to run");
        let criterion = "[[bench]]\ntarget = \"a\"\nharness = \"criterion\"\n";
        problem(&format!("{criterion}backends = [\"wgpu\"]"), "4", "write \"host\"");
        assert!(bench(&format!("{criterion}backends = [\"host\"]")).backends.is_some());
    }

    #[test]
    fn names() {
        problem("[[bench]]\ntarget = \"a\"\n[[bench]]\ntarget = \"a\"", "4", "add a line `name = ");
        problem(
            "[[bench]]\ntarget = \"a\"\n[[bench]]\nname = \"a\"\ntarget = \"b\"",
            "4",
            "give it another name",
        );
        problem("[[bench]]\ntarget = \"a\"\nname = \"a/b\"", "3", "letters, digits");
        problem("[[bench]]\ntarget = \"\"", "2", "letters, digits");
    }

    #[test]
    fn several_at_once() {
        let text = "[[bench]]\ntarget = 1\ntime = 5\nwarmup = \"1s\"\n[[bench]]\ntarget = \"b\"\ncpus = 0\n";
        let told = problems(text);
        for part in ["did you mean `warm-up`?", "`\"5ms\"`", "of `target`", "1 or more"] {
            assert!(told.contains(part), "{part} in\n{told}");
        }
        assert!(!told.contains("add `target`"), "{told}");
        let told =
            problems("[[bench]]\ntarget = \"b\"\nparams = { n = [], m = [1, 1], k = 1 }\nenv = { A = 1 }\n");
        for part in ["`params.n`", "`params.m`", "`env.A`"] {
            assert!(told.contains(part), "{part} in\n{told}");
        }
        assert_eq!(told.matches("error: ").count(), 3, "{told}");
    }
}
