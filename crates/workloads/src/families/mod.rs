//! The model families, one folder each, and the table that finds them.

mod config_file;
pub mod decoder_only;
pub mod diffusion;
pub mod encoder_decoder;
pub mod encoder_only;
pub mod mixture_of_experts;
pub mod multimodal;
pub mod rag;
pub mod speech;
pub mod state_space;
pub mod vision;
pub mod vision_encoder_text_decoder;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{Architecture, ModelError};
use crate::parity::HostTensors;

pub(crate) use config_file::ConfigFile;
pub use config_file::ModelType;

/// Loads the model in a folder, feeds it the inputs and gives its outputs, named as in a parity folder.
pub type Reproduce = fn(&Path, &HostTensors, &Device) -> Result<HostTensors, ModelError>;

/// A family of models.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Such as `encoder-only`.
    pub name: &'static str,
    /// What a `config.json` can say it describes.
    pub model_types: &'static [&'static str],
    pub reproduce: Reproduce,
}

/// All families. rag is checked through its parts.
pub static FAMILIES: &[Family] = &[
    Family::of::<encoder_only::Bert>("encoder-only", encoder_only::reproduce),
    Family::of::<decoder_only::Llama>("decoder-only", decoder_only::reproduce::<decoder_only::Llama>),
    Family::of::<encoder_decoder::T5>("encoder-decoder", encoder_decoder::reproduce),
    Family::of::<vision::Classifier>("vision", vision::reproduce),
    Family::of::<vision_encoder_text_decoder::Captioner>(
        "vision-encoder-text-decoder",
        vision_encoder_text_decoder::reproduce,
    ),
    Family::of::<speech::Whisper>("speech", speech::reproduce),
    Family::of::<multimodal::Llava>("multimodal", multimodal::reproduce),
    Family::of::<diffusion::Dit>("diffusion", diffusion::reproduce),
    Family::of::<mixture_of_experts::Mixtral>(
        "mixture-of-experts",
        decoder_only::reproduce::<mixture_of_experts::Mixtral>,
    ),
    Family::of::<state_space::Mamba2>("state-space", state_space::reproduce),
];

impl Family {
    const fn of<M: Architecture>(name: &'static str, reproduce: Reproduce) -> Self {
        Self { name, model_types: M::MODEL_TYPES, reproduce }
    }

    /// The family that has models of this type.
    #[must_use]
    pub fn of_type(model_type: &ModelType) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.model_types.contains(&model_type.as_str()))
    }

    /// The family of the model in a Hugging Face folder: by what `config.json` says, or, where that says nothing,
    /// by the folder's name.
    ///
    /// # Errors
    /// When `config.json` cannot be read, or no family is found.
    pub fn of_folder(folder: &Path) -> Result<&'static Self, ModelError> {
        let config = ConfigFile::read(folder)?;
        let Some(found) = config.model_type() else {
            // A path such as `.` has no name, but the folder has one.
            let path = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            let named = |family: &&Self| path.file_name().is_some_and(|name| name == family.name);
            return FAMILIES.iter().find(named).ok_or(ModelError::NoModelType { path: config.path });
        };
        Self::of_type(&found).ok_or(ModelError::UnknownModelType { path: config.path, found })
    }
}

/// The model types that a `config.json` can say, with the families that they belong to.
pub(crate) fn known() -> String {
    let types = |family: &Family| {
        let names: Vec<_> = family.model_types.iter().map(|name| format!("`{name}`")).collect();
        format!("{} ({})", names.join(", "), family.name)
    };
    FAMILIES.iter().map(types).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The family of a folder called `name` whose `config.json` is `config`, or the error.
    #[track_caller]
    fn check(name: &str, config: &str, expected: Result<&str, &str>) {
        let parent = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = parent.path().join(name);
        std::fs::create_dir(&folder).expect("it can be made");
        std::fs::write(folder.join("config.json"), config).expect("it can be written");
        let found = Family::of_folder(&folder).map(|family| family.name);
        let found = found.map_err(|error| error.to_string().replace(&folder.display().to_string(), "DIR"));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn by_the_model_type() {
        check("anything", r#"{"model_type": "bert"}"#, Ok("encoder-only"));
    }

    #[test]
    fn by_the_class() {
        check("anything", r#"{"_class_name": "DiTTransformer2DModel"}"#, Ok("diffusion"));
    }

    #[test]
    fn by_the_name_where_nothing_is_said() {
        check("diffusion", "{}", Ok("diffusion"));
    }

    #[test]
    fn not_by_the_name_where_something_is_said() {
        check("diffusion", r#"{"model_type": "bert"}"#, Ok("encoder-only"));
    }

    #[test]
    fn by_no_name() {
        check("anything", "{}", Err("`DIR/config.json` does not say its `model_type`"));
    }

    #[test]
    fn unknown() {
        let expected = format!(
            "`DIR/config.json` has the model type `gpt5`, which no family has: there are {}",
            known()
        );
        check("diffusion", r#"{"model_type": "gpt5"}"#, Err(&expected));
        assert!(expected.contains("there are `bert` (encoder-only), `llama` (decoder-only), "), "{expected}");
    }

    #[test]
    fn python_writes_infinity() {
        check(
            "anything",
            r#"{"model_type": "mamba2", "time_step_limit": [0.0, Infinity]}"#,
            Ok("state-space"),
        );
    }

    #[test]
    fn model_types_are_of_one_family_each() {
        let mut types: Vec<_> = FAMILIES.iter().flat_map(|family| family.model_types).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), FAMILIES.iter().map(|family| family.model_types.len()).sum::<usize>());
    }
}
