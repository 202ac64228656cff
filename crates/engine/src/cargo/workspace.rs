//! The workspace: its packages, their features and bench targets.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use crate::plan::BenchTarget;

use super::error::Error;
use super::source;

/// The crate that a bench target is written with.
const HARNESS: &str = "accel-bench";

/// A cargo workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    pub root: PathBuf,
    pub target_dir: PathBuf,
    pub packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    pub name: String,
    pub manifest: PathBuf,
    /// The folder of the manifest.
    pub root: PathBuf,
    pub features: BTreeSet<String>,
    pub benches: Vec<BenchTarget>,
    /// Folders of the packages that it depends on by path.
    pub path_dependencies: Vec<PathBuf>,
}

impl Workspace {
    /// The workspace that `dir` is in. Looks at the members only, so that it is fast and needs no network.
    pub fn load(cargo: &Path, dir: &Path) -> Result<Self, Error> {
        let metadata = MetadataCommand::new().cargo_path(cargo).current_dir(dir).no_deps().exec();
        let metadata = metadata.map_err(|error| metadata_error(cargo, dir, error))?;
        let packages = members(&metadata)?;
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            target_dir: metadata.target_directory.into_std_path_buf(),
            packages,
        })
    }

    /// Every bench target; those of `harness: None` are not ours.
    pub fn bench_targets(&self) -> Vec<BenchTarget> {
        self.packages.iter().flat_map(|package| package.benches.iter().cloned()).collect()
    }

    /// Folders whose sources end up in a bench: packages with benches, what they depend on by path, and where
    /// bench targets lie outside of their package.
    pub fn built_into_benches(&self) -> BTreeSet<PathBuf> {
        let with_benches = || self.packages.iter().filter(|package| !package.benches.is_empty());
        let mut found: BTreeSet<PathBuf> = BTreeSet::new();
        let mut waiting: Vec<PathBuf> = with_benches().map(|package| package.root.clone()).collect();
        while let Some(root) = waiting.pop() {
            if found.insert(root.clone())
                && let Some(package) = self.packages.iter().find(|package| package.root == root)
            {
                waiting.extend(package.path_dependencies.iter().cloned());
            }
        }
        let sources = with_benches().flat_map(|package| &package.benches);
        let folders =
            sources.filter_map(|bench| fs::canonicalize(&bench.source).ok()?.parent().map(Path::to_owned));
        found.extend(folders);
        found
    }

    /// Roots of the other packages of the workspace.
    pub fn not_built_into_benches(&self) -> BTreeSet<PathBuf> {
        let built = self.built_into_benches();
        let roots = self.packages.iter().map(|package| package.root.clone());
        roots.filter(|root| !built.contains(root)).collect()
    }

    pub fn lockfile(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }
}

fn metadata_error(cargo: &Path, dir: &Path, error: cargo_metadata::Error) -> Error {
    let dir = dir.to_owned();
    match error {
        cargo_metadata::Error::Io(source) => Error::Start { program: cargo.to_owned(), source },
        cargo_metadata::Error::CargoMetadata { stderr } if stderr.contains("could not find `Cargo.toml`") => {
            Error::NoWorkspace { dir }
        }
        cargo_metadata::Error::CargoMetadata { stderr } => {
            let message = stderr.trim().trim_start_matches("error: ").to_owned();
            Error::Metadata { dir, message }
        }
        other => Error::Metadata { dir, message: other.to_string() },
    }
}

fn members(metadata: &Metadata) -> Result<Vec<Package>, Error> {
    metadata.workspace_packages().into_iter().map(package).collect()
}

