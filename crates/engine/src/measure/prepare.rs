//! From a tree of sources to units that can be run: build, ask what is registered, expand the matrix.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{Build, CaseKey, CommitInfo};

use super::{Sources, models};
use crate::cargo::{self, BuildMessage, BuildRequest, Recipe};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::executor;
use crate::plan::{self, BuildSet, Listing, Planned, Scope, Selection, Unit};
use crate::versions::TargetSource;
use crate::{Engine, Host};

/// The cargo profile that benches are built with, as by `cargo bench`.
const PROFILE: &str = "bench";

/// One side, ready to be measured.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub units: Vec<Unit>,
    pub commit: Option<CommitInfo>,
    pub build: Build,
    /// The text of `bench.toml`.
    pub manifest: Option<String>,
    /// Benches whose target could not say what it holds.
    pub unlisted: Vec<String>,
    /// The tree's workspace.
    pub root: PathBuf,
    /// The versions of all packages in its lock file.
    pub packages: BTreeMap<String, String>,
}

impl Prepared {
    /// A side of these units, for tests.
    #[cfg(test)]
    pub(super) fn of(units: Vec<Unit>) -> Self {
        Self {
            units,
            commit: None,
            build: Build::default(),
            manifest: None,
            unlisted: Vec::new(),
            root: PathBuf::new(),
            packages: BTreeMap::new(),
        }
    }

    /// Leaves out all cases but these.
    pub(super) fn keep(&mut self, is_kept: impl Fn(&CaseKey) -> bool) {
        for unit in &mut self.units {
            unit.cases.retain(|case| is_kept(&case.id));
        }
        self.units.retain(|unit| !unit.cases.is_empty());
    }
}

/// Builds what the selection needs and expands it; `target_dir` shares dependencies with another tree.
pub fn prepare(
    engine: &mut Engine<'_>,
    sources: &Sources,
    selection: &Selection,
    target_dir: Option<&Path>,
    commit: Option<CommitInfo>,
) -> Result<Prepared> {
    let (selection, mut models) = models::of_arguments(&engine.host().cwd, sources, selection)?;
    let scope = sources.scope(&selection)?;
    models.add_of_file(sources, &scope)?;
    let sets = build_sets(sources, &scope)?;
    let how = How::of(engine.host(), sources, target_dir)?;
    let features = sets
        .iter()
        .flat_map(|set| set.entries.iter().map(|entry| (entry.backend.clone(), set.features.clone())));
    let features: BTreeMap<_, _> = features.collect();
    let (listings, unlisted) = listings(engine, sources, &scope, sets, &how)?;
    models.check(&listings)?;
    let mut units = plan::expand(&scope, &listings)?;
    models.place(&mut units);
    if units.iter().all(|unit| unit.cases.is_empty()) {
        return Err(Error::NothingToRun {
            what: "no case matches".to_owned(),
            hint: "`cargo accel-bench list` shows what there is".to_owned(),
        });
    }
    let lock = cargo::read_lock(&sources.workspace.lockfile())?;
    let packages = lock.packages.clone();
    let build = how.record(lock, features);
    let (manifest, root) = (sources.manifest.text.clone(), sources.root().to_path_buf());
    Ok(Prepared { units, commit, build, manifest, unlisted, root, packages })
}

/// The registered benchmarks.
#[derive(Debug)]
pub struct Registered {
    /// Each with its bench's name.
    pub benchmarks: Vec<(String, BenchmarkInfo)>,
    /// Benches whose target could not say what it holds.
    pub unlisted: Vec<String>,
}

/// Returns what the selected benches register, and the benches that could not say; nothing is run.
pub fn benchmarks(engine: &mut Engine<'_>, sources: &Sources, selection: &Selection) -> Result<Registered> {
    let scope = sources.scope(selection)?;
    let sets = build_sets(sources, &scope)?;
    let how = How::of(engine.host(), sources, None)?;
    let (listings, unlisted) = listings(engine, sources, &scope, sets, &how)?;
    Ok(Registered { benchmarks: scope.registered(&listings), unlisted })
}

