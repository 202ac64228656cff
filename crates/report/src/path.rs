//! A case's name as the segments that rows are grouped by.

use accel_bench_record::CaseKey;

use crate::plain::plain;

/// The segments of a case's name. A model that is named by its folder is one of them, however many folders it lies in.
#[must_use]
pub fn path(id: &CaseKey) -> Vec<String> {
    let named = [id.bench.as_str(), id.benchmark.as_str()];
    let mut path: Vec<_> = named.iter().flat_map(|name| name.split('/')).map(str::to_owned).collect();
    path.extend(id.params.get("model").map(ToString::to_string));
    let name = id.to_string();
    let rest = name.strip_prefix(&path.join("/")).unwrap_or_default();
    match (rest.strip_prefix('/'), path.last_mut()) {
        (None, Some(last)) => last.push_str(rest),
        (cell, _) => path.extend(cell.map(str::to_owned)),
    }
    path.iter().map(|part| plain(part)).collect()
}
