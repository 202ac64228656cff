//! Notes of benchmarks on how they ran. Pure.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::{CaseRecord, Params};

/// In which precision a case really ran, where that may not be the one that was asked for.
pub const EFFECTIVE_PRECISION: &str = "effective-precision";

pub type Notes = BTreeMap<String, String>;

/// The notes of all processes; where these say different things, all of them.
pub fn notes(case: &CaseRecord) -> Notes {
    let mut told: BTreeMap<&String, BTreeSet<&str>> = BTreeMap::new();
    for (name, text) in case.processes.iter().flat_map(|process| &process.notes) {
        told.entry(name).or_default().insert(text);
    }
    let joined = |texts: BTreeSet<&str>| texts.into_iter().collect::<Vec<_>>().join(" or ");
    told.into_iter().map(|(name, texts)| (name.clone(), joined(texts))).collect()
}

/// The precision that was asked for.
pub fn requested_precision(params: &Params) -> Option<String> {
    params.get("precision").map(ToString::to_string)
}

/// The precision that a case ran in: what it says, else what was asked for.
pub fn effective_precision(params: &Params, notes: &Notes) -> Option<String> {
    notes.get(EFFECTIVE_PRECISION).cloned().or_else(|| requested_precision(params))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn check(processes: &[&str], expected: Option<&str>, effective: Option<&str>) {
        let mut case = sample::case("enc/f@wgpu?precision=f16", &vec![100.0; processes.len()]);
        for (process, text) in case.processes.iter_mut().zip(processes).filter(|(_, text)| !text.is_empty()) {
            process.notes.insert(EFFECTIVE_PRECISION.to_owned(), (*text).to_owned());
        }
        let notes = notes(&case);
        assert_eq!(notes.get(EFFECTIVE_PRECISION).map(String::as_str), expected);
        assert_eq!(effective_precision(&case.id.params, &notes).as_deref(), effective);
    }

    #[test]
    fn what_processes_say() {
        check(&["", ""], None, Some("f16"));
        check(&["f32", "f32"], Some("f32"), Some("f32"));
        check(&["f32", ""], Some("f32"), Some("f32"));
        check(&["f32", "bf16"], Some("bf16 or f32"), Some("bf16 or f32"));
        check(&[], None, Some("f16"));
        assert_eq!(effective_precision(&Params::new(), &Notes::new()), None);
    }
}
