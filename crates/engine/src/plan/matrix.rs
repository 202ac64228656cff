//! All combinations of the values of parameters.

use std::collections::BTreeMap;

use accel_bench_record::{ParamValue, Params};

use crate::manifest::MODEL;

/// More cases than anybody waits for; a slip in a matrix must not eat the memory.
pub(super) const MOST_CASES: usize = 100_000;

/// How many combinations there are; absent when more than can be counted.
pub(super) fn size(matrix: &BTreeMap<String, Vec<ParamValue>>) -> Option<usize> {
    matrix.values().try_fold(1_usize, |size, values| size.checked_mul(values.len()))
}

/// Every combination; the model changes last, then the other parameters in alphabetical order.
pub(super) fn product(matrix: &BTreeMap<String, Vec<ParamValue>>) -> Vec<Params> {
    let mut names: Vec<_> = matrix.iter().collect();
    names.sort_by_key(|(name, _)| (name.as_str() != MODEL, name.as_str()));
    names.into_iter().fold(vec![Params::new()], |rows, (name, values)| {
        let extended = |row: &Params, value: &ParamValue| {
            let mut row = row.clone();
            row.insert(name.clone(), value.clone());
            row
        };
        rows.iter().flat_map(|row| values.iter().map(move |value| extended(row, value))).collect()
    })
}