fn build_sets(sources: &Sources, scope: &Scope<'_>) -> Result<Vec<BuildSet>> {
    let sets = plan::which_builds(scope, &sources.workspace.bench_targets())?;
    if sets.is_empty() {
        return Err(Error::NothingToRun {
            what: "there is no bench to run".to_owned(),
            hint: "`cargo accel-bench init` writes a first one; a bench.toml names those that exist"
                .to_owned(),
        });
    }
    Ok(sets)
}

fn listings(
    engine: &mut Engine<'_>,
    sources: &Sources,
    scope: &Scope<'_>,
    sets: Vec<BuildSet>,
    how: &How<'_>,
) -> Result<(Vec<Listing>, Vec<String>)> {
    let (mut listings, mut unlisted, mut last) = (Vec::new(), Vec::new(), None);
    let mut versions = Versions::default();
    for set in sets {
        let executables = match build(engine, sources, &set, how) {
            Err(error @ Error::Cargo(_)) => {
                let mut backends: Vec<_> = set.entries.iter().map(|entry| entry.backend.clone()).collect();
                backends.dedup();
                engine.report(&Event::BackendFailed { backends });
                return Err(error);
            }
            built => built?,
        };
        for entry in set.entries {
            let executable =
                executables.get(&entry.bench.target).expect("cargo told of every target").clone();
            let benchmarks = match list(engine, sources, &entry, &executable) {
                Ok(benchmarks) => versions.given(sources, (&set.package_id, &entry), benchmarks),
                Err(fault) => {
                    // A bench on several backends has one executable for each: one word is enough.
                    if !unlisted.contains(&entry.bench.name) {
                        let (bench, reason) = (entry.bench.name.clone(), fault.to_string());
                        engine.report(&Event::ListFailed { bench, reason });
                        engine.report(&Event::BackendFailed { backends: vec![entry.backend.clone()] });
                        unlisted.push(entry.bench.name.clone());
                    }
                    last = Some(fault);
                    continue;
                }
            };
            let Planned { bench, harness, backend, cwd } = entry;
            listings.push(Listing { bench, harness, backend, executable, cwd, benchmarks });
        }
    }
    if engine.host().is_stopped() {
        return Err(Error::Interrupted);
    }
    // One target that cannot list does not keep the others from being measured.
    if let (true, Some(fault)) = (listings.is_empty(), last) {
        return Err(fault.into());
    }
    plan::sort(&mut listings, scope);
    Ok((listings, unlisted))
}

/// The sources of the bench targets that were listed, each read once.
#[derive(Default)]
struct Versions(BTreeMap<PathBuf, TargetSource>);

impl Versions {
    /// Gives each benchmark a version whose author gave it none. A target that is no harness of ours does not say where its benchmarks
    /// are.
    fn given(
        &mut self,
        sources: &Sources,
        (package, entry): (&str, &Planned),
        mut benchmarks: Vec<BenchmarkInfo>,
    ) -> Vec<BenchmarkInfo> {
        let targets = sources.workspace.bench_targets();
        let is_it =
            |target: &&plan::BenchTarget| target.package_id == package && target.target == entry.bench.target;
        let Some(target) = targets.iter().find(is_it) else { return benchmarks };
        let source = self.0.entry(target.source.clone()).or_insert_with(|| {
            TargetSource::read(&target.source, &|path| std::fs::read_to_string(path).ok())
        });
        for info in benchmarks.iter_mut().filter(|info| info.version.is_none()) {
            info.version = source.version(&info.source);
        }
        benchmarks
    }
}

