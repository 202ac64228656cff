//! The machine code that cases reach, compared between two sides that are built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use accel_bench_code::{Comparison, Error, Program, compare};
use accel_bench_record::CaseKey;
use accel_bench_record::protocol::ENTRY_FROM;

use super::Prepared;
use super::identical::twins;
use crate::plan::{Case, Unit};

/// The cases that reach the same machine code on both sides; none where that cannot be read.
pub(super) fn same_code(base: &Prepared, candidate: &Prepared) -> Vec<CaseKey> {
    let compared = compared(base, candidate, &|_| true).into_iter();
    let is_same = |found: &Found| matches!(&found.code, Ok(code) if code.is_equal);
    compared.filter(|(_, found)| is_same(found)).map(|(case, _)| case).collect()
}

/// The comparison of two executables for a case.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Baseline first.
    pub(super) executables: [PathBuf; 2],
    /// True if the root is the benchmark itself: of other harnesses only the target is known.
    pub(super) is_of_benchmark: bool,
    /// Shared among the cases of one benchmark.
    pub(super) code: Shared<Comparison>,
}

/// Compares all that each wanted case of both sides reaches.
pub(super) fn compared(
    base: &Prepared,
    candidate: &Prepared,
    is_wanted: &dyn Fn(&CaseKey) -> bool,
) -> BTreeMap<CaseKey, Found> {
    let mut programs = Programs::default();
    let mut found = BTreeMap::new();
    for [base, candidate] in twins(base, candidate) {
        for (case, roots) in pairs(base, candidate).filter(|(case, _)| is_wanted(&case.id)) {
            let executables = [&base.executable, &candidate.executable].map(PathBuf::clone);
            let code = programs.compared(&executables, roots);
            let is_of_benchmark = roots.iter().all(Option::is_some);
            found.insert(case.id.clone(), Found { executables, is_of_benchmark, code });
        }
    }
    found
}

/// Read or compared once for all cases that ask.
type Shared<T> = Result<Rc<T>, Rc<Error>>;

/// Where a case's code begins on each side, as its harness says.
type Roots = [Option<i64>; 2];

/// The cases that both have.
fn pairs<'u>(base: &'u Unit, candidate: &'u Unit) -> impl Iterator<Item = (&'u Case, Roots)> {
    let twin = |case: &Case| base.cases.iter().find(|other| other.id == case.id);
    candidate.cases.iter().filter_map(move |case| Some((case, [twin(case)?.entry, case.entry])))
}

/// Executables that were read, and what came of it.
#[derive(Debug, Default)]
struct Programs {
    read: BTreeMap<PathBuf, Shared<Program>>,
    compared: BTreeMap<([PathBuf; 2], Roots), Shared<Comparison>>,
}

impl Programs {
    fn compared(&mut self, paths: &[PathBuf; 2], roots: Roots) -> Shared<Comparison> {
        let key = (paths.clone(), roots);
        if let Some(found) = self.compared.get(&key) {
            return found.clone();
        }
        let found = self.compare(paths, roots);
        self.compared.insert(key, found.clone());
        found
    }

    fn compare(&mut self, paths: &[PathBuf; 2], roots: Roots) -> Shared<Comparison> {
        let (base, candidate) = (self.program(&paths[0])?, self.program(&paths[1])?);
        let roots = match roots {
            [Some(one), Some(other)] => {
                [base.function_from(ENTRY_FROM, one)?, candidate.function_from(ENTRY_FROM, other)?]
            }
            _ => [base.function(MAIN)?, candidate.function(MAIN)?],
        };
        Ok(Rc::new(compare([&base, &candidate], roots)))
    }

    fn program(&mut self, path: &Path) -> Shared<Program> {
        let read = || Program::read(path).map(Rc::new).map_err(Rc::new);
        self.read.entry(path.to_owned()).or_insert_with(read).clone()
    }
}

/// Where every program begins.
const MAIN: &str = "main";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::plan::sample_tests::unit;

    /// An executable that prints what `work` makes of its arguments.
    fn built(folder: &Path, name: &str, work: &str) -> PathBuf {
        let source = format!(
            "#[inline(never)] fn work(n: usize) -> usize {{ {work} }}
            fn main() {{ println!(\"{{}}\", work(std::env::args().count())) }}"
        );
        // One name for all, in folders of their own: symbols contain it.
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("app.rs"), source).expect("it is written");
        let mut command = Command::new("rustc");
        command.args(["-Copt-level=1", "-Ccodegen-units=1", "app.rs"]).current_dir(&folder);
        assert!(command.status().expect("rustc starts").success());
        folder.join("app")
    }

    fn side(executable: &Path, names: &[&str]) -> Prepared {
        Prepared::of(vec![Unit { executable: executable.to_owned(), ..unit("host", names) }])
    }

    #[test]
    fn cases_of_targets_that_do_not_differ_are_the_same_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = built(folder.path(), "one", "n * 3 + 1");
        let twin = built(folder.path(), "twin", "n * 3 + 1");
        let other = built(folder.path(), "other", "n * 5 ^ (n >> 1)");
        let same = |base: &Path, candidate: &Path| {
            let cases = same_code(&side(base, &["a", "b"]), &side(candidate, &["b", "c"]));
            cases.into_iter().map(|case| case.benchmark).collect::<Vec<_>>()
        };
        assert_eq!(same(&one, &twin), ["b"], "the case that both have");
        assert_eq!(same(&one, &other), [""; 0]);
        let found = compared(&side(&one, &["a"]), &side(&other, &["a"]), &|_| true);
        let found = found.into_values().next().expect("one case");
        assert!(!found.is_of_benchmark, "its harness does not say where it begins");
        let code = found.code.expect("both can be read");
        let functions: Vec<_> = code.differences.iter().map(|one| one.function.as_str()).collect();
        assert_eq!(functions, ["app::work"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = built(folder.path(), "one", "n + 1");
        let none = folder.path().join("none");
        assert_eq!(same_code(&side(&one, &["a"]), &side(&none, &["a"])), []);
        let found = compared(&side(&none, &["a"]), &side(&one, &["a"]), &|_| true);
        let code = found.into_values().next().expect("one case").code;
        assert!(
            matches!(code.map_err(|error| error.to_string()), Err(error) if error.contains("cannot read"))
        );
        // Its harness says where it begins, and no function of the harness is there.
        let with_entry = || {
            let mut side = side(&one, &["a"]);
            side.units[0].cases[0].entry = Some(64);
            side
        };
        let found = compared(&with_entry(), &with_entry(), &|_| true).into_values().next().expect("one case");
        assert!(found.is_of_benchmark);
        let error = found.code.expect_err("it has no such function").to_string();
        assert!(error.contains(ENTRY_FROM), "{error}");
    }

    #[test]
    fn only_what_is_wanted_is_compared() {
        let folder = tempfile::tempdir().expect("a folder");
        let none = folder.path().join("none");
        let sides = [side(&none, &["a", "b"]), side(&none, &["a", "b"])];
        let found = compared(&sides[0], &sides[1], &|case| case.benchmark == "b");
        let names: Vec<_> = found.keys().map(|case| case.benchmark.as_str()).collect();
        assert_eq!(names, ["b"]);
    }
}
