//! The requirements of ONNX Runtime's backends: its library. Whether that has the provider shows when a model is opened. Pure.

use super::facts::Facts;
use super::finding::Finding;

pub(super) fn check(facts: &Facts, backend: &str) -> Vec<Finding> {
    let Some(path) = &facts.onnxruntime else {
        let missing = "no library of ONNX Runtime, in Python's package or at ORT_DYLIB_PATH";
        return vec![Finding::missing(missing).fix("pip install onnxruntime")];
    };
    let library = Finding::ok(format!("ONNX Runtime in `{}`", path.display()));
    let unknown = || {
        Finding::warning(
            "whether this library has the provider shows when a model is opened; see docs/onnx.md",
        )
    };
    // Every library has the CPU's.
    std::iter::once(library).chain((backend != "ort-cpu").then(unknown)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    #[test]
    fn there_or_not() {
        let there = Facts { onnxruntime: Some("/opt/ort/capi".into()), ..Facts::default() };
        assert_eq!(lines(&check(&there, "ort-cpu")), ["ok: ONNX Runtime in `/opt/ort/capi`"]);
        assert!(
            lines(&check(&there, "ort-cuda"))[1]
                .starts_with("warning: whether this library has the provider")
        );
        let missing = "missing: no library of ONNX Runtime, in Python's package or at ORT_DYLIB_PATH (pip install onnxruntime)";
        assert_eq!(lines(&check(&Facts::default(), "ort-cuda")), [missing]);
    }
}
