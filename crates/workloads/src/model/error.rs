//! Why a model could not be opened or run.

use std::io;
use std::path::PathBuf;

use crate::family::Family;
use crate::weights::WeightsError;

/// Why a model could not be opened or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    #[error("no model is called `{name}`: {}", unknown_name_hint(*suggestion))]
    UnknownName { name: String, suggestion: Option<&'static str> },
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is not a usable configuration: {reason}", path.display())]
    Config { path: PathBuf, reason: String },
    #[error("`{}` has no `model_type`", path.display())]
    NoModelType { path: PathBuf },
    #[error("`{}` has the unknown model type `{found}`: there are {}", path.display(), Family::known())]
    UnknownModelType { path: PathBuf, found: String },
    #[error("`{}` has the model type `{found}`{} where {expected} is wanted", path.display(), belonging(found))]
    OtherModelType { path: PathBuf, found: String, expected: String },
    #[error("the inputs have no usable `{name}`: {reason}")]
    Input { name: &'static str, reason: String },
    #[error("the device failed: {0}")]
    Device(String),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

fn belonging(model_type: &str) -> String {
    let family = Family::of_type(model_type);
    family.map_or_else(String::new, |family| format!(", of the family {},", family.name()))
}

fn unknown_name_hint(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => "name a preset, or a folder by a path such as `./my-model`".to_owned(),
    }
}
