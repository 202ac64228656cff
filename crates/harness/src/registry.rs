//! The registered benchmarks: every `#[bench]` of a target, found without running it.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Bencher, Error};
use accel_bench_record::protocol::BenchmarkInfo;
use accel_bench_record::{ParamValue, Params};

/// One `#[bench]`, as the attribute writes it into the executable.
#[derive(Debug)]
pub struct Registration {
    pub name: &'static str,
    pub group: Option<&'static str>,
    pub category: Option<&'static str>,
    pub version: Option<&'static str>,
    pub models: &'static [&'static str],
    pub backends: &'static [&'static str],
    pub tags: &'static [&'static str],
    pub params: &'static [(&'static str, &'static [Literal])],
    pub file: &'static str,
    pub line: u32,
    pub run: fn(&mut Bencher) -> Result<(), Error>,
}

/// A parameter's value in an attribute.
#[derive(Clone, Copy, Debug)]
pub enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'static str),
}

inventory::collect!(Registration);

impl Registration {
    /// The name with its group.
    pub(crate) fn full_name(&self) -> String {
        match self.group {
            Some(group) => format!("{group}/{}", self.name),
            None => self.name.to_owned(),
        }
    }

    pub(crate) fn info(&self) -> BenchmarkInfo {
        let mut params: BTreeMap<_, _> = self
            .params
            .iter()
            .map(|(name, values)| ((*name).to_owned(), values.iter().map(|&value| value.into()).collect()))
            .collect();
        if !self.models.is_empty() {
            params.insert("model".to_owned(), self.models.iter().map(|&model| model.into()).collect());
        }
        BenchmarkInfo {
            name: self.full_name(),
            category: self.category.map(str::to_owned),
            version: self.version.map(str::to_owned),
            tags: self.tags.iter().map(|&tag| tag.to_owned()).collect(),
            backends: self.backends.iter().map(|&backend| backend.to_owned()).collect(),
            params,
            source: format!("{}:{}", self.file, self.line),
            entry: Some(self.entry()),
        }
    }

    /// How many bytes its code lies behind [`all`]: see [`ENTRY_FROM`](accel_bench_record::protocol::ENTRY_FROM).
    fn entry(&self) -> i64 {
        let (here, from) = (self.run as usize, all as *const () as usize);
        here.wrapping_sub(from).cast_signed() as i64
    }
}

impl From<Literal> for ParamValue {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Bool(value) => Self::Bool(value),
            Literal::Int(value) => Self::Int(value),
            Literal::Float(value) => Self::Float(value),
            Literal::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

/// All benchmarks of this executable, in the order of their source.
///
/// # Errors
/// Two of one name, or a parameter without a value.
// Never inlined, because the tool looks for it by name.
#[inline(never)]
pub(crate) fn all() -> Result<Vec<&'static Registration>, Faulty> {
    let mut found: Vec<_> = inventory::iter::<Registration>.into_iter().collect();
    found.sort_by_key(|registration| (registration.file, registration.line));
    check(&found)?;
    Ok(found)
}

/// Registrations that cannot be measured; places are `file:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Faulty {
    NoValue { at: String, param: &'static str },
    TwoOfAName { name: String, first: String, second: String },
}

impl std::error::Error for Faulty {}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue { at, param } => write!(f, "{at}: the parameter `{param}` has no value"),
            Self::TwoOfAName { name, first, second } => write!(
                f,
                "two benchmarks are called `{name}`: {first} and {second}; give one of them a `group` or a `name`"
            ),
        }
    }
}

fn check(found: &[&Registration]) -> Result<(), Faulty> {
    let mut seen: BTreeMap<String, &Registration> = BTreeMap::new();
    for registration in found {
        let at = |r: &Registration| format!("{}:{}", r.file, r.line);
        if let Some((param, _)) = registration.params.iter().find(|(_, values)| values.is_empty()) {
            return Err(Faulty::NoValue { at: at(registration), param });
        }
        let name = registration.full_name();
        if let Some(other) = seen.insert(name.clone(), registration) {
            return Err(Faulty::TwoOfAName { name, first: at(other), second: at(registration) });
        }
    }
    Ok(())
}

/// Every combination of the parameters' values; the last parameter varies fastest.
pub(crate) fn matrix(params: &BTreeMap<String, Vec<ParamValue>>) -> Vec<Params> {
    params.iter().fold(vec![Params::new()], |cells, (name, values)| {
        let with = |cell: &Params, value: &ParamValue| {
            let mut cell = cell.clone();
            cell.insert(name.clone(), value.clone());
            cell
        };
        cells.iter().flat_map(|cell| values.iter().map(move |value| with(cell, value))).collect()
    })
}

#[cfg(test)]
impl Registration {
    /// One that says nothing but what it runs.
    pub(crate) const fn bare(name: &'static str, run: fn(&mut Bencher) -> Result<(), Error>) -> Self {
        Self {
            name,
            group: None,
            category: None,
            version: None,
            models: &[],
            backends: &[],
            tags: &[],
            params: &[],
            file: "a.rs",
            line: 1,
            run,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(name: &'static str, group: Option<&'static str>) -> Registration {
        Registration {
            name,
            group,
            category: Some("kernel"),
            version: Some("2"),
            models: &["bert-tiny"],
            backends: &["ndarray"],
            tags: &["quick"],
            params: &[("n", &[Literal::Int(1), Literal::Int(2)]), ("causal", &[Literal::Bool(true)])],
            file: "benches/a.rs",
            line: 7,
            run: |_| Ok(()),
        }
    }

    #[test]
    fn a_registration_tells_all_it_knows() {
        let info = registration("softmax", Some("rows")).info();
        assert_eq!(info.name, "rows/softmax");
        assert_eq!(info.source, "benches/a.rs:7");
        assert_eq!(info.params["model"], [ParamValue::from("bert-tiny")]);
        assert_eq!(info.params["n"], [1.into(), 2.into()]);
        assert_eq!(info.version.as_deref(), Some("2"));
        assert_eq!(
            (info.category.as_deref(), info.tags.as_slice()),
            (Some("kernel"), ["quick".to_owned()].as_slice())
        );
    }

    #[test]
    fn the_matrix_is_the_product() {
        let cells = matrix(&registration("softmax", None).info().params);
        let labels: Vec<_> = cells.iter().map(|cell| cell["n"].to_string()).collect();
        assert_eq!(labels, ["1", "2"]);
        assert_eq!(matrix(&BTreeMap::new()), [Params::new()]);
    }

    #[test]
    fn names_are_unique_within_a_target() {
        let (one, two) = (registration("a", None), registration("b", Some("g")));
        assert_eq!(check(&[&one, &two]), Ok(()));
        let error = check(&[&one, &one]).expect_err("one name twice");
        assert!(
            error.to_string().starts_with("two benchmarks are called `a`: benches/a.rs:7 and benches/a.rs:7"),
            "{error}"
        );
    }

    #[test]
    fn a_parameter_needs_a_value() {
        let empty = Registration { params: &[("n", &[])], ..registration("a", None) };
        let error = check(&[&empty]).expect_err("no value");
        assert_eq!(error.to_string(), "benches/a.rs:7: the parameter `n` has no value");
    }
}
