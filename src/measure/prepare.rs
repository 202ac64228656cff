//! From a tree of sources to units that can be run: build, ask what is registered, expand the matrix.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{Build, CommitInfo};

use super::{Sources, models};
use crate::cargo::{self, BuildMessage, BuildRequest};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::hardware;
use crate::plan::{self, BuildSet, Listing, Planned, Scope, Selection, Unit};
use crate::runner;

/// The cargo profile that benches are built with, as by `cargo bench`.
const PROFILE: &str = "bench";

/// One side, ready to be measured.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) units: Vec<Unit>,
    pub(crate) commit: Option<CommitInfo>,
    pub(crate) build: Build,
    /// The text of `bench.toml`.
    pub(crate) manifest: Option<String>,
    /// Benches whose target could not say what it holds.
    pub(crate) unlisted: Vec<String>,
}

impl Prepared {
    /// Leaves out all cases but these.
    pub(super) fn keep(&mut self, only: &BTreeSet<String>) {
        for unit in &mut self.units {
            unit.cases.retain(|case| only.contains(&case.id.to_string()));
        }
        self.units.retain(|unit| !unit.cases.is_empty());
    }
}

/// Builds what the selection needs and expands it; `target_dir` shares dependencies with another tree.
pub(crate) fn prepare(
    cx: &mut Context,
    sources: &Sources,
    selection: &Selection,
    target_dir: Option<&Path>,
    commit: Option<CommitInfo>,
) -> Result<Prepared> {
    let (selection, mut models) = models::find(cx, sources, selection)?;
    let sets = build_sets(sources, &selection)?;
    let features = sets
        .iter()
        .flat_map(|set| set.entries.iter().map(|entry| (entry.backend.clone(), set.features.clone())));
    let features: BTreeMap<_, _> = features.collect();
    let (listings, unlisted) = listings(cx, sources, &selection, sets, target_dir)?;
    models.check(&listings)?;
    let mut units = plan::expand(&sources.manifest, &selection, &listings)?;
    models.place(&mut units);
    if units.iter().all(|unit| unit.cases.is_empty()) {
        return Err(Error::NothingToRun {
            what: "no case matches".to_owned(),
            hint: "`cargo accel-bench list` shows what there is".to_owned(),
        });
    }
    let build = describe_build(cx, sources, features)?;
    Ok(Prepared { units, commit, build, manifest: sources.manifest.text.clone(), unlisted })
}

/// What is registered.
pub(crate) struct Registered {
    /// Each with its bench's name.
    pub(crate) benchmarks: Vec<(String, BenchmarkInfo)>,
    /// Benches whose target could not say what it holds.
    pub(crate) unlisted: Vec<String>,
}

/// What the selected benches register, and the benches that could not say; nothing is run.
pub(crate) fn benchmarks(cx: &mut Context, sources: &Sources, selection: &Selection) -> Result<Registered> {
    let sets = build_sets(sources, selection)?;
    let (listings, unlisted) = listings(cx, sources, selection, sets, None)?;
    let scope = Scope::new(&sources.manifest, selection)?;
    Ok(Registered { benchmarks: scope.registered(&listings), unlisted })
}

