//! The requirements of ONNX Runtime's backends: its library. Whether that has the provider shows when a model is opened. Pure.

use super::facts::Facts;
use super::finding::Finding;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    vec![match &facts.onnxruntime {
        Some(path) => Finding::ok(format!("ONNX Runtime in `{}`", path.display())),
        None => Finding::missing("no library of ONNX Runtime, in Python's package or at ORT_DYLIB_PATH")
            .fix("pip install onnxruntime"),
    }]
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    #[test]
    fn there_or_not() {
        let there = Facts { onnxruntime: Some("/opt/ort/capi".into()), ..Facts::default() };
        assert_eq!(lines(&check(&there)), ["ok: ONNX Runtime in `/opt/ort/capi`"]);
        let missing = "missing: no library of ONNX Runtime, in Python's package or at ORT_DYLIB_PATH (pip install onnxruntime)";
        assert_eq!(lines(&check(&Facts::default())), [missing]);
    }
}
