//! Comparison of a model's outputs with those of the reference implementation: PyTorch, as recorded in a folder.
//!
//! A family folder holds `config.json`, `model.safetensors`, `inputs.safetensors` and `expected.safetensors`.

mod compare;
mod folders;
mod host;
mod reproduce;

use std::error::Error;
use std::fmt;
use std::path::Path;

use burn::tensor::Device;

pub(crate) use compare::compare;
pub use compare::{CompareError, Difference};
pub use folders::family_folders;
pub use host::HostTensors;

use crate::backend::Backend;
use crate::family::Family;
use crate::model::{ConfigFile, ModelError};

/// The outcome of one family on one backend. Shown as a line:
/// `family backend max-abs-error max-rel-error ok|FAILED`.
#[derive(Debug)]
pub struct Outcome {
    pub family: String,
    pub backend: &'static str,
    pub verdict: Verdict,
}

/// How a family did.
#[derive(Debug)]
pub enum Verdict {
    Same(Difference),
    Different(Difference),
    /// No family has such a model.
    Unsupported(String),
    /// There is nothing to compare: the model did not load, run or give what was expected.
    Broken(ParityError),
}

/// Why outputs could not be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParityError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Compare(#[from] CompareError),
}

impl Outcome {
    /// True if the outputs are within the tolerance.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self.verdict, Verdict::Same(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.family, self.backend)?;
        match &self.verdict {
            Verdict::Same(difference) => write!(f, "{difference} ok"),
            Verdict::Different(difference) => write!(f, "{difference} FAILED"),
            Verdict::Unsupported(reason) => write!(f, "- - unsupported ({reason})"),
            Verdict::Broken(error) => write!(f, "- - FAILED ({})", with_causes(error)),
        }
    }
}

/// Runs the model in a family folder on `device`, a device of `backend`, and compares its outputs.
#[must_use]
pub fn check_folder(folder: &Path, backend: &Backend, device: &Device) -> Outcome {
    let verdict = match family_of(folder) {
        Ok(family) => judge(family, folder, backend, device),
        Err(error @ ModelError::UnknownModelType { .. }) => Verdict::Unsupported(error.to_string()),
        Err(error) => Verdict::Broken(error.into()),
    };
    Outcome { family: family_name(folder), backend: backend.name, verdict }
}

/// The name of the family whose model is in `folder`, or the folder's own name where its family is unknown.
#[must_use]
pub fn family_name(folder: &Path) -> String {
    match (family_of(folder), folder.file_name()) {
        (Ok(family), _) => family.name().to_owned(),
        (Err(_), Some(name)) => name.to_string_lossy().into_owned(),
        (Err(_), None) => folder.display().to_string(),
    }
}

/// # Errors
/// When `config.json` cannot be read, or its family is unknown.
fn family_of(folder: &Path) -> Result<Family, ModelError> {
    let file = ConfigFile::read(folder)?;
    file.family().ok_or_else(|| match file.model_type() {
        Some(found) => ModelError::UnknownModelType { found: found.to_owned(), path: file.path.clone() },
        None => ModelError::NoModelType { path: file.path.clone() },
    })
}

fn judge(family: Family, folder: &Path, backend: &Backend, device: &Device) -> Verdict {
    let compared = || -> Result<Difference, ParityError> {
        let inputs = HostTensors::read(&folder.join("inputs.safetensors"))?;
        let expected = HostTensors::read(&folder.join("expected.safetensors"))?;
        let found = reproduce::reproduce(family, folder, &inputs, device)?;
        Ok(compare(&found, &expected)?)
    };
    match compared() {
        Ok(difference) if difference.within(backend.tolerance) => Verdict::Same(difference),
        Ok(difference) => Verdict::Different(difference),
        Err(error) => Verdict::Broken(error),
    }
}

/// An error and what caused it, on one line.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
