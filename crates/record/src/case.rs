//! Which case: a benchmark with one value for every parameter, on one backend; and how it ended.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// One value of a parameter, as `bench.toml`, `--params` and the bench's attribute spell it.
///
/// A whole number is the same value whether it is written `1` or `1.0`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// A [`ParamValue`] as it is compared and hashed: bools, whole numbers, other numbers, text, in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Canonical<'v> {
    Bool(bool),
    Int(i64),
    /// Bits that sort as IEEE 754's total order does.
    Float(i64),
    Text(&'v str),
}

impl ParamValue {
    fn canonical(&self) -> Canonical<'_> {
        // Up to here every whole number is a float.
        const EXACT: f64 = (1_i64 << 53) as f64;
        match self {
            Self::Bool(value) => Canonical::Bool(*value),
            Self::Int(value) => Canonical::Int(*value),
            Self::Float(value) => {
                let is_negative_zero = *value == 0.0 && value.is_sign_negative();
                if value.fract() == 0.0 && value.abs() <= EXACT && !is_negative_zero {
                    return Canonical::Int(*value as i64);
                }
                let bits = value.to_bits() as i64;
                Canonical::Float(bits ^ (((bits >> 63) as u64) >> 1) as i64)
            }
            Self::Text(value) => Canonical::Text(value),
        }
    }
}

impl PartialEq for ParamValue {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for ParamValue {}

impl PartialOrd for ParamValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ParamValue {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical().cmp(&other.canonical())
    }
}

impl Hash for ParamValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
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

/// The identity of a case: two results belong to the same case when their `CaseKey`s are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseKey {
    /// The `[[bench]]` entry's name; by default that of the cargo bench target.
    pub bench: String,
    /// The registered name, with its group: `group/name`.
    pub benchmark: String,
    pub params: Params,
    pub backend: String,
}

/// Parameters that the key spells by a letter, in their order.
const LETTERED: [(&str, &str); 2] = [("batch-size", "b"), ("sequence-length", "s")];

const MODEL: &str = "model";
const PRECISION: &str = "precision";

impl CaseKey {
    /// `bench/benchmark/model/b1_s128_f32,new-tokens=64`: the id without the backend.
    ///
    /// The model comes first, then one cell of all other parameters: the [key](Self::key), and behind it anything
    /// else as `name=value`.
    #[must_use]
    pub fn label(&self) -> String {
        let key = self.key();
        let others = self.others();
        // A cell without a key is written as it was before there were keys.
        let cell = if key.is_empty() {
            others.join("_")
        } else {
            [key].into_iter().chain(others).collect::<Vec<_>>().join(",")
        };
        self.with_cell(&cell)
    }

    /// `b1_s128_f32`: batch size and sequence length by their letter, the precision bare; parts only for those
    /// parameters that the case has.
    #[must_use]
    pub fn key(&self) -> String {
        self.lettered().chain(self.precision()).collect::<Vec<_>>().join("_")
    }

    /// Every way to write the id, its name first: others are how earlier versions named the case, and all of its
    /// parameters in full, `bench/benchmark/model=bert-tiny,batch-size=1@ndarray`.
    #[must_use]
    pub fn spellings(&self) -> [String; 3] {
        [self.label(), self.earlier_label(), self.full_label()]
            .map(|label| format!("{label}@{}", self.backend))
    }

    /// One cell of all parameters, other parameters before the precision.
    fn earlier_label(&self) -> String {
        let parts = self.lettered().chain(self.others()).chain(self.precision());
        self.with_cell(&parts.collect::<Vec<_>>().join("_"))
    }

    fn full_label(&self) -> String {
        let is_model = |name: &&String| *name == MODEL;
        let (model, others): (Vec<_>, Vec<_>) = self.params.keys().partition(is_model);
        let named = model.into_iter().chain(others).map(|name| format!("{name}={}", self.params[name]));
        let named = named.collect::<Vec<_>>().join(",");
        [self.bench.clone(), self.benchmark.clone(), named].join("/").trim_end_matches('/').to_owned()
    }

    fn with_cell(&self, cell: &str) -> String {
        let mut label = format!("{}/{}", self.bench, self.benchmark);
        let model = self.params.get(MODEL).map(ToString::to_string);
        for part in model.iter().map(String::as_str).chain([cell]).filter(|part| !part.is_empty()) {
            label.push('/');
            label.push_str(part);
        }
        label
    }

    fn lettered(&self) -> impl Iterator<Item = String> {
        LETTERED.iter().filter_map(|(name, letter)| Some(format!("{letter}{}", self.params.get(*name)?)))
    }

    fn precision(&self) -> Option<String> {
        self.params.get(PRECISION).map(ToString::to_string)
    }

    /// Returns what the key leaves out, `name=value`.
    fn others(&self) -> Vec<String> {
        let in_key = |name: &str| LETTERED.iter().any(|(lettered, _)| *lettered == name);
        let is_other = |name: &str| !in_key(name) && ![MODEL, PRECISION].contains(&name);
        let others = self.params.iter().filter(|(name, _)| is_other(name));
        others.map(|(name, value)| format!("{name}={value}")).collect()
    }
}

impl fmt::Display for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.label(), self.backend)
    }
}

/// The backend of code that runs on no accelerator.
pub const HOST: &str = "host";

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

    /// Returns whether something broke. A case that a backend cannot run at all is not a fault.
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
    /// The child broke the protocol, or reported an impossible value.
    Protocol,
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
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(params: &[(&str, ParamValue)], expected: &str) {
        assert_eq!(id(params).to_string(), expected);
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
            "enc/forward/bert-tiny/b1_s128_f32,causal=true@ndarray",
        );
        check(&[("precision", "q4".into())], "enc/forward/q4@ndarray");
        check(
            &[("sequence-length", 8.into()), ("new-tokens", 4.into())],
            "enc/forward/s8,new-tokens=4@ndarray",
        );
        check(&[("model", "./a/b".into()), ("batch-size", 4.into())], "enc/forward/./a/b/b4@ndarray");
    }

    fn id(params: &[(&str, ParamValue)]) -> CaseKey {
        let params = params.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        CaseKey { bench: "enc".into(), benchmark: "forward".into(), params, backend: "ndarray".into() }
    }

    /// The key, and the spellings next to the name.
    fn spelled(params: &[(&str, ParamValue)], key: &str, earlier: &str, full: &str) {
        let id = id(params);
        assert_eq!((id.key().as_str(), &id.spellings()[0]), (key, &id.to_string()));
        assert_eq!(id.spellings()[1..], [earlier, full].map(|rest| format!("enc/forward{rest}@ndarray")));
    }

    #[test]
    fn spellings() {
        spelled(&[], "", "", "");
        spelled(&[("n", 1.into()), ("k", 2.into())], "", "/k=2_n=1", "/k=2,n=1");
        spelled(
            &[
                ("precision", "f16".into()),
                ("model", "m".into()),
                ("batch-size", 1.into()),
                ("steps", 3.into()),
            ],
            "b1_f16",
            "/m/b1_steps=3_f16",
            "/model=m,batch-size=1,precision=f16,steps=3",
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
