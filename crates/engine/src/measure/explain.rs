//! Why a case is slower or faster: which functions that it reaches differ between the sides, and where they come from.
//!
//! Both sides are built with line tables, which say which files a function was made of. Where perf can record, each case runs for
//! some seconds besides, for a flame graph.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use accel_bench_code::Lines;
use accel_bench_record::CaseKey;

use super::code::{Found, compared};
use super::counting::seat;
use super::flame::flame;
use super::pair::prepare_side;
use super::session;
use super::{Prepared, Project, SideSpec, Wanted};
use crate::Engine;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::with_causes;

pub use accel_bench_code::{Change, Difference, Extent};

/// The differences in the machine code of some cases.
#[derive(Clone, Debug)]
pub struct Explained {
    /// An error says why the code of a case cannot be read.
    pub cases: BTreeMap<CaseKey, std::result::Result<Explanation, String>>,
    /// Dependencies whose version is another, by name: before and after.
    pub dependencies: BTreeMap<String, [Option<String>; 2]>,
}

/// The differences in the machine code of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub root: Root,
    /// How many functions are reached, on each side.
    pub reached: [usize; 2],
    /// Those nearest to the root first. Empty: all that is reached is the same.
    pub causes: Vec<Cause>,
    /// The flame graph of both sides, or why there is none.
    pub flame: std::result::Result<PathBuf, String>,
}

/// The function that the search begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    Benchmark,
    /// All of the target: its harness does not say where a benchmark begins.
    Target,
}

/// A function that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub difference: Difference,
    /// The files that differ between the sides and that it was made of, relative to the top of the repository.
    pub files: Vec<PathBuf>,
    /// The dependencies with another version that it was made of.
    pub dependencies: Vec<String>,
}

/// Builds both sides and compares what the wanted cases reach.
///
/// # Errors
/// When a side is a result, which has no executable, or cannot be built.
pub fn explain(
    engine: &mut Engine<'_>,
    project: &mut Project,
    wanted: &Wanted,
    is_wanted: &dyn Fn(&CaseKey) -> bool,
) -> Result<Explained> {
    if let Some(side) = [&wanted.base, &wanted.candidate].into_iter().find(|side| !side.is_measurable()) {
        return Err(no_code(side));
    }
    project.sources.manifest.build.line_tables = true;
    let changed = project.changed(&wanted.base, &wanted.candidate)?.unwrap_or_default();
    let mut checkouts = Vec::new();
    let mut prepared = |side| prepare_side(engine, project, side, &wanted.selection, &mut checkouts);
    let (base, candidate) = (prepared(&wanted.base)?, prepared(&wanted.candidate)?);
    let dependencies = other_versions(&base.packages, &candidate.packages);
    let top = project.repo.as_ref().and_then(|repo| repo.relative(project.sources.root()));
    let sources = Sources {
        roots: [&base, &candidate].map(|side| side.root.clone()),
        top: top.unwrap_or_default(),
        changed: changed.into_iter().collect(),
        dependencies: &dependencies,
        lines: BTreeMap::new(),
    };
    let mut cases = explained(&base, &candidate, is_wanted, sources);
    draw(engine, project, [&base, &candidate], &mut cases)?;
    Ok(Explained { cases, dependencies })
}

fn no_code(side: &SideSpec) -> Error {
    Error::NotComparable {
        what: format!("{} is a result: it has no machine code to explain", side.name()),
        hint: "compare two revisions, or a revision with the working tree".to_owned(),
    }
}

/// Each takes two times some seconds.
const MOST_FLAMES: usize = 6;

/// Draws the flame graphs of what is explained.
fn draw(
    engine: &mut Engine<'_>,
    project: &Project,
    sides: [&Prepared; 2],
    cases: &mut BTreeMap<CaseKey, std::result::Result<Explanation, String>>,
) -> Result<()> {
    let folder = project.store.root().join("flames");
    let scratch = project.store.scratch()?;
    let units = sides.into_iter().flat_map(|side| &side.units);
    let claim = session::claim(engine, units);
    let settings = session::alone(engine.host(), scratch.path(), &claim);
    let found = cases.iter_mut().filter_map(|(id, found)| Some((id, found.as_mut().ok()?)));
    for (id, explanation) in found.take(MOST_FLAMES) {
        let seats = sides.map(|side| seat(&side.units, id));
        let [Some(base), Some(candidate)] = seats else { continue };
        engine.report(&Event::Profiling { id: id.clone() });
        match flame(engine, [base, candidate], &folder, &settings)? {
            Some(drawn) => explanation.flame = drawn,
            None => return Err(Error::Interrupted),
        }
    }
    Ok(())
}

