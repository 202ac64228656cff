//! A model that is named by its folder: `{ path = "checkpoints/tiny-llama" }`.
//!
//! Knows how it is written, not whether it is there.

use std::collections::BTreeMap;
use std::ops::Range;

use super::at::At;
use super::error::{Problem, Problems};
use super::values::Values;

/// The only parameter whose values are things on a disk.
pub const MODEL: &str = "model";

/// A model's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder {
    /// The model's name in results: the path as it is written, so that it is the same in each checkout.
    pub name: String,
    pub(super) at: Range<usize>,
}

/// The folders among the values of all parameters.
pub(super) fn of_params(params: &BTreeMap<String, Values>, problems: &mut Problems) -> Vec<ModelFolder> {
    params.iter().flat_map(|(name, values)| of_param(name, &values.folders, problems)).collect()
}

/// The folders among the values of a parameter; a mistake, unless it is the model.
fn of_param(param: &str, folders: &[At<String>], problems: &mut Problems) -> Vec<ModelFolder> {
    if param != MODEL {
        for folder in folders {
            let title = format!("a folder as a value of `{param}`");
            problems.push(Problem::new(folder.span(), title, format!("only `{MODEL}` can be one")));
        }
        return Vec::new();
    }
    folders.iter().map(|folder| ModelFolder { name: (**folder).clone(), at: folder.span() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    fn check(values: &str, names: &[&str], folders: &[&str]) {
        let text = format!(
            "[[bench]]\ntarget = \"a\"\nparams.model = {values}\n[suites.s.params]\nmodel = {values}"
        );
        let manifest = manifest(&text);
        let (bench, suite) = (&manifest.benches[0], &manifest.suites["s"]);
        let named: Vec<_> = bench.params["model"].iter().map(ToString::to_string).collect();
        assert_eq!(named, names, "{values}");
        let of = |list: &[ModelFolder]| list.iter().map(|folder| folder.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (of(&bench.folders), of(&suite.folders)),
            (of(&suite.folders), folders.iter().map(|f| (*f).to_owned()).collect())
        );
        for folder in &bench.folders {
            assert!(text[folder.at.clone()].contains(folder.name.trim_start_matches('.')), "{values}");
        }
    }

    #[test]
    fn one_and_several() {
        check("\"m\"", &["m"], &[]);
        check("{ path = \"a/b\" }", &["a/b"], &["a/b"]);
        check("[\"m\", { path = \"a\" }, { path = \"../c\" }]", &["m", "a", "../c"], &["a", "../c"]);
    }

    #[test]
    fn problems() {
        let line = |value: &str| format!("[[bench]]\ntarget = \"a\"\n[bench.params]\n{value}");
        problem(&line("n = { path = \"a\" }"), "4", "only `model` can be one");
        problem(&line("model = { path = \"\" }"), "4", "an empty path");
        problem(&line("model = { path = 5 }"), "4", "expected a string");
        problem(&line("model = { path = \"a\", x = 1 }"), "4", "leave `x` out");
        problem(&line("model = { from = 1, path = \"a\" }"), "4", "leave `from` out");
        problem(&line("model = [{ path = \"a\" }, { path = \"./a\" }]"), "4", "`a` is listed twice");
        problem(&line("model = [{ from = 1 }]"), "4", "`path`");
    }
}
