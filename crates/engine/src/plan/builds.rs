//! Which bench targets must be built with which features before it can be said what they hold.

use std::collections::BTreeSet;
use std::path::PathBuf;

use accel_bench_record::HOST;

use crate::manifest::{Bench, Manifest};

use super::error::Error;
use super::select::{Scope, Wanted};
use super::{BenchTarget, Harness, Main};

/// The backend of benchmarks that name none, in packages that have its feature.
const NDARRAY: &str = "ndarray";

/// One call of cargo: a package with one set of features.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildSet {
    pub package: String,
    /// The package as cargo is reported of it.
    pub package_id: String,
    /// Sorted.
    pub features: Vec<String>,
    pub targets: Vec<String>,
    /// The benches that the executables serve.
    pub entries: Vec<Planned>,
}

/// A bench on one backend, before it is known which benchmarks it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub bench: Bench,
    pub harness: Harness,
    pub backend: String,
    /// Where its children run.
    pub cwd: PathBuf,
}

/// The builds that the selection may need, in the manifest's order; benches that it excludes for sure are left
/// out.
pub fn which_builds(scope: &Scope<'_>, targets: &[BenchTarget]) -> Result<Vec<BuildSet>, Error> {
    let manifest = scope.manifest;
    if manifest.benches.is_empty() {
        return Err(Error::NoBenches);
    }
    let mut sets: Vec<BuildSet> = Vec::new();
    for bench in manifest.benches.iter().filter(|bench| scope.may_run(bench)) {
        let wanted = scope.wanted(bench);
        let planned =
            planned(manifest, &wanted, bench, targets).map_err(|e| e.drawn(manifest, &bench.name))?;
        for (target, features, planned) in planned {
            add(&mut sets, target, features, planned);
        }
    }
    if sets.is_empty() {
        return Err(Error::Nothing { suite: scope.suite_name.to_owned(), backends: Vec::new() });
    }
    Ok(sets)
}

/// A bench on one backend, with its target and features.
type Build<'t> = (&'t BenchTarget, Vec<String>, Planned);

/// The bench on each of its backends, with its target and the features that it is built with.
fn planned<'t>(
    manifest: &Manifest,
    wanted: &Wanted,
    bench: &Bench,
    targets: &'t [BenchTarget],
) -> Result<Vec<Build<'t>>, Error> {
    let target = find(bench, targets)?;
    let harness = harness(bench, target)?;
    let on = |(backend, features)| {
        let planned = Planned { bench: bench.clone(), harness, backend, cwd: target.root.clone() };
        (target, features, planned)
    };
    Ok(backends(manifest, wanted, bench, harness, target)?.into_iter().map(on).collect())
}

fn add(sets: &mut Vec<BuildSet>, target: &BenchTarget, features: Vec<String>, planned: Planned) {
    let position =
        sets.iter().position(|set| set.package_id == target.package_id && set.features == features);
    let position = position.unwrap_or_else(|| {
        let (package, package_id) = (target.package.clone(), target.package_id.clone());
        sets.push(BuildSet { package, package_id, features, targets: Vec::new(), entries: Vec::new() });
        sets.len() - 1
    });
    let set = &mut sets[position];
    if !set.targets.contains(&target.target) {
        set.targets.push(target.target.clone());
    }
    set.entries.push(planned);
}

fn find<'t>(bench: &Bench, targets: &'t [BenchTarget]) -> Result<&'t BenchTarget, Error> {
    let in_package =
        |target: &&BenchTarget| bench.package.as_ref().is_none_or(|package| target.is_of(package));
    let mut found = targets.iter().filter(|target| target.target == bench.target).filter(in_package);
    match (found.next(), found.next()) {
        (Some(target), None) => Ok(target),
        (Some(first), Some(second)) => Err(Error::Ambiguous {
            bench: bench.name.clone(),
            target: bench.target.clone(),
            packages: [first, second].into_iter().chain(found).map(|target| target.package.clone()).collect(),
        }),
        (None, _) => Err(Error::NoTarget {
            bench: bench.name.clone(),
            target: bench.target.clone(),
            package: bench.package.clone(),
            known: targets.iter().filter(in_package).map(|target| target.target.clone()).collect(),
        }),
    }
}

