//! Decides whether a change can make a benchmark slower or faster: pure, and conservative.

use std::path::{Component, Path, PathBuf};

/// Where things lie, all relative to the top of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The workspace's root, where `Cargo.lock` and `bench.toml` are; empty for the top itself.
    pub workspace: PathBuf,
    /// Roots of the packages with benches and of all packages that they depend on by path, and the folders of
    /// bench targets whose sources lie outside of their package.
    pub packages: Vec<PathBuf>,
    /// Roots of the workspace's other packages: nothing of them is compiled into a bench.
    pub others: Vec<PathBuf>,
    /// Folders and files that are never measured: the store, the baselines.
    pub left_out: Vec<PathBuf>,
}

/// The part of a change that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    Nothing,
    /// These files may end up in a benchmark.
    Paths(Vec<PathBuf>),
}

/// Sorts out what cannot be compiled into a benchmark; whatever is not known to be harmless counts.
pub fn affected(changed: &[PathBuf], layout: &Layout) -> Affected {
    let paths: Vec<_> = changed.iter().filter(|path| layout.counts(path)).cloned().collect();
    if paths.is_empty() { Affected::Nothing } else { Affected::Paths(paths) }
}

/// Files that steer the build of every package below them.
const STEERING: [&str; 5] =
    ["Cargo.toml", "Cargo.lock", "bench.toml", "rust-toolchain", "rust-toolchain.toml"];
/// Folders of a package that its libraries and benches do not contain.
const APART: [&str; 4] = ["docs", "tests", ".github", ".git"];

impl Layout {
    fn counts(&self, path: &Path) -> bool {
        if self.left_out.iter().any(|folder| path.starts_with(folder)) {
            return false;
        }
        if self.steers(path) {
            return true;
        }
        if never_compiled(path) {
            return false;
        }
        match self.owner(path) {
            Some((_, Owner::Other)) => false,
            Some((root, Owner::Bench)) => !is_apart(path, root),
            // No package's: it may be data, or a build script may read it.
            None => !is_apart(path, &self.workspace),
        }
    }

    /// Cargo reads these from the workspace's root and from every folder above it.
    fn steers(&self, path: &Path) -> bool {
        let steering = |folder: &Path| {
            STEERING.iter().any(|name| path == folder.join(name)) || path.starts_with(folder.join(".cargo"))
        };
        self.workspace.ancestors().any(steering)
    }

    /// The package that the file lies in: the innermost, as packages may lie in one another.
    fn owner(&self, path: &Path) -> Option<(&Path, Owner)> {
        let bench = self.packages.iter().map(|root| (root.as_path(), Owner::Bench));
        let others = self.others.iter().map(|root| (root.as_path(), Owner::Other));
        let inside = bench.chain(others).filter(|(root, _)| path.starts_with(root));
        inside.max_by_key(|(root, owner)| (root.components().count(), *owner == Owner::Bench))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Bench,
    Other,
}

/// Texts for people, and files that only git reads.
fn never_compiled(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".md")
        || lower.starts_with("license")
        || lower.starts_with("copying")
        || name == ".gitignore"
        || path.starts_with(".github")
}

fn is_apart(path: &Path, root: &Path) -> bool {
    let first = path.strip_prefix(root).ok().and_then(|rest| rest.components().next());
    first.is_some_and(|first| APART.iter().any(|name| first == Component::Normal(name.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            workspace: PathBuf::new(),
            packages: ["benches", "crates/harness", "crates/workloads"].map(PathBuf::from).into(),
            others: ["", "crates/site"].map(PathBuf::from).into(),
            left_out: [".accel-bench", "baselines"].map(PathBuf::from).into(),
        }
    }

    fn counts(path: &str) {
        assert_eq!(affected(&[path.into()], &layout()), Affected::Paths(vec![path.into()]), "{path}");
    }

    fn does_not_count(path: &str) {
        assert_eq!(affected(&[path.into()], &layout()), Affected::Nothing, "{path}");
    }

    #[test]
    fn sources_of_benches_and_what_they_depend_on() {
        counts("crates/workloads/src/bert.rs");
        counts("crates/harness/src/bencher.rs");
        counts("crates/harness/build.rs");
        counts("benches/inference.rs");
        counts("crates/harness/Cargo.toml");
        counts("crates/workloads/src/docs/mod.rs");
        counts("crates/workloads/data/vocabulary.txt");
    }

    #[test]
    fn what_steers_the_build() {
        counts("Cargo.toml");
        counts("Cargo.lock");
        counts("bench.toml");
        counts("rust-toolchain.toml");
        counts("rust-toolchain");
        counts(".cargo/config.toml");
    }

    #[test]
    fn texts_and_what_only_git_reads() {
        does_not_count("README.md");
        does_not_count("crates/harness/README.md");
        does_not_count("LICENSE-MIT");
        does_not_count("crates/harness/COPYING");
        does_not_count(".gitignore");
        does_not_count(".github/workflows/ci.yml");
    }

    #[test]
    fn tests_and_docs_of_a_package() {
        does_not_count("tests/it/main.rs");
        does_not_count("crates/harness/tests/protocol.rs");
        does_not_count("crates/harness/docs/picture.svg");
    }

    #[test]
    fn packages_that_no_bench_depends_on() {
        does_not_count("src/main.rs");
        does_not_count("crates/site/src/lib.rs");
        does_not_count("crates/site/Cargo.toml");
    }

    #[test]
    fn the_store_and_the_baselines() {
        does_not_count(".accel-bench/runs/x.json");
        does_not_count("baselines/main/machine.json");
    }

    #[test]
    fn only_what_counts_is_told() {
        let changed = ["README.md", "Cargo.lock", "src/main.rs"].map(PathBuf::from);
        assert_eq!(affected(&changed, &layout()), Affected::Paths(vec!["Cargo.lock".into()]));
        assert_eq!(affected(&[], &layout()), Affected::Nothing);
    }

    #[test]
    fn a_file_of_no_package_counts() {
        let layout = Layout { packages: vec!["a".into()], others: vec!["b".into()], ..Layout::default() };
        let check =
            |path: &str, expected: bool| assert_eq!(layout.counts(Path::new(path)), expected, "{path}");
        check("assets/weights.bin", true);
        check("benches/bert.rs", true);
        check("docs/picture.svg", false);
        check("b/src/lib.rs", false);
        check("a/src/lib.rs", true);
    }

    #[test]
    fn a_workspace_below_the_top() {
        let layout = Layout {
            workspace: "rust".into(),
            packages: vec!["rust/a".into()],
            others: vec!["rust/b".into()],
            ..Layout::default()
        };
        let check =
            |path: &str, expected: bool| assert_eq!(layout.counts(Path::new(path)), expected, "{path}");
        check("rust/Cargo.lock", true);
        check("rust-toolchain.toml", true);
        check(".cargo/config.toml", true);
        check("rust/b/Cargo.toml", false);
        check("rust/docs/a.txt", false);
    }
}
