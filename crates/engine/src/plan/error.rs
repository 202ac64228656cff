//! Why nothing can be planned: names that do not exist, and selections of nothing.

use serde_json::{Number, Value};
use thiserror::Error;

use crate::manifest::{self, Manifest, nearest};

/// Where a parameter was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Bench(String),
    Suite(String),
    /// `--params`
    Arguments,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bench(name) => write!(f, "the bench `{name}`"),
            Self::Suite(name) => write!(f, "the benches of the suite `{name}`"),
            Self::Arguments => f.write_str("the selected benches"),
        }
    }
}

/// Why an argument of `--params` is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParamsError {
    #[error("write KEY=VALUE")]
    NoSign,
    #[error("write a name before `=`")]
    NoName,
    #[error("write a value after `=` and between commas")]
    NoValue,
    /// The parser's message.
    #[error("not JSON: {0}")]
    NotJson(String),
    #[error("`{0}` has no value")]
    EmptyList(String),
    #[error("`{0}` is not a folder: write {{\"path\": \"…\"}}")]
    NotAFolder(String),
    #[error("`{0}` is too large")]
    TooLarge(Number),
    #[error("`{key}` cannot be `{value}`: write a text, a number, true, false, or a list of these")]
    NotAValue { key: String, value: Value },
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    #[error("no {kind} `{name}`{}, known are {}", near(name, known), listed(known))]
    Unknown { kind: &'static str, name: String, known: Vec<String> },
    #[error("invalid parameter `{argument}`: {reason}")]
    Argument { argument: String, reason: ParamsError },
    #[error("no bench target of the workspace uses `accel-bench`, and no bench.toml names others")]
    NoBenches,
    #[error("the bench `{bench}` names the target `{target}`{}, which does not exist{}", of(package.as_deref()), near(target, known))]
    NoTarget { bench: String, target: String, package: Option<String>, known: Vec<String> },
    #[error(
        "the bench `{bench}` names the target `{target}`, which several packages have: {}",
        listed(packages)
    )]
    Ambiguous { bench: String, target: String, packages: Vec<String> },
    #[error(
        "the source of the bench target `{target}` has neither `accel_bench::main!` nor `criterion_main!`"
    )]
    NoHarness { target: String },
    #[error("the bench target `{target}` of `{package}` has no `harness = false`")]
    Libtest { target: String, package: String },
    #[error(
        "the backend `{backend}` needs the feature `{feature}`, which the package `{package}` does not have{}",
        near(feature, known)
    )]
    NoFeature { package: String, backend: String, feature: String, known: Vec<String> },
    #[error(
        "no benchmark of {place} has a parameter `{param}`{}, they have {}",
        near(param, known),
        listed(known)
    )]
    NoParam { place: Place, param: String, known: Vec<String> },
    #[error("the parameter `{param}` of `{benchmark}` cannot be `{value}`: it takes {expected}")]
    ParamType { place: Place, benchmark: String, param: String, value: String, expected: &'static str },
    #[error("two benchmarks of `{bench}` have the name `{benchmark}`: {first} and {second}")]
    Twice { bench: String, benchmark: String, first: String, second: String },
    #[error("the selection has more than {most} cases")]
    TooMany { most: usize },
    #[error("no case is selected by the suite `{suite}` and the arguments{}", on(backends))]
    Nothing {
        suite: String,
        /// Those that benchmarks have, where none has one that was selected.
        backends: Vec<String>,
    },
    /// One of the others, drawn at its place.
    #[error(transparent)]
    InManifest(manifest::Error),
}

impl Error {
    /// The same, drawn at the entry of the bench in the file that names it.
    pub(super) fn drawn(self, manifest: &Manifest, bench: &str) -> Self {
        match manifest.problem_of(bench, self.to_string(), self.hint()) {
            Some(drawn) => Self::InManifest(drawn),
            None => self,
        }
    }

    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } | Self::NoParam { .. } => "cargo accel-bench list".to_owned(),
            Self::Argument { .. } => {
                "--params batch-size=1,8 --params precision=f32, or --params '{\"batch-size\": [1, 8]}'"
                    .to_owned()
            }
            Self::NoBenches => "cargo accel-bench init".to_owned(),
            Self::NoTarget { target, .. } => {
                format!(
                    "write `[[bench]]`, `name = \"{target}\"`, `harness = false` in the package's Cargo.toml"
                )
            }
            Self::Ambiguous { packages, .. } => {
                format!(
                    "add `package = \"{}\"` to the entry in bench.toml",
                    packages.first().map_or("…", String::as_str)
                )
            }
            Self::NoHarness { .. } => "end the source with `accel_bench::main!();`".to_owned(),
            Self::Libtest { target, .. } => {
                format!("add `harness = false` below `name = \"{target}\"` in Cargo.toml")
            }
            Self::NoFeature { package, backend, feature, .. } => format!(
                "write `{feature} = [\"burn/{feature}\"]` under [features] in the Cargo.toml of `{package}`, \
                 or `features = […]` under [backends.{backend}] in bench.toml"
            ),
            Self::ParamType { .. } | Self::Twice { .. } => return None,
            Self::TooMany { .. } => {
                "select fewer with a FILTER or --params, see `cargo accel-bench list`".to_owned()
            }
            Self::Nothing { backends, .. } => match backends.first() {
                Some(backend) => format!("cargo accel-bench --suite all --backend {backend}"),
                None => "`cargo accel-bench --dry-run --suite all` names every case".to_owned(),
            },
            Self::InManifest(error) => return error.hint(),
        })
    }
}

