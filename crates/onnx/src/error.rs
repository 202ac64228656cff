//! Why a model cannot be run.

use std::path::PathBuf;

/// Why a model cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    #[error(
        "no file `{}`; `python crates/onnx/export.py {model}` makes those of the models that it knows",
        file.display()
    )]
    NoFile { model: String, file: PathBuf },
    #[error("{0}")]
    NoLibrary(String),
    #[error("this library of ONNX Runtime has no provider for it; `pip install {wheel}` brings one that has")]
    NoProvider { wheel: &'static str },
    #[error(
        "no onnxruntime-web: `npm install onnxruntime-web` in this folder or one above brings it, or ACCEL_BENCH_ORT_WEB names it"
    )]
    NoWebRuntime,
    #[error("no browser: {0}; `apt-get install chromium` brings one, or CHROME_PATH names it")]
    NoBrowser(String),
    #[error("the provider cannot be used: {0}")]
    Provider(String),
    #[error("`{}` cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error(
        "the input `{input}` has an axis `{axis}` of unknown length; give the benchmark a parameter of that name"
    )]
    OpenAxis { input: String, axis: String },
    #[error("the input `{input}` has values of the type {found}, which is not implemented")]
    ValueType { input: String, found: String },
    #[error("the model failed: {0}")]
    Run(String),
}

impl OnnxError {
    /// True if the machine lacks something, and the model is not at fault.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::NoFile { .. }
                | Self::NoLibrary(_)
                | Self::NoProvider { .. }
                | Self::NoWebRuntime
                | Self::NoBrowser(_)
                | Self::Provider(_)
                | Self::ValueType { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_lacks_is_no_fault_of_the_model() {
        let lacking = [
            (OnnxError::NoLibrary("no library".to_owned()), "no library"),
            (OnnxError::NoProvider { wheel: "onnxruntime-gpu" }, "pip install onnxruntime-gpu"),
            (OnnxError::NoWebRuntime, "npm install onnxruntime-web"),
            (OnnxError::NoBrowser("none found".to_owned()), "CHROME_PATH"),
            (OnnxError::Provider("no adapter".to_owned()), "no adapter"),
        ];
        for (error, says) in lacking {
            assert!(error.is_unsupported() && error.to_string().contains(says), "{error}");
        }
        let failed = OnnxError::Run("a shape does not fit".to_owned());
        assert!(!failed.is_unsupported(), "{failed}");
    }
}
