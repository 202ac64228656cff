//! Why weights could not be had.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a checkpoint did not give a model its parameters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "`{}` holds neither `model.safetensors` nor `model.safetensors.index.json`: `model.save_pretrained(FOLDER)` \
         in Python writes them",
        folder.display()
    )]
    NoFile { folder: PathBuf },
    #[error("`{}` is not a safetensors index: {reason}", path.display())]
    Index { path: PathBuf, reason: String },
    #[error("`{}` is not a safetensors file: {reason}", path.display())]
    Header { path: PathBuf, reason: String },
    #[error("`{}` has {found} bytes where its header says {expected}: copy it again", path.display())]
    Length { path: PathBuf, expected: u64, found: u64 },
    #[error("`{}` has no tensor `{name}`", path.display())]
    NoTensor { path: PathBuf, name: String },
    #[error("tensor `{name}` of `{}` has the type {dtype}, which is not read", path.display())]
    Dtype { path: PathBuf, name: String, dtype: String },
    #[error("the tensors of `{}` do not fit the model: {mismatch}", folder.display())]
    Mismatch { folder: PathBuf, mismatch: Mismatch },
}

/// How a checkpoint differs from what a model asks for, each list sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Asked for and not there.
    pub missing: Vec<String>,
    /// There and not asked for.
    pub extra: Vec<String>,
    /// There in another shape: name, shape asked for, shape found.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Mismatch {
    /// True if the checkpoint and the model agree.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.misshapen.is_empty()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &String| format!("`{name}`");
        let shapes = |(name, expected, found): &(String, Vec<usize>, Vec<usize>)| {
            format!("`{name}` {found:?} where the model has {expected:?}")
        };
        let lists = [
            ("missing", self.missing.iter().map(quoted).collect::<Vec<_>>()),
            ("extra", self.extra.iter().map(quoted).collect()),
            ("misshapen", self.misshapen.iter().map(shapes).collect()),
        ];
        let shown = lists.iter().filter(|(_, names)| !names.is_empty());
        let shown: Vec<_> = shown.map(|(kind, names)| format!("{kind} {}", names.join(", "))).collect();
        f.write_str(&shown.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[track_caller]
    fn check(mismatch: &Mismatch, expected: &str) {
        assert_eq!((mismatch.to_string().as_str(), mismatch.is_empty()), (expected, expected.is_empty()));
    }

    #[test]
    fn none() {
        check(&Mismatch::default(), "");
    }

    #[test]
    fn missing() {
        check(&Mismatch { missing: names(&["a", "b"]), ..Mismatch::default() }, "missing `a`, `b`");
    }

    #[test]
    fn extra() {
        check(&Mismatch { extra: names(&["a"]), ..Mismatch::default() }, "extra `a`");
    }

    #[test]
    fn misshapen() {
        let misshapen = vec![("a".to_owned(), vec![2, 3], vec![3, 2])];
        let expected = "misshapen `a` [3, 2] where the model has [2, 3]";
        check(&Mismatch { misshapen, ..Mismatch::default() }, expected);
    }

    #[test]
    fn several_kinds() {
        let mismatch = Mismatch { missing: names(&["a"]), extra: names(&["b"]), ..Mismatch::default() };
        check(&mismatch, "missing `a`; extra `b`");
    }
}