fn package(package: &cargo_metadata::Package) -> Result<Package, Error> {
    let manifest = package.manifest_path.as_std_path().to_owned();
    let root = manifest.parent().map(Path::to_owned).unwrap_or_default();
    let features: BTreeSet<String> = package.features.keys().cloned().collect();
    let targets: Vec<_> =
        package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Bench)).collect();
    let mut benches = Vec::new();
    if !targets.is_empty() {
        let text = read(&manifest)?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| Error::Parse {
            path: manifest.clone(),
            message: error.message().to_owned(),
        })?;
        for target in targets {
            let source = target.src_path.as_std_path().to_owned();
            // A source that cannot be read is cargo's to complain of, when it is built.
            let text = fs::read(&source)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default();
            benches.push(BenchTarget {
                package: package.name.to_string(),
                version: package.version.to_string(),
                package_id: package.id.repr.clone(),
                target: target.name.clone(),
                harness: source::harness(&text, harness_name(package).as_deref()),
                main: source::main(&table, &target.name, &source),
                source,
                root: root.clone(),
                features: features.clone(),
            });
        }
    }
    let paths = package.dependencies.iter().filter_map(|dependency| dependency.path.clone());
    let path_dependencies = paths.map(cargo_metadata::camino::Utf8PathBuf::into_std_path_buf).collect();
    Ok(Package { name: package.name.to_string(), manifest, root, features, benches, path_dependencies })
}

/// The name that the package's code has for the harness.
fn harness_name(package: &cargo_metadata::Package) -> Option<String> {
    let dependency = package.dependencies.iter().find(|dependency| dependency.name == HARNESS)?;
    Some(dependency.rename.as_deref().unwrap_or(&dependency.name).replace('-', "_"))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::plan::{Harness, Main};

    pub(in crate::cargo) const CARGO: &str = env!("CARGO");

    /// A project in a temporary folder.
    pub(in crate::cargo) fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
            fs::write(path, text).expect("the file is written");
        }
        dir
    }

    const MANIFEST: &str = r#"
        [package]
        name = "app"
        version = "0.1.0"
        edition = "2024"
        [features]
        wgpu = []
        [dev-dependencies]
        accel-bench = "0.1"
        [[bench]]
        name = "first"
        harness = false
        [[bench]]
        name = "old"
        harness = false
    "#;

    #[test]
    fn targets_and_features() {
        let dir = project(&[
            ("Cargo.toml", MANIFEST),
            ("src/lib.rs", ""),
            ("benches/first.rs", "accel_bench::main!();"),
            ("benches/old.rs", "criterion_main!(benches);"),
            ("benches/test.rs", "#![feature(test)]"),
        ]);
        let workspace = Workspace::load(Path::new(CARGO), dir.path()).expect("a workspace");
        let found: Vec<_> = workspace
            .bench_targets()
            .into_iter()
            .map(|bench| (bench.target, bench.harness, bench.main))
            .collect();
        let expected = [
            ("first".to_owned(), Some(Harness::AccelBench), Main::Own),
            ("old".to_owned(), Some(Harness::Criterion), Main::Own),
            ("test".to_owned(), None, Main::Libtest),
        ];
        assert_eq!(found, expected);
        let package = &workspace.packages[0];
        assert!(package.features.contains("wgpu") && package.root.join("Cargo.toml") == package.manifest);
        assert_eq!(workspace.lockfile(), workspace.root.join("Cargo.lock"));
    }

    #[test]
    fn no_workspace() {
        let dir = project(&[]);
        let error = Workspace::load(Path::new(CARGO), dir.path()).expect_err("an empty folder");
        assert!(matches!(error, Error::NoWorkspace { .. }), "{error}");
    }

    #[test]
    fn a_broken_manifest() {
        let dir = project(&[("Cargo.toml", "[package")]);
        let error = Workspace::load(Path::new(CARGO), dir.path()).expect_err("broken");
        assert!(matches!(error, Error::Metadata { .. }), "{error}");
        assert!(error.to_string().contains("Cargo.toml"), "{error}");
    }

    #[test]
    fn no_cargo() {
        let dir = project(&[]);
        let error = Workspace::load(Path::new("/nowhere/cargo"), dir.path()).expect_err("no cargo");
        assert!(matches!(error, Error::Start { .. }), "{error}");
    }
}