fn build(
    engine: &mut Engine<'_>,
    sources: &Sources,
    set: &BuildSet,
    how: &How<'_>,
) -> Result<BTreeMap<String, std::path::PathBuf>> {
    let host = engine.host();
    // The working tree too: another clone may share its target folder through CARGO_TARGET_DIR.
    let shared = how.target_dir.unwrap_or(&sources.workspace.target_dir);
    let users = host.var(cargo::WRAPPER_VARIABLE);
    let wrapper = cargo::wrapper(sources.root(), shared, users, how.recipe)?;
    let mut env = BTreeMap::from([(cargo::WRAPPER_VARIABLE.to_owned(), wrapper.display().to_string())]);
    if how.recipe.is_steady {
        env.insert(cargo::ENCODED_VARIABLE.to_owned(), cargo::encoded(&how.rustflags));
    }
    let request = BuildRequest {
        cargo: host.cargo(),
        workspace_root: sources.root().to_path_buf(),
        target_dir: how.target_dir.map(Path::to_path_buf),
        package: set.package.clone(),
        package_id: set.package_id.clone(),
        targets: set.targets.clone(),
        features: set.features.clone(),
        profile: PROFILE.to_owned(),
        env,
        without_env: super::leaking(host),
    };
    let (package, targets, features) = (set.package.clone(), set.targets.clone(), set.features.clone());
    engine.report(&Event::BuildStarted { package, targets, features });
    let start = Instant::now();
    let built = cargo::build(&request, &|| host.is_stopped(), &mut |message| {
        if let BuildMessage::Line(line) = message {
            engine.report(&Event::CargoLine { line });
        }
    });
    engine.report(&Event::BuildFinished { ok: built.is_ok(), seconds: start.elapsed().as_secs_f64() });
    if host.is_stopped() {
        return Err(Error::Interrupted);
    }
    Ok(built?)
}

fn list(
    engine: &Engine<'_>,
    sources: &Sources,
    entry: &Planned,
    executable: &Path,
) -> std::result::Result<Vec<BenchmarkInfo>, executor::Error> {
    let env = sources.manifest.env(&entry.bench, &entry.backend);
    let (target, cwd, harness) = (entry.bench.target.as_str(), entry.cwd.as_path(), entry.harness);
    let listed = executor::Listed { target, executable, cwd, harness, env: &env };
    engine.executor().list(listed, &asking(engine.host()))
}

/// Who is only asked needs no logs and no CPUs of its own.
pub(super) fn asking(host: &Host) -> executor::Settings {
    executor::Settings {
        logs: std::path::PathBuf::new(),
        logs_shown_as: String::new(),
        cpus: Vec::new(),
        deadline: None,
        stop: Arc::clone(&host.stop),
        without_env: super::leaking(host),
        hardware: Arc::clone(&host.hardware),
    }
}

/// How executables are built.
struct How<'t> {
    /// Absent: the tree's own.
    target_dir: Option<&'t Path>,
    toolchain: cargo::Toolchain,
    recipe: Recipe,
    /// All of them: the user's, and those of a steady build.
    rustflags: Vec<String>,
}

impl<'t> How<'t> {
    fn of(host: &Host, sources: &Sources, target_dir: Option<&'t Path>) -> Result<Self> {
        let root = sources.root();
        let toolchain = cargo::toolchain(&host.rustc(), root)?;
        let mut rustflags = cargo::rustflags(root, &toolchain.host, &host.rustc(), &host.env)?;
        let asked = sources.manifest.build;
        let recipe = Recipe { is_steady: asked.steady, has_lines: asked.line_tables };
        if recipe.is_steady {
            rustflags.extend(cargo::alignment(&toolchain.host).iter().map(|flag| (*flag).to_owned()));
        }
        Ok(Self { target_dir, toolchain, recipe, rustflags })
    }

    fn record(&self, lock: cargo::Lock, features: BTreeMap<String, Vec<String>>) -> Build {
        Build {
            rustflags: self.rustflags.join(" "),
            steady: self.recipe.is_steady,
            rustc: self.toolchain.rustc.clone(),
            host: self.toolchain.host.clone(),
            profile: PROFILE.to_owned(),
            features,
            lock_hash: lock.hash,
            locked: lock.versions,
        }
    }
}
