//! Differences between the sides other than the code.

use std::collections::BTreeMap;
use std::fmt::Display;

use accel_bench_record::units::Bytes;
use accel_bench_record::{Adapter, RunRecord};
use diffy::DiffOptions;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A value; absent on a side where it was not found out or does not exist.
    Value { what: String, base: Option<String>, candidate: Option<String> },
    /// A text, as a unified diff.
    Text { what: String, diff: String },
}

impl Difference {
    /// `CPU: EPYC → Xeon`; a text has no such short form.
    pub fn in_words(&self) -> Option<String> {
        let Self::Value { what, base, candidate } = self else { return None };
        let word = |side: &Option<String>| side.clone().unwrap_or_else(|| "—".to_owned());
        Some(format!("{what}: {} → {}", word(base), word(candidate)))
    }
}

/// All differences, in the order in which they tend to matter.
pub fn differences(base: &RunRecord, candidate: &RunRecord) -> Vec<Difference> {
    let mut found = of_hardware(base, candidate);
    found.extend(of_system(base, candidate));
    found.extend(of_build(base, candidate));
    found.extend(of_measuring(base, candidate));
    found
}

/// Returns what makes a machine class.
pub(super) fn of_hardware(base: &RunRecord, candidate: &RunRecord) -> Vec<Difference> {
    let (one, two) = (&base.surroundings.environment, &candidate.surroundings.environment);
    let mut found = Found::default();
    found.option("CPU", one.cpu.model.as_ref(), two.cpu.model.as_ref());
    found.value("architecture", &one.cpu.architecture, &two.cpu.architecture);
    found.option("physical cores", one.cpu.physical_cores.as_ref(), two.cpu.physical_cores.as_ref());
    found.value("logical cores", &one.cpu.logical_cores, &two.cpu.logical_cores);
    found.map("cache", &sizes(&one.cpu.caches), &sizes(&two.cpu.caches));
    found.value("CPU features", &one.cpu.features.join(" "), &two.cpu.features.join(" "));
    // Kernels reserve memory as they like: what does not show in four digits is not a difference.
    found.option("memory", one.memory_bytes.map(size).as_ref(), two.memory_bytes.map(size).as_ref());
    found.map("adapter", &drivers(&one.adapters), &drivers(&two.adapters));
    found.0
}

fn of_system(base: &RunRecord, candidate: &RunRecord) -> Vec<Difference> {
    let (one, two) = (&base.surroundings.environment, &candidate.surroundings.environment);
    let mut found = Found::default();
    found.option("governor", one.cpu.governor.as_ref(), two.cpu.governor.as_ref());
    found.option("system", one.os.name.as_ref(), two.os.name.as_ref());
    found.option("system version", one.os.version.as_ref(), two.os.version.as_ref());
    found.option("kernel", one.os.kernel.as_ref(), two.os.kernel.as_ref());
    found.option("virtualization", one.os.virtualization.as_ref(), two.os.virtualization.as_ref());
    found.0
}

fn of_build(base: &RunRecord, candidate: &RunRecord) -> Vec<Difference> {
    let (one, two) = (&base.surroundings.build, &candidate.surroundings.build);
    let mut found = Found::default();
    found.value("rustc", &one.rustc, &two.rustc);
    found.value("host", &one.host, &two.host);
    found.value("steady build", &one.steady, &two.steady);
    found.value("rustflags", &one.rustflags, &two.rustflags);
    found.value("cargo profile", &one.profile, &two.profile);
    found.map("features of", &joined(&one.features), &joined(&two.features));
    found.map("locked", &one.locked, &two.locked);
    found.option("Cargo.lock", short(&one.lock_hash).as_ref(), short(&two.lock_hash).as_ref());
    found.0
}

