//! The model families, one file each, and the table that finds them.

pub mod encoder_only;

use std::fmt;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use crate::model::{Architecture, ModelError};
use crate::parity::HostTensors;

/// Loads the model in a folder, feeds it the inputs and gives its outputs, named as in a parity folder.
pub type Reproduce = fn(&Path, &HostTensors, &Device) -> Result<HostTensors, ModelError>;

/// A family of models.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Such as `encoder-only`.
    pub name: &'static str,
    /// What `model_type` (or `_class_name`) in `config.json` can be.
    pub model_types: &'static [&'static str],
    /// Absent while the family is not implemented.
    pub reproduce: Option<Reproduce>,
}

/// All families: those without `reproduce` are planned. rag is checked through its parts.
pub static FAMILIES: &[Family] = &[
    Family::of::<encoder_only::Bert>("encoder-only", encoder_only::reproduce),
    Family::planned("decoder-only", &["llama"]),
    Family::planned("encoder-decoder", &["t5"]),
    Family::planned("vision", &["vit", "resnet"]),
    Family::planned("vision-encoder-text-decoder", &["vision-encoder-decoder"]),
    Family::planned("speech", &["whisper"]),
    Family::planned("multimodal", &["llava"]),
    Family::planned("diffusion", &["DiTTransformer2DModel"]),
    Family::planned("mixture-of-experts", &["mixtral"]),
    Family::planned("state-space", &["mamba2"]),
];

impl Family {
    const fn of<M: Architecture>(name: &'static str, reproduce: Reproduce) -> Self {
        Self { name, model_types: M::MODEL_TYPES, reproduce: Some(reproduce) }
    }

    const fn planned(name: &'static str, model_types: &'static [&'static str]) -> Self {
        Self { name, model_types, reproduce: None }
    }

    /// The family of the model in a Hugging Face folder, or the model type that no family has.
    ///
    /// # Errors
    /// When `config.json` cannot be read or names no model type.
    pub fn of_folder(folder: &Path) -> Result<Result<&'static Self, ModelType>, ModelError> {
        let (path, text) = read_config_text(folder)?;
        let found = ModelType::of(&text).map_err(|reason| ModelError::Config { path, reason })?;
        let family = FAMILIES.iter().find(|family| family.model_types.contains(&found.as_str()));
        Ok(family.ok_or(found))
    }
}

/// What a `config.json` says it describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelType(String);

impl ModelType {
    /// Reads `model_type`, as transformers writes it, or `_class_name`, as diffusers does.
    ///
    /// # Errors
    /// A reason in words, when the text is no JSON or has neither.
    pub(crate) fn of(config: &str) -> Result<Self, String> {
        let config: serde_json::Value = serde_json::from_str(config).map_err(|error| error.to_string())?;
        let name = config.get("model_type").or_else(|| config.get("_class_name"));
        let name = name.and_then(serde_json::Value::as_str);
        name.map(|name| Self(name.to_owned())).ok_or_else(|| "it has no `model_type`".to_owned())
    }

    /// As the file spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The path and the text of a folder's `config.json`.
pub(crate) fn read_config_text(folder: &Path) -> Result<(PathBuf, String), ModelError> {
    let path = folder.join("config.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(source) => Err(ModelError::Read { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(config: &str, expected: Result<&str, &str>) {
        let found = ModelType::of(config);
        assert_eq!(found.as_ref().map(ModelType::as_str).map_err(String::as_str), expected);
    }

    #[test]
    fn transformers_writes_model_type() {
        check(r#"{"model_type": "bert"}"#, Ok("bert"));
    }

    #[test]
    fn diffusers_writes_the_class() {
        check(r#"{"_class_name": "DiTTransformer2DModel"}"#, Ok("DiTTransformer2DModel"));
    }

    #[test]
    fn neither() {
        check("{}", Err("it has no `model_type`"));
    }

    #[test]
    fn no_text() {
        check(r#"{"model_type": 3}"#, Err("it has no `model_type`"));
    }

    #[test]
    fn model_types_are_of_one_family_each() {
        let mut types: Vec<_> = FAMILIES.iter().flat_map(|family| family.model_types).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), FAMILIES.iter().map(|family| family.model_types.len()).sum::<usize>());
    }
}
