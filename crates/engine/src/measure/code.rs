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

/// What two executables have in common for a case.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Baseline first.
    pub(super) executables: [PathBuf; 2],
    /// Whether the root is the benchmark itself: of other harnesses only the target is known.
    pub(super) is_of_benchmark: bool,
    /// Shared among the cases of one benchmark.
    pub(super) code: Result<Rc<Comparison>, Rc<Error>>,
}

/// Compares what each wanted case that both sides have reaches.
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
    read: BTreeMap<PathBuf, Result<Rc<Program>, Rc<Error>>>,
    compared: BTreeMap<([PathBuf; 2], Roots), Result<Rc<Comparison>, Rc<Error>>>,
}

impl Programs {
    fn compared(&mut self, paths: &[PathBuf; 2], roots: Roots) -> Result<Rc<Comparison>, Rc<Error>> {
        let key = (paths.clone(), roots);
        if let Some(found) = self.compared.get(&key) {
            return found.clone();
        }
        let found = self.compare(paths, roots);
        self.compared.insert(key, found.clone());
        found
    }

    fn compare(&mut self, paths: &[PathBuf; 2], roots: Roots) -> Result<Rc<Comparison>, Rc<Error>> {
        let (base, candidate) = (self.program(&paths[0])?, self.program(&paths[1])?);
        let roots = match roots {
            [Some(one), Some(other)] => {
                [base.function_from(ENTRY_FROM, one)?, candidate.function_from(ENTRY_FROM, other)?]
            }
            _ => [base.function(MAIN)?, candidate.function(MAIN)?],
        };
        Ok(Rc::new(compare([&base, &candidate], roots)))
    }

    fn program(&mut self, path: &Path) -> Result<Rc<Program>, Rc<Error>> {
        let read = || Program::read(path).map(Rc::new).map_err(Rc::new);
        self.read.entry(path.to_owned()).or_insert_with(read).clone()
    }
}

/// Where every program begins.
const MAIN: &str = "main";
