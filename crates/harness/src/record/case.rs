//! Which case: a benchmark with one value for every parameter, on one backend; and how it ended.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One value of a parameter, as `bench.toml`, `--params` and the bench's attribute spell it.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
        }
    }
}

impl From<&str> for ParamValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ParamValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for ParamValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for ParamValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<bool> for ParamValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// The parameters of one case, by name in kebab-case.
pub type Params = BTreeMap<String, ParamValue>;

/// What is compared with what: two results belong to the same case when their `CaseId`s are equal.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct CaseId {
    /// The `[[bench]]` entry's name; by default that of the cargo bench target.
    pub bench: String,
    /// The registered name, with its group: `group/name`.
    pub benchmark: String,
    pub params: Params,
    pub backend: String,
}

impl CaseId {
    /// `bench/benchmark/model/b1_s128_f32`: the id without the backend.
    ///
    /// The model comes first, then one cell of all other parameters: batch size and sequence length by their
    /// letter, the precision last and bare, anything else as `name=value`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut label = format!("{}/{}", self.bench, self.benchmark);
        if let Some(model) = self.params.get("model") {
            label.push('/');
            label.push_str(&model.to_string());
        }
        let cell = self.cell();
        if !cell.is_empty() {
            label.push('/');
            label.push_str(&cell);
        }
        label
    }

    fn cell(&self) -> String {
        let lettered = [("batch-size", "b"), ("sequence-length", "s")];
        let short =
            lettered.iter().filter_map(|(name, letter)| Some(format!("{letter}{}", self.params.get(*name)?)));
        let long = self
            .params
            .iter()
            .filter(|(name, _)| {
                !["model", "batch-size", "sequence-length", "precision"].contains(&name.as_str())
            })
            .map(|(name, value)| format!("{name}={value}"));
        let precision = self.params.get("precision").map(ToString::to_string);
        short.chain(long).chain(precision).collect::<Vec<_>>().join("_")
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.label(), self.backend)
    }
}

/// How a case ended in one process, or over all processes of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    Ok,
    Failed { kind: Failure, reason: String },
}

impl Status {
    pub fn failed(kind: Failure, reason: impl Into<String>) -> Self {
        Self::Failed { kind, reason: reason.into() }
    }

    #[must_use]
    pub fn is_ok(&self) -> bool {
        *self == Self::Ok
    }

    /// Whether something broke. A case that a backend cannot run at all is no fault.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Failed { kind, .. } if *kind != Failure::Unsupported)
    }
}

/// Why a case has no result, or none that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The backend or the device cannot run it.
    Unsupported,
    /// Out of memory: an allocation failed, or the system killed the process.
    Oom,
    /// No answer within the case's timeout.
    Timeout,
    /// The benchmark panicked.
    Panic,
    /// The process ended on a signal or an exit of its own.
    Crash,
    /// The device is unusable until a new process starts.
    Poisoned,
    /// The output differs from the reference.
    WrongOutput,
    /// The benchmark returned an error.
    Error,
    /// The child broke the protocol, or reported what cannot be.
    Protocol,
    /// The run was interrupted while the case was under way.
    Interrupted,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unsupported => "unsupported",
            Self::Oom => "oom",
            Self::Timeout => "timeout",
            Self::Panic => "panic",
            Self::Crash => "crash",
            Self::Poisoned => "poisoned",
            Self::WrongOutput => "wrong-output",
            Self::Error => "error",
            Self::Protocol => "protocol",
            Self::Interrupted => "interrupted",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(params: &[(&str, ParamValue)], expected: &str) {
        let params = params.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let id =
            CaseId { bench: "enc".into(), benchmark: "forward".into(), params, backend: "ndarray".into() };
        assert_eq!(id.to_string(), expected);
    }

    #[test]
    fn labels() {
        check(&[], "enc/forward@ndarray");
        check(&[("model", "bert-tiny".into())], "enc/forward/bert-tiny@ndarray");
        check(&[("n", 64.into()), ("k", 2.5.into())], "enc/forward/k=2.5_n=64@ndarray");
        check(
            &[
                ("precision", "f32".into()),
                ("sequence-length", 128.into()),
                ("model", "bert-tiny".into()),
                ("batch-size", 1.into()),
                ("causal", true.into()),
            ],
            "enc/forward/bert-tiny/b1_s128_causal=true_f32@ndarray",
        );
    }

    #[test]
    fn a_status_survives_json() {
        for status in [Status::Ok, Status::failed(Failure::WrongOutput, "differs")] {
            let text = serde_json::to_string(&status).expect("a status is JSON");
            assert_eq!(serde_json::from_str::<Status>(&text).expect("it reads back"), status);
        }
    }

    #[test]
    fn unsupported_is_no_fault() {
        assert!(!Status::failed(Failure::Unsupported, "no f16").is_fault());
        assert!(Status::failed(Failure::Timeout, "60 s").is_fault());
        assert!(!Status::Ok.is_fault());
    }
}