fn explained(
    base: &Prepared,
    candidate: &Prepared,
    is_wanted: &dyn Fn(&CaseKey) -> bool,
    mut sources: Sources<'_>,
) -> BTreeMap<CaseKey, std::result::Result<Explanation, String>> {
    let of_case = |(case, found): (CaseKey, Found)| (case, explanation(&found, &mut sources));
    compared(base, candidate, is_wanted).into_iter().map(of_case).collect()
}

fn explanation(found: &Found, sources: &mut Sources<'_>) -> std::result::Result<Explanation, String> {
    let code = found.code.as_ref().map_err(|error| with_causes(&**error))?;
    let cause = |difference: &Difference| sources.cause(difference, &found.executables);
    Ok(Explanation {
        root: if found.is_of_benchmark { Root::Benchmark } else { Root::Target },
        reached: code.reached,
        causes: code.differences.iter().map(cause).collect(),
        flame: Err(format!("only the first {MOST_FLAMES} cases have one; name one with `--explain CASE`")),
    })
}

/// Which dependencies have another version.
fn other_versions(
    base: &BTreeMap<String, String>,
    candidate: &BTreeMap<String, String>,
) -> BTreeMap<String, [Option<String>; 2]> {
    let names: BTreeSet<_> = base.keys().chain(candidate.keys()).collect();
    let versions =
        names.into_iter().map(|name| (name.clone(), [base, candidate].map(|side| side.get(name).cloned())));
    versions.filter(|(_, [before, after])| before != after).collect()
}

/// Where functions may come from.
struct Sources<'d> {
    /// The workspaces of both sides.
    roots: [PathBuf; 2],
    /// From the top of the repository to the workspace.
    top: PathBuf,
    /// Files that differ, relative to the top of the repository.
    changed: BTreeSet<PathBuf>,
    dependencies: &'d BTreeMap<String, [Option<String>; 2]>,
    /// The line tables of executables that were read; `None` where they cannot be.
    lines: BTreeMap<PathBuf, Option<Lines>>,
}

impl Sources<'_> {
    fn cause(&mut self, difference: &Difference, executables: &[PathBuf; 2]) -> Cause {
        let sides = [&difference.before, &difference.after];
        let mut made_of = BTreeSet::new();
        for (side, extent) in sides.into_iter().enumerate() {
            made_of.extend(extent.iter().flat_map(|extent| self.files(side, &executables[side], extent)));
        }
        let is_of = |name: &&String| is_made_of(&difference.function, &made_of, name);
        Cause {
            difference: difference.clone(),
            files: made_of.iter().filter(|file| self.changed.contains(*file)).cloned().collect(),
            dependencies: self.dependencies.keys().filter(is_of).cloned().collect(),
        }
    }

    /// The files of a function: those of the workspace as the repository calls them, others by their whole path.
    fn files(&mut self, side: usize, executable: &Path, extent: &Extent) -> Vec<PathBuf> {
        let read = || Lines::read(executable).ok();
        let Some(lines) = self.lines.entry(executable.to_owned()).or_insert_with(read) else {
            return Vec::new();
        };
        let (root, top) = (&self.roots[side], &self.top);
        let shown = |file: PathBuf| match file.strip_prefix(root) {
            Ok(inside) => top.join(inside),
            Err(_) => file,
        };
        lines.files(extent).into_iter().map(shown).collect()
    }
}

