//! Errors of cargo.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum Error {
    #[error("starting `{program}` failed")]
    Start { program: PathBuf, source: io::Error },
    #[error("waiting for `{program}` failed")]
    Wait { program: PathBuf, source: io::Error },
    #[error("no `Cargo.toml` in `{dir}` or above it")]
    NoWorkspace { dir: PathBuf },
    #[error("reading the workspace of `{dir}` failed: {message}")]
    Metadata { dir: PathBuf, message: String },
    #[error("reading `{path}` failed")]
    Read { path: PathBuf, source: io::Error },
    #[error("writing `{path}` failed")]
    Write { path: PathBuf, source: io::Error },
    #[error("removing `{path}` failed")]
    Remove { path: PathBuf, source: io::Error },
    #[error("reading cargo's configuration for `{dir}` failed")]
    Config { dir: PathBuf, source: Box<cargo_config2::Error> },
    #[error("reading `{path}` failed: {message}")]
    Parse { path: PathBuf, message: String },
    #[error("asking `{program}` for its version failed: {message}")]
    Version { program: PathBuf, message: String },
    #[error("building the bench targets of `{package}`{} failed, {ending}", with(features))]
    Build { package: String, features: Vec<String>, ending: String },
    #[error("the package `{package}` has no feature `{feature}`")]
    NoFeature { package: String, feature: String },
    #[error("the package `{package}` has no bench target `{target}`")]
    NoTarget { package: String, target: String },
    #[error("cargo built `{package}` but named no executable of the bench target `{target}`")]
    NoExecutable { package: String, target: String },
}

impl Error {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Start { .. } => {
                Some("install Rust from https://rustup.rs, or set CARGO and RUSTC".to_owned())
            }
            Self::NoWorkspace { .. } => Some("cargo init".to_owned()),
            Self::Metadata { .. } => Some("cargo metadata --no-deps --format-version 1".to_owned()),
            Self::Build { package, features, .. } => {
                let features = if features.is_empty() {
                    String::new()
                } else {
                    format!(" --features {}", features.join(","))
                };
                Some(format!("cargo bench --no-run -p {package}{features}"))
            }
            Self::NoFeature { package, feature } => Some(format!(
                "write `{feature} = [\"burn/{feature}\"]` under [features] in the Cargo.toml of `{package}`, \
                 or `features = […]` under [backends.{feature}] in bench.toml"
            )),
            Self::NoTarget { target, .. } | Self::NoExecutable { target, .. } => Some(format!(
                "write `[[bench]]`, `name = \"{target}\"`, `harness = false` in the package's Cargo.toml"
            )),
            Self::Wait { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Remove { .. }
            | Self::Config { .. }
            | Self::Parse { .. }
            | Self::Version { .. } => None,
        }
    }
}

fn with(features: &[String]) -> String {
    if features.is_empty() { String::new() } else { format!(" with the features `{}`", features.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, message: &str, hint: &str) {
        assert_eq!(error.to_string(), message);
        assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
    }

    fn build(features: &[&str]) -> Error {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        Error::Build { package: "app".into(), features, ending: "exit code 101".into() }
    }

    #[test]
    fn builds() {
        let message = "building the bench targets of `app` failed, exit code 101";
        check(&build(&[]), message, "cargo bench --no-run -p app");
        let message = "building the bench targets of `app` with the features `a,b` failed, exit code 101";
        check(&build(&["a", "b"]), message, "--features a,b");
    }

    #[test]
    fn a_missing_feature_says_what_to_write() {
        let error = Error::NoFeature { package: "app".into(), feature: "wgpu".into() };
        check(&error, "the package `app` has no feature `wgpu`", "`wgpu = [\"burn/wgpu\"]` under [features]");
    }

    #[test]
    fn a_missing_workspace() {
        let error = Error::NoWorkspace { dir: "/x".into() };
        check(&error, "no `Cargo.toml` in `/x` or above it", "cargo init");
    }
}