fn of_measuring(base: &RunRecord, candidate: &RunRecord) -> Vec<Difference> {
    let (one, two) = (&base.surroundings, &candidate.surroundings);
    let mut found = Found::default();
    found.value("accel-bench", &base.tool.version, &candidate.tool.version);
    found.value("profile", &base.profile.name, &candidate.profile.name);
    found.value("processes a case", &base.profile.processes, &candidate.profile.processes);
    found.map("CPUs of", &spelled(&one.cpus), &spelled(&two.cpus));
    found.map("environment of", &flattened(&one.env), &flattened(&two.env));
    found.text("bench.toml", one.manifest.as_deref(), two.manifest.as_deref());
    found.0
}

/// Collects what differs and drops what does not.
#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn value(&mut self, what: &str, base: &impl ToString, candidate: &impl ToString) {
        let known = |side: String| (!side.is_empty()).then_some(side);
        self.push(what, known(base.to_string()), known(candidate.to_string()));
    }

    fn option<T: Display>(&mut self, what: &str, base: Option<&T>, candidate: Option<&T>) {
        self.push(what, base.map(ToString::to_string), candidate.map(ToString::to_string));
    }

    fn map(&mut self, what: &str, base: &BTreeMap<String, String>, candidate: &BTreeMap<String, String>) {
        let mut keys: Vec<_> = base.keys().chain(candidate.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            self.option(&format!("{what} {key}"), base.get(key), candidate.get(key));
        }
    }

    fn text(&mut self, what: &str, base: Option<&str>, candidate: Option<&str>) {
        let (base, candidate) = (base.unwrap_or_default(), candidate.unwrap_or_default());
        if base != candidate {
            let mut options = DiffOptions::new();
            options.set_context_len(1).set_original_filename("baseline").set_modified_filename("candidate");
            let diff = options.create_patch(base, candidate).to_string();
            self.0.push(Difference::Text { what: what.to_owned(), diff });
        }
    }

    fn push(&mut self, what: &str, base: Option<String>, candidate: Option<String>) {
        if base != candidate {
            self.0.push(Difference::Value { what: what.to_owned(), base, candidate });
        }
    }
}

fn size(bytes: u64) -> String {
    Bytes::new(bytes as f64).map(|bytes| bytes.to_string()).unwrap_or_default()
}

fn sizes(caches: &BTreeMap<String, u64>) -> BTreeMap<String, String> {
    caches.iter().map(|(level, bytes)| (level.clone(), size(*bytes))).collect()
}

/// Drivers by adapter and API: two adapters of one name share an entry.
fn drivers(adapters: &[Adapter]) -> BTreeMap<String, String> {
    let mut drivers: BTreeMap<String, String> = BTreeMap::new();
    for adapter in adapters {
        let driver = format!("{} {}", adapter.driver, adapter.driver_version).trim().to_owned();
        let entry = drivers.entry(format!("{} ({})", adapter.name, adapter.api)).or_default();
        *entry = if entry.is_empty() { driver } else { format!("{entry}, {driver}") };
    }
    drivers
}

fn joined(features: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    let list =
        |features: &Vec<String>| if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    features.iter().map(|(backend, features)| (backend.clone(), list(features))).collect()
}

fn spelled(cpus: &BTreeMap<String, Vec<usize>>) -> BTreeMap<String, String> {
    let list = |cpus: &Vec<usize>| cpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    cpus.iter().map(|(backend, cpus)| (backend.clone(), list(cpus))).collect()
}

fn flattened(env: &BTreeMap<String, BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let entry =
        |bench: &String, (name, value): (&String, &String)| (format!("{bench}: {name}"), value.clone());
    env.iter().flat_map(|(bench, set)| set.iter().map(move |pair| entry(bench, pair))).collect()
}