/// An unknown name, unless it is known.
pub fn check_known<'k>(
    kind: &'static str,
    name: &str,
    known: impl IntoIterator<Item = &'k String> + Clone,
) -> Result<(), Error> {
    if known.clone().into_iter().any(|known| known == name) {
        return Ok(());
    }
    Err(Error::Unknown { kind, name: name.to_owned(), known: known.into_iter().cloned().collect() })
}

fn near(name: &str, known: &[String]) -> String {
    nearest(name, known).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn of(package: Option<&str>) -> String {
    package.map(|package| format!(" of `{package}`")).unwrap_or_default()
}

fn on(backends: &[String]) -> String {
    if backends.is_empty() {
        String::new()
    } else {
        format!("; there are benchmarks for {}", listed(backends))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, message: &str, hint: &str) {
        assert_eq!(error.to_string(), message);
        assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn unknown_names_are_corrected() {
        let error = check_known("backend", "wpgu", &names(&["tch", "wgpu"])).expect_err("unknown");
        check(&error, "no backend `wpgu` (did you mean `wgpu`?), known are `tch`, `wgpu`", "list");
        assert_eq!(check_known("backend", "tch", &names(&["tch"])), Ok(()));
    }

    #[test]
    fn parameters_that_do_not_exist() {
        let error = Error::NoParam {
            place: Place::Bench("enc".into()),
            param: "batch_size".into(),
            known: names(&["batch-size"]),
        };
        let message = "no benchmark of the bench `enc` has a parameter `batch_size` (did you mean `batch-size`?), \
                       they have `batch-size`";
        check(&error, message, "list");
    }

    #[test]
    fn features_that_do_not_exist() {
        let error = Error::NoFeature {
            package: "app".into(),
            backend: "wgpu".into(),
            feature: "wgpu".into(),
            known: names(&["default"]),
        };
        let message = "the backend `wgpu` needs the feature `wgpu`, which the package `app` does not have";
        check(&error, message, "write `wgpu = [\"burn/wgpu\"]` under [features]");
    }

    #[test]
    fn selections_of_nothing() {
        let error = Error::Nothing { suite: "all".into(), backends: names(&["wgpu"]) };
        let message =
            "no case is selected by the suite `all` and the arguments; there are benchmarks for `wgpu`";
        check(&error, message, "--backend wgpu");
        let error = Error::Nothing { suite: "small".into(), backends: vec![] };
        check(&error, "no case is selected by the suite `small` and the arguments", "--dry-run --suite all");
    }

    #[test]
    fn places_of_parameters() {
        let told = |place: Place| {
            let known = names(&["n"]);
            let error = Error::NoParam { place, param: "m".into(), known };
            error.to_string().split(" has a parameter").next().map(str::to_owned)
        };
        let expect = |text: &str| Some(format!("no benchmark of {text}"));
        assert_eq!(told(Place::Bench("enc".into())), expect("the bench `enc`"));
        assert_eq!(told(Place::Suite("s".into())), expect("the benches of the suite `s`"));
        assert_eq!(told(Place::Arguments), expect("the selected benches"));
    }

    #[test]
    fn what_the_file_says_is_drawn_and_the_rest_is_told() {
        let parse =
            |text: &str| manifest::parse(text, std::path::Path::new("bench.toml")).expect("a manifest");
        let error = Error::Libtest { target: "enc".into(), package: "app".into() };
        let drawn = error.clone().drawn(&parse("[[bench]]\ntarget = \"enc\"\n"), "enc").to_string();
        assert!(drawn.contains(" --> bench.toml:2:10\n"), "{drawn}");
        assert!(
            drawn.contains("= help: add `harness = false` below `name = \"enc\"` in Cargo.toml"),
            "{drawn}"
        );
        assert_eq!(error.clone().drawn(&parse(""), "enc"), error);
    }
}
