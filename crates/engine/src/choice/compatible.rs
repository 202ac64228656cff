//! Which models run where.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::{CaseKey, CaseRecord, Failure, Status};

use super::way::ModelKey;

/// The result of a model in a precision on a backend, over all its cases there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// Every case ran.
    Ok,
    /// Some ran, the largest not: how one of them ended.
    Partly {
        reason: String,
    },
    /// None ran.
    Failed {
        kind: Failure,
        reason: String,
    },
    Untested,
}

/// All models of a machine, in each precision, on each backend that any of them was run on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compatibility {
    /// The columns: backend and precision.
    pub places: Vec<(String, String)>,
    /// A standing for each place.
    pub models: BTreeMap<ModelKey, Vec<Standing>>,
}

/// The precision of a case without such a parameter.
const PLAIN: &str = "f32";

fn precision(case: &CaseKey) -> String {
    case.params.get("precision").map_or_else(|| PLAIN.to_owned(), ToString::to_string)
}

fn place(case: &CaseKey) -> (String, String) {
    (case.backend.clone(), precision(case))
}

/// Sorts the last result of each case into models and places.
#[must_use]
pub fn compatibility(cases: &[CaseRecord]) -> Compatibility {
    let mut all: BTreeMap<ModelKey, BTreeMap<(String, String), Vec<&Status>>> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for case in cases {
        let Some(model) = ModelKey::of(&case.id) else { continue };
        let place = place(&case.id);
        places.insert(place.clone());
        all.entry(model).or_default().entry(place).or_default().push(&case.status);
    }
    let places: Vec<_> = places.into_iter().collect();
    let standings = |own: BTreeMap<(String, String), Vec<&Status>>| {
        places.iter().map(|place| own.get(place).map_or(Standing::Untested, |all| standing(all))).collect()
    };
    let models = all.into_iter().map(|(model, own)| (model, standings(own))).collect();
    Compatibility { places, models }
}

fn standing(all: &[&Status]) -> Standing {
    let failed = all.iter().find_map(|status| match status {
        Status::Failed { kind, reason } => Some((*kind, reason.clone())),
        Status::Ok => None,
    });
    match failed {
        None => Standing::Ok,
        Some((_, reason)) if all.iter().any(|status| status.is_ok()) => Standing::Partly { reason },
        Some((kind, reason)) => Standing::Failed { kind, reason },
    }
}

impl Compatibility {
    /// The first place where a model runs that does not run on this one: on the same backend if there is one.
    #[must_use]
    pub fn fallback(&self, model: &ModelKey, place: &(String, String)) -> Option<&(String, String)> {
        let own = self.models.get(model)?;
        let runs = self.places.iter().zip(own).filter(|(_, standing)| **standing == Standing::Ok);
        let mut runs: Vec<_> = runs.map(|(place, _)| place).collect();
        // The sort is stable.
        runs.sort_by_key(|other| other.0 != place.0);
        runs.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample;

    fn failed(id: &str, kind: Failure) -> CaseRecord {
        sample::failed(sample::case(id, &[]), kind, "as it says")
    }

    fn found() -> Compatibility {
        compatibility(&[
            sample::case("m/bert@ndarray?model=tiny&precision=f32", &[1.0]),
            sample::case("m/bert@tch?model=tiny&precision=f32&batch-size=1", &[1.0]),
            failed("m/bert@tch?model=tiny&precision=f32&batch-size=8", Failure::Oom),
            failed("m/bert@tch?model=tiny&precision=f16", Failure::Unsupported),
            failed("m/bert@ndarray?model=base&precision=f32", Failure::WrongOutput),
            sample::case("k/sort@host?n=1", &[1.0]),
        ])
    }

    fn words(model: &str) -> Vec<String> {
        let found = found();
        let (_, own) = found.models.iter().find(|(key, _)| key.model == model).expect("it was run");
        own.iter()
            .map(|standing| match standing {
                Standing::Ok => "ok".to_owned(),
                Standing::Partly { .. } => "partly".to_owned(),
                Standing::Failed { kind, .. } => kind.to_string(),
                Standing::Untested => "untested".to_owned(),
            })
            .collect()
    }

    #[test]
    fn each_model_has_a_standing_in_each_place() {
        let places = found().places;
        let named: Vec<_> =
            places.iter().map(|(backend, precision)| format!("{backend} {precision}")).collect();
        assert_eq!(named, ["ndarray f32", "tch f16", "tch f32"]);
        assert_eq!(words("tiny"), ["ok", "unsupported", "partly"]);
        assert_eq!(words("base"), ["wrong-output", "untested", "untested"]);
    }

    #[test]
    fn what_does_not_run_has_a_fallback() {
        let found = found();
        let model =
            |name: &str| found.models.keys().find(|key| key.model == name).expect("it was run").clone();
        let place = |backend: &str, precision: &str| (backend.to_owned(), precision.to_owned());
        assert_eq!(found.fallback(&model("tiny"), &place("tch", "f16")), Some(&place("ndarray", "f32")));
        assert_eq!(found.fallback(&model("base"), &place("ndarray", "f32")), None);
    }
}
