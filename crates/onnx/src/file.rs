//! Where the file of a model is.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::OnnxError;

/// A path that ends in `.onnx`, or the name of a model in the folder `ACCEL_BENCH_ONNX`, or in this package's `models`, where
/// `export.py` puts them.
pub(crate) fn find(model: &str) -> Result<PathBuf, OnnxError> {
    let folder = env::var_os("ACCEL_BENCH_ONNX").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("models"));
    find_in(&folder, model)
}

fn find_in(folder: &Path, model: &str) -> Result<PathBuf, OnnxError> {
    let file = if Path::new(model).extension().is_some_and(|end| end == "onnx") {
        PathBuf::from(model)
    } else {
        folder.join(format!("{model}.onnx"))
    };
    if file.is_file() { Ok(file) } else { Err(OnnxError::NoFile { model: model.to_owned(), file }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("bert-tiny.onnx");
        let error = find_in(dir.path(), "bert-tiny").expect_err("it is not there").to_string();
        assert!(error.contains("bert-tiny.onnx") && error.contains("export.py bert-tiny"), "{error}");
        std::fs::write(&file, "").expect("a file");
        assert_eq!(find_in(dir.path(), "bert-tiny").ok(), Some(file.clone()));
        assert_eq!(find_in(Path::new("/no/such"), file.to_str().expect("text")).ok(), Some(file));
        let error = find_in(dir.path(), "/no/such/model.onnx").expect_err("it is not there").to_string();
        assert!(error.contains("`/no/such/model.onnx`"), "{error}");
    }
}
