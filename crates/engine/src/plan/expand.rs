//! From benchmarks to cases: each benchmark's matrix, what of it is selected, and which cases share a child.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::protocol::{BenchmarkInfo, Sampling};
use accel_bench_record::{CaseKey, ParamValue, Params};

use crate::manifest::{Bench, nanos};

use super::error::{Error, Place};
use super::listing::{Listing, has};
use super::matrix::{MOST_CASES, product, size};
use super::select::{Scope, Selection, Wanted, is_named};
use super::{Case, Cpus, Unit};

/// Splits a target's cases: a precision is often a build of the device's kernels of its own.
const PRECISION: &str = "precision";

/// The selected cases, one unit for each bench, backend and precision. Listings of one bench come in the order in
/// which its backends are preferred, as [`super::which_builds`] plans them.
pub fn expand(scope: &Scope<'_>, listings: &[Listing]) -> Result<Vec<Unit>, Error> {
    check_names(scope.selection, listings)?;
    check_params(scope, listings)?;
    let mut count = 0_usize;
    let mut units = Vec::new();
    for listing in listings {
        let mut cases = Vec::new();
        for info in listing.benchmarks.iter().filter(|info| runs_on(scope, listings, listing, info)) {
            let matrix = matrix(scope, listing, info).map_err(|error| match &error {
                Error::ParamType { place: Place::Bench(name), .. } => {
                    error.clone().drawn(scope.manifest, name)
                }
                _ => error,
            })?;
            count = size(&matrix)
                .and_then(|size| size.checked_add(count))
                .filter(|count| *count <= MOST_CASES)
                .ok_or(Error::TooMany { most: MOST_CASES })?;
            let selected = product(&matrix).into_iter().map(|params| case(scope, listing, info, params));
            cases.extend(selected.filter(|case| scope.takes_case(&case.id)));
        }
        units.extend(by_precision(cases).into_iter().map(|cases| unit(scope, listing, cases)));
    }
    if units.is_empty() {
        return Err(Error::Nothing {
            suite: scope.suite_name.to_owned(),
            backends: other_backends(listings),
        });
    }
    Ok(units)
}

/// The backends that there are benchmarks for, where not one has a backend that was selected: else these are not
/// why nothing is.
fn other_backends(listings: &[Listing]) -> Vec<String> {
    let all =
        || listings.iter().flat_map(|listing| listing.benchmarks.iter().map(move |info| (listing, info)));
    if all().any(|(listing, info)| has(info, &listing.backend)) {
        return Vec::new();
    }
    let registered: BTreeSet<_> = all().flat_map(|(_, info)| &info.backends).collect();
    registered.into_iter().cloned().collect()
}

