//! What `Cargo.lock` holds: the part of the surroundings that a dependency's update changes.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::Error;

/// Crates whose names begin so decide what runs on a device.
const DECISIVE: &[&str] = &[
    "accel-bench",
    "ash",
    "burn",
    "candle",
    "criterion",
    "cubecl",
    "cubek",
    "cudarc",
    "gemm",
    "half",
    "libm",
    "macerator",
    "matrixmultiply",
    "naga",
    "ndarray",
    "rayon",
    "tch",
    "torch-sys",
    "tracel",
    "wgpu",
];

/// `Cargo.lock`, condensed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// SHA-256 of the whole file; absent without one.
    pub hash: Option<String>,
    /// Versions of the crates that decide what runs; several of one crate are joined.
    pub versions: BTreeMap<String, String>,
    /// Versions of all packages, likewise.
    pub packages: BTreeMap<String, String>,
}

/// Reads the lock file at `path`; without one everything in the answer is absent.
pub fn read(path: &Path) -> Result<Lock, Error> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text)
            .map_err(|fault| Error::Parse { path: path.to_owned(), message: fault.message().to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Lock::default()),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

#[derive(Deserialize)]
struct RawLock {
    #[serde(default)]
    package: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    version: String,
}

fn parse(text: &str) -> Result<Lock, toml::de::Error> {
    let raw: RawLock = toml::from_str(text)?;
    let mut packages: BTreeMap<String, String> = BTreeMap::new();
    for package in raw.package {
        let listed = packages.entry(package.name).or_default();
        if !listed.is_empty() {
            listed.push_str(", ");
        }
        listed.push_str(&package.version);
    }
    let decisive = packages.iter().filter(|(name, _)| is_decisive(name));
    let versions = decisive.map(|(name, version)| (name.clone(), version.clone())).collect();
    let hash = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Lock { hash: Some(hash), versions, packages })
}

/// `burn` and `burn-ndarray`, but not `burnish`.
fn is_decisive(name: &str) -> bool {
    DECISIVE
        .iter()
        .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> String {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
    }

    fn check(packages: &[(&str, &str)], expected: &[(&str, &str)]) {
        let text: String = packages.iter().map(|(name, version)| package(name, version)).collect();
        let expected =
            expected.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect();
        assert_eq!(parse(&text).expect("a lock file").versions, expected);
    }

    #[test]
    fn only_what_decides() {
        check(&[("burn", "0.22.0"), ("serde", "1.0.0")], &[("burn", "0.22.0")]);
        check(&[("burn-ndarray", "0.22.0"), ("burnish", "1.0.0")], &[("burn-ndarray", "0.22.0")]);
        check(&[("half", "1.0.0"), ("half", "2.0.0")], &[("half", "1.0.0, 2.0.0")]);
        check(&[], &[]);
    }

    #[test]
    fn the_hash_is_of_the_whole_text() {
        let hash = |text: &str| parse(text).expect("a lock file").hash;
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash("").as_deref(), Some(empty));
        assert_ne!(hash("# a"), hash("# b"));
    }

    #[test]
    fn files() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("Cargo.lock");
        assert_eq!(read(&path).expect("no file is not an error"), Lock::default());
        fs::write(&path, package("burn", "0.22.0")).expect("written");
        assert_eq!(read(&path).expect("a lock file").versions["burn"], "0.22.0");
        fs::write(&path, "package = 5").expect("written");
        assert!(matches!(read(&path), Err(Error::Parse { .. })));
    }
}