/// Nine digits report hashes apart.
fn short(hash: &Option<String>) -> Option<String> {
    hash.as_ref().map(|hash| hash.chars().take(9).collect())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// Returns what is found after `change` has been made to the candidate.
    fn check(change: impl Fn(&mut RunRecord), expected: &[&str]) {
        let base = sample::run("r", vec![]);
        let mut candidate = base.clone();
        change(&mut candidate);
        let words: Vec<_> = differences(&base, &candidate).iter().filter_map(Difference::in_words).collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn nothing_differs() {
        check(|_| {}, &[]);
        check(|run| run.surroundings.environment.load.one_minute = Some(99.0), &[]);
        check(|run| run.id = "another".into(), &[]);
    }

    #[test]
    fn of_the_build() {
        check(
            |run| run.surroundings.build.rustc = "rustc 1.96.0".into(),
            &["rustc: rustc 1.95.0 → rustc 1.96.0"],
        );
        check(
            |run| run.surroundings.build.rustflags = "-Copt-level=1".into(),
            &["rustflags: — → -Copt-level=1"],
        );
        check(|run| run.surroundings.build.profile = "release".into(), &["cargo profile: bench → release"]);
        check(
            |run| {
                run.surroundings.build.features.insert("wgpu".into(), vec!["wgpu".into(), "fusion".into()]);
            },
            &["features of wgpu: — → wgpu, fusion"],
        );
        check(
            |run| {
                run.surroundings.build.features.insert("ndarray".into(), vec![]);
            },
            &["features of ndarray: ndarray → none"],
        );
    }

    #[test]
    fn of_the_lock_file() {
        check(
            |run| {
                run.surroundings.build.locked.insert("burn".into(), "0.22.1".into());
                run.surroundings.build.locked.remove("cubecl");
                run.surroundings.build.lock_hash = Some("ffffffffffffffff".into());
            },
            &[
                "locked burn: 0.22.0 → 0.22.1",
                "locked cubecl: 0.11.0 → —",
                "Cargo.lock: 012345678 → fffffffff",
            ],
        );
    }

    #[test]
    fn of_the_machine() {
        let cpu = |change: fn(&mut accel_bench_record::Cpu)| {
            move |run: &mut RunRecord| change(&mut run.surroundings.environment.cpu)
        };
        check(cpu(|cpu| cpu.governor = Some("powersave".into())), &["governor: performance → powersave"]);
        check(cpu(|cpu| cpu.governor = None), &["governor: performance → —"]);
        check(cpu(|cpu| cpu.logical_cores = 4), &["logical cores: 2 → 4"]);
        check(cpu(|cpu| cpu.caches = [("L3".into(), 16 << 20)].into()), &["cache L3: 32.00 MiB → 16.00 MiB"]);
        check(
            |run| run.surroundings.environment.memory_bytes = Some(8 << 30),
            &["memory: 24.00 GiB → 8.000 GiB"],
        );
        check(|run| run.surroundings.environment.os.kernel = Some("6.2".into()), &["kernel: 6.1 → 6.2"]);
    }

    #[test]
    fn of_a_driver() {
        check(
            |run| run.surroundings.environment.adapters[0].driver_version = "25.1".into(),
            &["adapter llvmpipe (vulkan): llvmpipe 24.2 → llvmpipe 25.1"],
        );
        check(
            |run| run.surroundings.environment.adapters.clear(),
            &["adapter llvmpipe (vulkan): llvmpipe 24.2 → —"],
        );
    }

    #[test]
    fn of_the_measuring() {
        check(
            |run| {
                run.profile = accel_bench_record::Profile {
                    name: "quick".into(),
                    processes: 3,
                    selection: accel_bench_record::SelectionRecord::default(),
                }
            },
            &["profile: full → quick", "processes a case: 5 → 3"],
        );
        check(
            |run| run.surroundings.cpus = [("ndarray".to_owned(), vec![0, 1])].into(),
            &["CPUs of ndarray: 1 → 0,1"],
        );
        check(
            |run| {
                run.surroundings.env = [("enc".to_owned(), [("T".to_owned(), "2".to_owned())].into())].into()
            },
            &["environment of enc: T: — → 2"],
        );
    }

    #[test]
    fn of_the_manifest_as_a_diff() {
        let base = sample::run("r", vec![]);
        let mut candidate = base.clone();
        candidate.surroundings.manifest = Some("[gate]\ntolerance = 0.1\n".into());
        let found = differences(&base, &candidate);
        let [Difference::Text { what, diff }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(what, "bench.toml");
        assert!(diff.contains("-tolerance = 0.05\n+tolerance = 0.1\n"), "{diff}");
        assert_eq!(found[0].in_words(), None);
    }
}
