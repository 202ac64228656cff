//! Cases that need no measuring: the same executable serves them on both sides.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use accel_bench_record::CaseKey;

use super::Prepared;
use crate::plan::Unit;

/// The cases of two sides that come from executables that are the same, byte by byte, and that are run alike.
pub(super) fn identical(base: &Prepared, candidate: &Prepared) -> BTreeSet<CaseKey> {
    let is_same = |[one, other]: &[&Unit; 2]| {
        is_run_alike(one, other) && is_same_file(&one.executable, &other.executable)
    };
    let same = twins(base, candidate).into_iter().filter(is_same);
    same.flat_map(|[base, candidate]| common(base, candidate)).collect()
}

/// The units of both sides that have a case in common, baseline first.
pub(super) fn twins<'p>(base: &'p Prepared, candidate: &'p Prepared) -> Vec<[&'p Unit; 2]> {
    let of_unit = |unit: &'p Unit| {
        let twins = base.units.iter().filter(move |other| shares_a_case(unit, other));
        twins.map(move |other| [other, unit])
    };
    candidate.units.iter().flat_map(of_unit).collect()
}

/// The cases that both units have.
fn common(base: &Unit, candidate: &Unit) -> Vec<CaseKey> {
    let ids: BTreeSet<_> = base.cases.iter().map(|case| &case.id).collect();
    candidate.cases.iter().map(|case| &case.id).filter(|id| ids.contains(id)).cloned().collect()
}

fn shares_a_case(one: &Unit, other: &Unit) -> bool {
    one.cases.iter().any(|case| other.cases.iter().any(|twin| twin.id == case.id))
}

fn is_run_alike(one: &Unit, other: &Unit) -> bool {
    one.env == other.env && one.isolate == other.isolate && one.harness == other.harness
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map(|found| found.len()).ok();
    let is_long = length(one).is_some() && length(one) == length(other);
    is_long && matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample_tests::unit;

    /// A side whose units are served by executables with these contents.
    fn side(folder: &Path, units: &[(&str, &[&str])]) -> Prepared {
        let unit = |(at, (contents, names)): (usize, &(&str, &[&str]))| {
            let executable = folder.join(format!("bench-{at}"));
            fs::write(&executable, contents).expect("it is written");
            Unit { executable, ..unit(&format!("backend-{at}"), names) }
        };
        let units = units.iter().enumerate().map(unit).collect();
        Prepared::of(units)
    }

    #[track_caller]
    fn check(base: &[(&str, &[&str])], candidate: &[(&str, &[&str])], expected: &[&str]) {
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let found = identical(&side(folders[0].path(), base), &side(folders[1].path(), candidate));
        let names: Vec<_> = found.iter().map(|id| id.benchmark.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn equal_executables_serve_identical_cases() {
        check(&[("one", &["a", "b"])], &[("one", &["a", "b"])], &["a", "b"]);
        check(&[("one", &["a", "b"])], &[("two", &["a", "b"])], &[]);
        check(&[("one", &["a", "b"])], &[("other", &["a", "b"])], &[]);
        // Cases of one side only come from the manifest; they are new, or missing.
        check(&[("one", &["a", "old"])], &[("one", &["a", "new"])], &["a"]);
        check(&[("one", &["a"]), ("two", &["b"])], &[("one", &["a"]), ("TWO", &["b"])], &["a"]);
    }

    #[test]
    fn the_environment_is_part_of_how_they_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let (base, mut candidate) =
            (side(folder.path(), &[("one", &["a"])]), side(folder.path(), &[("one", &["a"])]));
        assert_eq!(identical(&base, &candidate).len(), 1);
        candidate.units[0].env.insert("THREADS".to_owned(), "2".to_owned());
        assert_eq!(identical(&base, &candidate).len(), 0);
    }
}