fn build_sets(sources: &Sources, selection: &Selection) -> Result<Vec<BuildSet>> {
    let sets = plan::which_builds(&sources.manifest, selection, &sources.workspace.bench_targets())?;
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
    cx: &mut Context,
    sources: &Sources,
    selection: &Selection,
    sets: Vec<BuildSet>,
    target_dir: Option<&Path>,
) -> Result<(Vec<Listing>, Vec<String>)> {
    let (mut listings, mut unlisted, mut last) = (Vec::new(), Vec::new(), None);
    for set in sets {
        let executables = match build(cx, sources, &set, target_dir) {
            Err(error @ Error::Cargo(_)) => {
                advise(cx, set.entries.iter().map(|entry| entry.backend.as_str()));
                return Err(error);
            }
            built => built?,
        };
        for entry in set.entries {
            let executable =
                executables.get(&entry.bench.target).expect("cargo told of every target").clone();
            let benchmarks = match list(cx, sources, &entry, &executable) {
                Ok(benchmarks) => benchmarks,
                Err(fault) => {
                    // A bench on several backends has one executable for each: one word is enough.
                    if !unlisted.contains(&entry.bench.name) {
                        cx.shell.trouble("Failed", format!("{}: {fault}", entry.bench.name));
                        advise(cx, [entry.backend.as_str()].into_iter());
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
    if cx.is_stopped() {
        return Err(Error::Interrupted);
    }
    // One target that cannot list does not keep the others from being measured.
    if let (true, Some(fault)) = (listings.is_empty(), last) {
        return Err(fault.into());
    }
    plan::sort(&mut listings, &sources.manifest, selection)?;
    Ok((listings, unlisted))
}

/// What does not build or start may lack something of the machine's.
fn advise<'b>(cx: &mut Context, backends: impl Iterator<Item = &'b str>) {
    let needy: BTreeSet<_> = backends.filter(|name| hardware::doctor::has_needs(name)).collect();
    if !needy.is_empty() {
        let names = needy.into_iter().collect::<Vec<_>>().join(" ");
        cx.shell
            .warn(format!("the machine may lack something: `cargo accel-bench doctor {names}` says what"));
    }
}

fn build(
    cx: &mut Context,
    sources: &Sources,
    set: &BuildSet,
    target_dir: Option<&Path>,
) -> Result<BTreeMap<String, std::path::PathBuf>> {
    // The working tree too: another clone may share its target folder through CARGO_TARGET_DIR.
    let shared = target_dir.unwrap_or(&sources.workspace.target_dir);
    let wrapper = cargo::wrapper(sources.root(), shared, cx.var(cargo::WRAPPER_VARIABLE))?;
    let env = BTreeMap::from([(cargo::WRAPPER_VARIABLE.to_owned(), wrapper.display().to_string())]);
    let request = BuildRequest {
        cargo: cx.cargo(),
        workspace_root: sources.root().to_path_buf(),
        target_dir: target_dir.map(Path::to_path_buf),
        package: set.package.clone(),
        targets: set.targets.clone(),
        features: set.features.clone(),
        profile: PROFILE.to_owned(),
        env,
        without_env: super::leaking(cx),
    };
    let features =
        if set.features.is_empty() { String::new() } else { format!(" ({})", set.features.join(", ")) };
    cx.shell.note("Building", format!("{} of {}{features}", set.targets.join(", "), set.package));
    let start = Instant::now();
    let stop = cx.stop();
    let shell = &mut cx.shell;
    // Nobody who wants to hear nothing cares what cargo says, unless it fails.
    let mut unsaid = String::new();
    let is_stopped = || stop.load(Ordering::Relaxed);
    let built = cargo::build(&request, &is_stopped, &mut |message| match message {
        BuildMessage::Line(line) if shell.is_quiet() => unsaid += &format!("{line}\n"),
        BuildMessage::Line(line) => shell.raw(&format!("{line}\n")),
        BuildMessage::Built { .. } => {}
    });
    if built.is_err() {
        shell.raw(&unsaid);
    }
    if cx.is_stopped() {
        return Err(Error::Interrupted);
    }
    let built = built?;
    cx.shell.detail("Built", format!("in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(built)
}

fn list(
    cx: &Context,
    sources: &Sources,
    entry: &Planned,
    executable: &Path,
) -> std::result::Result<Vec<BenchmarkInfo>, runner::Error> {
    let mut env =
        sources.manifest.backends.get(&entry.backend).map(|backend| backend.env.clone()).unwrap_or_default();
    env.extend(entry.bench.env.clone());
    runner::list(&entry.bench.target, executable, &entry.cwd, entry.harness, &env, &asking(cx))
}

/// Listing needs no logs and no CPUs of its own.
fn asking(cx: &Context) -> runner::Settings {
    runner::Settings {
        logs: std::path::PathBuf::new(),
        logs_shown_as: String::new(),
        cpus: Vec::new(),
        deadline: None,
        stop: cx.stop(),
        without_env: super::leaking(cx),
        conditions: hardware::conditions,
    }
}

fn describe_build(cx: &Context, sources: &Sources, features: BTreeMap<String, Vec<String>>) -> Result<Build> {
    let root = sources.root();
    let toolchain = cargo::toolchain(&cx.rustc(), root)?;
    let lock = cargo::read_lock(&sources.workspace.lockfile())?;
    Ok(Build {
        rustflags: cargo::rustflags(root, &toolchain.host, cx.var("RUSTFLAGS")),
        rustc: toolchain.rustc,
        host: toolchain.host,
        profile: PROFILE.to_owned(),
        features,
        lock_hash: lock.hash,
        locked: lock.versions,
    })
}