fn harness(bench: &Bench, target: &BenchTarget) -> Result<Harness, Error> {
    if target.main == Main::Libtest {
        return Err(Error::Libtest { target: target.target.clone(), package: target.package.clone() });
    }
    bench.harness.or(target.harness).ok_or_else(|| Error::NoHarness { target: target.target.clone() })
}

/// The backends of a bench, preferred ones first, each with its features.
fn backends(
    manifest: &Manifest,
    wanted: &Wanted,
    bench: &Bench,
    harness: Harness,
    target: &BenchTarget,
) -> Result<Vec<(String, Vec<String>)>, Error> {
    let names = match (harness, wanted) {
        // Criterion knows no backends: its targets are plain code to us.
        (Harness::Criterion, Wanted::Named(names)) if !names.iter().any(|name| name == HOST) => Vec::new(),
        (Harness::Criterion, _) => vec![HOST],
        (Harness::AccelBench, Wanted::Named(names)) => names.iter().map(String::as_str).collect(),
        (Harness::AccelBench, Wanted::Default) => return default_backends(manifest, bench, target),
    };
    let with_features = |name: &str| Ok((name.to_owned(), features(manifest, name, bench, target)?));
    names.into_iter().map(with_features).collect()
}

/// Both of the default backends from one build: which of them a benchmark takes shows when it is listed.
fn default_backends(
    manifest: &Manifest,
    bench: &Bench,
    target: &BenchTarget,
) -> Result<Vec<(String, Vec<String>)>, Error> {
    let features = features(manifest, NDARRAY, bench, target)?;
    let order = if target.features.contains(NDARRAY) { [NDARRAY, HOST] } else { [HOST, NDARRAY] };
    Ok(order.into_iter().map(|name| (name.to_owned(), features.clone())).collect())
}