/// Names on the command line that mean nothing, and names that mean two things.
fn check_names(selection: &Selection, listings: &[Listing]) -> Result<(), Error> {
    let all =
        || listings.iter().flat_map(|listing| listing.benchmarks.iter().map(move |info| (listing, info)));
    for pattern in &selection.benchmarks {
        if !all().any(|(listing, info)| is_named(pattern, &listing.bench, &info.name)) {
            let known: BTreeSet<_> = all().map(|(_, info)| info.name.clone()).collect();
            let name = pattern.as_str().to_owned();
            return Err(Error::Unknown { kind: "benchmark", name, known: known.into_iter().collect() });
        }
    }
    for listing in listings {
        let mut seen: BTreeMap<&str, &BenchmarkInfo> = BTreeMap::new();
        for info in &listing.benchmarks {
            if let Some(first) = seen.insert(&info.name, info) {
                return Err(Error::Twice {
                    bench: listing.bench.name.clone(),
                    benchmark: info.name.clone(),
                    first: first.source.clone(),
                    second: info.source.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Every parameter that is set must be some benchmark's: of the bench for a bench's own, of any for the others.
fn check_params(scope: &Scope<'_>, listings: &[Listing]) -> Result<(), Error> {
    let declared = |listings: &mut dyn Iterator<Item = &Listing>| -> BTreeSet<String> {
        listings
            .flat_map(|listing| &listing.benchmarks)
            .flat_map(|info| info.params.keys().cloned())
            .collect()
    };
    for listing in listings {
        let name = &listing.bench.name;
        let known = declared(&mut listings.iter().filter(|other| other.bench.name == *name));
        check_declared(&Place::Bench(name.clone()), listing.bench.params.keys(), &known)
            .map_err(|error| error.drawn(scope.manifest, name))?;
    }
    let known = declared(&mut listings.iter());
    check_declared(&Place::Arguments, scope.selection.params.keys(), &known)?;
    // A suite may set what only a bench has that was not built this time.
    let is_listed = |bench: &Bench| listings.iter().any(|listing| listing.bench.name == bench.name);
    if scope.manifest.benches.iter().all(is_listed) {
        let place = Place::Suite(scope.suite_name.to_owned());
        check_declared(&place, scope.suite.params.keys(), &known)?;
    }
    Ok(())
}

fn check_declared<'k>(
    place: &Place,
    set: impl Iterator<Item = &'k String>,
    known: &BTreeSet<String>,
) -> Result<(), Error> {
    match set.into_iter().find(|param| !known.contains(*param)) {
        None => Ok(()),
        Some(param) => {
            let (place, param) = (place.clone(), param.clone());
            Err(Error::NoParam { place, param, known: known.iter().cloned().collect() })
        }
    }
}

/// Returns whether the benchmark is selected and runs on the listing's backend. Where nothing was said about backends, a
/// benchmark runs on the first that it has.
fn runs_on(scope: &Scope<'_>, listings: &[Listing], listing: &Listing, info: &BenchmarkInfo) -> bool {
    if !scope.takes_benchmark(&listing.bench, info) || !has(info, &listing.backend) {
        return false;
    }
    if let Wanted::Named(names) = scope.wanted(&listing.bench) {
        return names.contains(&listing.backend);
    }
    let of_bench = listings.iter().filter(|other| other.bench.name == listing.bench.name);
    let first = of_bench.map(|other| &other.backend).find(|backend| has(info, backend));
    first == Some(&listing.backend)
}

/// The values of each parameter of the benchmark: its own, else the bench's, the suite's, the arguments', the
/// later the stronger.
fn matrix(
    scope: &Scope<'_>,
    listing: &Listing,
    info: &BenchmarkInfo,
) -> Result<BTreeMap<String, Vec<ParamValue>>, Error> {
    let layers = [
        (Place::Bench(listing.bench.name.clone()), &listing.bench.params),
        (Place::Suite(scope.suite_name.to_owned()), &scope.suite.params),
        (Place::Arguments, &scope.selection.params),
    ];
    let mut matrix = info.params.clone();
    for (param, values) in &mut matrix {
        let set = layers.iter().rev().find_map(|(place, layer)| Some((place, layer.get(param)?)));
        if let Some((place, set)) = set {
            let conformed = set.iter().map(|value| conform((place, info, param), values, value));
            *values = conformed.collect::<Result<Vec<_>, _>>()?;
        }
    }
    Ok(matrix)
}

/// The value as the benchmark spells its own, so that one case has one id: `1` is `1.0` among fractions.
fn conform(
    (place, info, param): (&Place, &BenchmarkInfo, &str),
    own: &[ParamValue],
    value: &ParamValue,
) -> Result<ParamValue, Error> {
    use ParamValue::{Bool, Float, Int, Text};
    let expected = match (own.first(), value) {
        (None, _) | (Some(Bool(_)), Bool(_)) | (Some(Int(_)), Int(_)) => return Ok(value.clone()),
        (Some(Float(_)), Float(_)) | (Some(Text(_)), Text(_)) => return Ok(value.clone()),
        (Some(Float(_)), Int(number)) => return Ok(Float(*number as f64)),
        (Some(Text(_)), other) => return Ok(Text(other.to_string())),
        (Some(Bool(_)), _) => "true or false",
        (Some(Int(_)), _) => "whole numbers",
        (Some(Float(_)), _) => "numbers",
    };
    Err(Error::ParamType {
        place: place.clone(),
        benchmark: info.name.clone(),
        param: param.to_owned(),
        value: value.to_string(),
        expected,
    })
}

fn case(scope: &Scope<'_>, listing: &Listing, info: &BenchmarkInfo, params: Params) -> Case {
    let bench = &listing.bench;
    let sampling = scope.profile.sampling;
    Case {
        id: CaseKey {
            bench: bench.name.clone(),
            benchmark: info.name.clone(),
            params,
            backend: listing.backend.clone(),
        },
        model_folder: None,
        category: info.category.clone(),
        version: info.version.clone(),
        tags: info.tags.clone(),
        source: info.source.clone(),
        entry: info.entry,
        sampling: Sampling {
            warm_up_nanos: bench.warm_up.map_or(sampling.warm_up_nanos, nanos),
            time_nanos: bench.time.map_or(sampling.time_nanos, nanos),
            ..sampling
        },
        least_warm_up_nanos: bench.warm_up.map_or(0, nanos),
        timeout: bench.timeout,
    }
}

/// Cases of one precision stay together, precisions in the order of their first case.
fn by_precision(cases: Vec<Case>) -> Vec<Vec<Case>> {
    let mut groups: Vec<Vec<Case>> = Vec::new();
    for case in cases {
        let precision = case.id.params.get(PRECISION);
        match groups.iter_mut().find(|group| group[0].id.params.get(PRECISION) == precision) {
            Some(group) => group.push(case),
            None => groups.push(vec![case]),
        }
    }
    groups
}

/// The bench's CPUs go before the backend's.
fn unit(scope: &Scope<'_>, listing: &Listing, cases: Vec<Case>) -> Unit {
    let backend = scope.manifest.backends.get(&listing.backend);
    Unit {
        executable: listing.executable.clone(),
        harness: listing.harness,
        isolate: listing.bench.isolate,
        cwd: listing.cwd.clone(),
        env: scope.manifest.env(&listing.bench, &listing.backend),
        cpus: listing.bench.cpus.or(backend.map(|backend| backend.cpus)).unwrap_or(Cpus::All),
        processes: listing.bench.processes.unwrap_or(scope.profile.processes),
        counts: listing.bench.counts,
        under: Vec::new(),
        cases,
    }
}

#[cfg(test)]
#[path = "expand_tests.rs"]
pub(super) mod tests;
