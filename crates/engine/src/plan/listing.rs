//! The registered benchmarks: their order, and those that the selection shows.

use std::path::PathBuf;

use accel_bench_record::CaseKey;
use accel_bench_record::protocol::BenchmarkInfo;

use crate::manifest::Bench;

use super::Harness;
use super::matrix::{MOST_CASES, product, size};
use super::select::{Scope, Wanted};

/// A bench on one backend, with what its executable registered.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    pub bench: Bench,
    pub harness: Harness,
    pub backend: String,
    pub executable: PathBuf,
    pub cwd: PathBuf,
    pub benchmarks: Vec<BenchmarkInfo>,
}

/// Puts benches in the manifest's order, and each one's backends in the order in which they were named. Builds
/// come in another one: by feature set.
pub fn sort(listings: &mut [Listing], scope: &Scope<'_>) {
    listings.sort_by_key(|listing| {
        let bench = scope.manifest.benches.iter().position(|bench| bench.name == listing.bench.name);
        let backend = match scope.wanted(&listing.bench) {
            Wanted::Named(names) => names.iter().position(|name| *name == listing.backend),
            // One build serves both default backends, which are in it in their order: the sort is stable.
            Wanted::Default => None,
        };
        (bench, backend)
    });
}

impl Scope<'_> {
    /// The selected benchmarks as they are registered, each once, with its bench's name.
    pub fn registered(&self, listings: &[Listing]) -> Vec<(String, BenchmarkInfo)> {
        let mut found: Vec<(String, BenchmarkInfo)> = Vec::new();
        for listing in listings {
            for info in listing.benchmarks.iter().filter(|info| self.shows(listing, info)) {
                let is_it = |(bench, other): &(String, BenchmarkInfo)| {
                    *bench == listing.bench.name && other.name == info.name
                };
                if !found.iter().any(is_it) {
                    found.push((listing.bench.name.clone(), info.clone()));
                }
            }
        }
        found
    }

    /// Returns whether one of the benchmark's own cases is selected, on any of its backends unless some are named.
    fn shows(&self, listing: &Listing, info: &BenchmarkInfo) -> bool {
        let named = match self.wanted(&listing.bench) {
            Wanted::Named(names) => names,
            Wanted::Default => Vec::new(),
        };
        if !self.takes_benchmark(&listing.bench, info)
            || !(named.is_empty() || named.iter().any(|name| has(info, name)))
        {
            return false;
        }
        // A matrix too large to be run is shown all the same.
        if size(&info.params).is_none_or(|size| size > MOST_CASES) {
            return true;
        }
        let backends = if named.is_empty() { info.backends.clone() } else { named };
        let backends = if backends.is_empty() { vec![listing.backend.clone()] } else { backends };
        product(&info.params).into_iter().any(|params| {
            let (bench, benchmark) = (listing.bench.name.clone(), info.name.clone());
            let mut id = CaseKey { bench, benchmark, params, backend: String::new() };
            backends.iter().filter(|backend| has(info, backend)).any(|backend| {
                id.backend.clone_from(backend);
                self.takes_case(&id)
            })
        })
    }
}

/// Returns whether the benchmark registered the backend; one that names none runs on any.
pub(super) fn has(info: &BenchmarkInfo, backend: &String) -> bool {
    info.backends.is_empty() || info.backends.contains(backend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Pattern;
    use crate::plan::Selection;
    use crate::plan::expand::tests::{info, listings, manifest, on};

    const TEXT: &str =
        "[[bench]]\ntarget = \"b\"\n[[bench]]\ntarget = \"a\"\nbackends = [\"wgpu\", \"ndarray\"]\n";

    fn order(selection: &Selection, before: &[(&str, &str)], expected: &[&str]) {
        let manifest = manifest(TEXT);
        let all = listings(&manifest, &["ndarray", "host", "wgpu"], &[]);
        let find = |(bench, backend): &(&str, &str)| {
            let found =
                all.iter().find(|listing| listing.bench.name == *bench && listing.backend == *backend);
            found.expect("a listing").clone()
        };
        let mut sorted: Vec<_> = before.iter().map(find).collect();
        sort(&mut sorted, &Scope::new(&manifest, selection).expect("a scope"));
        let told: Vec<_> = sorted.iter().map(|l| format!("{}@{}", l.bench.name, l.backend)).collect();
        assert_eq!(told, expected);
    }

    fn shown(selection: &Selection, expected: &[&str]) {
        let manifest = manifest(TEXT);
        let benchmarks =
            [info("any", &["model=x,y"]), on(&["wgpu"], info("gpu", &[])), on(&["host"], info("plain", &[]))];
        let listings = listings(&manifest, &["ndarray", "host"], &benchmarks);
        let scope = Scope::new(&manifest, selection).expect("a scope");
        let told: Vec<_> = scope
            .registered(&listings)
            .into_iter()
            .map(|(bench, info)| format!("{bench}/{}", info.name))
            .collect();
        assert_eq!(told, expected, "{selection:?}");
    }

    fn backends(names: &[&str]) -> Selection {
        Selection { backends: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
    }

    #[test]
    fn benches_as_in_the_file_and_backends_as_named() {
        let mixed = [("a", "ndarray"), ("b", "ndarray"), ("a", "wgpu"), ("b", "host")];
        order(&backends(&[]), &mixed, &["b@ndarray", "b@host", "a@wgpu", "a@ndarray"]);
        order(&backends(&["ndarray", "wgpu"]), &mixed[..3], &["b@ndarray", "a@ndarray", "a@wgpu"]);
    }

    #[test]
    fn each_benchmark_once() {
        shown(&backends(&[]), &["b/any", "b/gpu", "b/plain", "a/any", "a/gpu"]);
        shown(&backends(&["wgpu"]), &["b/any", "b/gpu", "a/any", "a/gpu"]);
    }

    #[test]
    fn narrowed_by_names_and_models() {
        let filters = |text: &str| Selection { filters: vec![Pattern::new(text)], ..Selection::default() };
        shown(&filters("b/*@wgpu"), &["b/gpu"]);
        shown(&filters("plain"), &["b/plain"]);
        shown(&Selection { models: vec![Pattern::new("y")], ..Selection::default() }, &["b/any", "a/any"]);
    }
}