/// The backend's features and the bench's own. A feature that the backend is known by is taken where the package has it.
fn features(
    manifest: &Manifest,
    backend: &str,
    bench: &Bench,
    target: &BenchTarget,
) -> Result<Vec<String>, Error> {
    let known = manifest.backends.get(backend);
    let by_name = || {
        let mut known_by = known.into_iter().flat_map(|backend| &backend.known_by);
        known_by.find(|feature| target.features.contains(*feature)).cloned().into_iter().collect()
    };
    let of_backend = known.and_then(|backend| backend.features.clone()).unwrap_or_else(by_name);
    let features: BTreeSet<String> = of_backend.into_iter().chain(bench.features.iter().cloned()).collect();
    // `package/feature` is another package's; cargo knows whether it exists.
    match features.iter().find(|feature| !feature.contains('/') && !target.features.contains(*feature)) {
        Some(feature) => Err(Error::NoFeature {
            package: target.package.clone(),
            backend: backend.to_owned(),
            feature: feature.clone(),
            known: target.features.iter().cloned().collect(),
        }),
        None => Ok(features.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Selection;
    use crate::plan::expand::tests::manifest;

    fn target(package: &str, target: &str, features: &[&str]) -> BenchTarget {
        BenchTarget {
            package: package.to_owned(),
            version: "1.2.3".to_owned(),
            package_id: format!("path+file:///{package}#1.2.3"),
            target: target.to_owned(),
            source: "benches/x.rs".into(),
            root: format!("/{package}").into(),
            harness: Some(if target == "old" { Harness::Criterion } else { Harness::AccelBench }),
            main: if target == "libtest" { Main::Libtest } else { Main::Own },
            features: features.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn targets() -> Vec<BenchTarget> {
        let features = ["ndarray", "wgpu", "tch", "extra"];
        vec![
            target("work", "enc", &features),
            target("work", "kernels", &features),
            target("app", "plain", &[]),
            target("app", "old", &[]),
            target("app", "libtest", &[]),
            target("app", "two", &[]),
            target("work", "two", &features),
        ]
    }

    fn entries(names: &[&str]) -> String {
        names.iter().map(|name| format!("[[bench]]\ntarget = \"{name}\"\n")).collect()
    }

    fn select(backends: &[&str]) -> Selection {
        Selection {
            backends: backends.iter().map(|name| (*name).to_owned()).collect(),
            ..Selection::default()
        }
    }

    /// Each set as `package[features] targets: bench@backend …`.
    fn check(text: &str, selection: &Selection, expected: &[&str]) {
        let told = |set: &BuildSet| {
            let entries = set.entries.iter().map(|entry| format!("{}@{}", entry.bench.name, entry.backend));
            let entries = entries.collect::<Vec<_>>().join(" ");
            format!("{}[{}] {}: {entries}", set.package, set.features.join(","), set.targets.join(" "))
        };
        let sets = builds(text, selection).expect("builds");
        assert_eq!(sets.iter().map(told).collect::<Vec<_>>(), expected, "{text}");
    }

    fn builds(text: &str, selection: &Selection) -> Result<Vec<BuildSet>, Error> {
        let manifest = manifest(text);
        which_builds(&Scope::new(&manifest, selection)?, &targets())
    }

    fn refused(text: &str, selection: &Selection, expected: &str) {
        let error = builds(text, selection).expect_err(text);
        assert!(error.to_string().contains(expected), "{error}");
        // A fault of an entry is shown there.
        assert_eq!(
            matches!(error, Error::InManifest(_)),
            error.to_string().contains("bench.toml:"),
            "{error}"
        );
    }

    #[test]
    fn without_any_selection() {
        check(&entries(&["enc"]), &select(&[]), &["work[ndarray] enc: enc@ndarray enc@host"]);
        check(&entries(&["plain"]), &select(&[]), &["app[] plain: plain@host plain@ndarray"]);
        check(&entries(&["old"]), &select(&[]), &["app[] old: old@host"]);
    }

    #[test]
    fn one_call_for_each_package_and_feature_set() {
        let both =
            ["work[wgpu] enc kernels: enc@wgpu kernels@wgpu", "work[] enc kernels: enc@host kernels@host"];
        check(&entries(&["enc", "kernels"]), &select(&["wgpu", "host"]), &both);
        let extra = format!("{}features = [\"extra\"]", entries(&["enc", "kernels"]));
        let sets = ["work[wgpu] enc: enc@wgpu", "work[extra,wgpu] kernels: kernels@wgpu"];
        check(&extra, &select(&["wgpu"]), &sets);
        check(&entries(&["enc"]), &select(&["rocm"]), &["work[] enc: enc@rocm"]);
        let torch = ["work[tch] enc: enc@tch enc@tch-cuda"];
        check(&entries(&["enc"]), &select(&["tch", "tch-cuda"]), &torch);
    }

    #[test]
    fn features_of_backends() {
        let declared = "[backends.wgpu]\nfeatures = [\"extra\", \"burn/fusion\"]\n";
        let sets = ["work[burn/fusion,extra] enc: enc@wgpu"];
        check(&format!("{declared}{}", entries(&["enc"])), &select(&["wgpu"]), &sets);
        let missing = format!("[backends.wgpu]\nfeatures = [\"wpgu\"]\n{}", entries(&["enc"]));
        refused(&missing, &select(&["wgpu"]), "does not have (did you mean `wgpu`?)");
    }

    #[test]
    fn excluded_benches_are_not_built() {
        check(&entries(&["enc", "old"]), &select(&["wgpu"]), &["work[wgpu] enc: enc@wgpu"]);
        let broken = entries(&["enc", "nowhere"]);
        let only = Selection { benchmarks: vec![crate::manifest::Pattern::new("enc")], ..select(&["wgpu"]) };
        check(&broken, &only, &["work[wgpu] enc: enc@wgpu"]);
        refused(&entries(&["old"]), &select(&["wgpu"]), "no case is selected");
    }

    #[test]
    fn targets_that_cannot_be_run() {
        refused("", &select(&[]), "no bench target of the workspace");
        refused(&entries(&["kernel"]), &select(&[]), "does not exist (did you mean `kernels`?)");
        refused(&entries(&["two"]), &select(&[]), "which several packages have: `app`, `work`");
        refused(&entries(&["libtest"]), &select(&[]), "has no `harness = false`");
        let placed = format!("{}package = \"work\"\n", entries(&["two"]));
        check(&placed, &select(&["host"]), &["work[] two: two@host"]);
        refused(&format!("{}package = \"app\"\n", entries(&["enc"])), &select(&[]), "target `enc` of `app`");
    }
}