/// Says whether code of this package is in a function: by the function's name, or by its files.
fn is_made_of(function: &str, files: &BTreeSet<PathBuf>, package: &str) -> bool {
    let path = format!("{}::", package.replace('-', "_"));
    let is_named = function.match_indices(&path).any(|(at, _)| {
        let before = function[..at].chars().next_back();
        before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_' && letter != ':')
    });
    // A registry's folder is called by the name and the version.
    let is_version = |part: &str| {
        part.strip_prefix(package).is_some_and(|rest| rest.strip_prefix('-').is_some_and(starts_with_digit))
    };
    let parts = files.iter().flat_map(|file| file.components());
    is_named || parts.filter_map(|part| part.as_os_str().to_str()).any(is_version)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(function: &str, files: &[&str], package: &str, expected: bool) {
        let files = files.iter().map(PathBuf::from).collect();
        assert_eq!(is_made_of(function, &files, package), expected, "{function} {package}");
    }

    #[test]
    fn functions_made_of_a_package() {
        check("smallvec::SmallVec<A>::push", &[], "smallvec", true);
        check("<smallvec::SmallVec<A> as core::ops::Drop>::drop", &[], "smallvec", true);
        check("core::ptr::drop_in_place::<rand_core::os::OsRng>", &[], "rand-core", true);
        check("app::smallvec::push", &[], "smallvec", false);
        check("my_smallvec::push", &[], "smallvec", false);
        check("app::root", &["/home/.cargo/registry/src/x/smallvec-1.13.2/src/lib.rs"], "smallvec", true);
        check(
            "app::root",
            &["/home/.cargo/registry/src/x/smallvec-derive-1.0.0/src/lib.rs"],
            "smallvec",
            false,
        );
        check("app::root", &["src/lib.rs"], "smallvec", false);
    }

    #[test]
    fn versions_that_differ() {
        let lock = |packages: &[(&str, &str)]| -> BTreeMap<String, String> {
            packages.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
        };
        let found = other_versions(
            &lock(&[("a", "1.0.0"), ("b", "1.0.0"), ("c", "2.0.0")]),
            &lock(&[("a", "1.0.1"), ("b", "1.0.0"), ("d", "3.0.0")]),
        );
        let rows: Vec<_> = found
            .into_iter()
            .map(|(name, versions)| (name, versions.map(Option::unwrap_or_default)))
            .collect();
        let expected = [("a", "1.0.0", "1.0.1"), ("c", "2.0.0", ""), ("d", "", "3.0.0")];
        let expected =
            expected.map(|(name, before, after)| (name.to_owned(), [before.to_owned(), after.to_owned()]));
        assert_eq!(rows, expected);
    }

    /// An executable of a workspace in this folder, with line tables, and where its function `work` is.
    fn built(folder: &Path, number: u64) -> (PathBuf, Extent) {
        let source = format!(
            "#[inline(never)] fn work(n: u64) -> u64 {{ (0..n).map(|k| k * {number} ^ n).max().unwrap_or(n) }}
            fn main() {{ println!(\"{{}}\", work(std::env::args().count() as u64)) }}"
        );
        std::fs::create_dir_all(folder.join("src")).expect("a folder");
        std::fs::write(folder.join("src/app.rs"), source).expect("it is written");
        let mut command = std::process::Command::new("rustc");
        command.args(["-Copt-level=1", "-Cdebuginfo=line-tables-only", "src/app.rs"]).current_dir(folder);
        assert!(command.status().expect("rustc starts").success());
        let program = accel_bench_code::Program::read(&folder.join("app")).expect("an executable");
        let address = program.function("app::work").expect("it has one");
        (folder.join("app"), Extent { instructions: 9, bytes: 24, address })
    }

    #[test]
    fn a_cause_names_the_changed_files_that_it_is_made_of() {
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let built = [0, 1].map(|side| built(folders[side].path(), [3, 5][side]));
        let dependencies = BTreeMap::new();
        let sources = |changed: &[&str]| Sources {
            roots: [0, 1].map(|side| folders[side].path().to_path_buf()),
            top: PathBuf::from("rust"),
            changed: changed.iter().map(PathBuf::from).collect(),
            dependencies: &dependencies,
            lines: BTreeMap::new(),
        };
        let executables = [0, 1].map(|side| built[side].0.clone());
        let difference = |before: Option<Extent>, after: Option<Extent>| Difference {
            function: "app::work".to_owned(),
            change: Change::Constants,
            before,
            after,
            no_longer_calls: Vec::new(),
            now_calls: Vec::new(),
            depth: 1,
        };
        let [before, after] = [0, 1].map(|side| Some(built[side].1));
        let files = |changed: &[&str], difference: Difference| {
            sources(changed).cause(&difference, &executables).files
        };
        let own = [PathBuf::from("rust/src/app.rs")];
        let changed = ["rust/src/app.rs", "rust/src/other.rs", "src/app.rs"];
        assert_eq!(files(&changed, difference(before, after)), own);
        assert_eq!(files(&changed, difference(None, after)), own);
        assert_eq!(files(&changed, difference(before, None)), own);
        assert_eq!(files(&["rust/src/other.rs"], difference(before, after)), [] as [PathBuf; 0]);
        // An executable without tables has no files, and that is fine.
        let gone = [0, 1].map(|_| PathBuf::from("/nowhere"));
        let found = sources(&changed).cause(&difference(before, after), &gone);
        assert_eq!(found.files, [] as [PathBuf; 0]);
    }

    #[test]
    fn results_have_no_code() {
        let record = Box::new(crate::compare::sample::run("r", vec![]));
        let error = no_code(&SideSpec::Record { record, name: "a.json".to_owned() });
        assert!(error.to_string().contains("a.json is a result"), "{error}");
    }
}
