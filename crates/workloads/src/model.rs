//! Models by name: a preset with drawn weights, or a Hugging Face folder. Knows no particular model.

use std::io;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::de::DeserializeOwned;

use crate::families::{self, ConfigFile, Family, ModelType};
use crate::weights::{Checkpoint, Counted, Naming, Weights, WeightsError};

/// What a model family says about its models so that they can be opened by name.
pub trait Architecture: Sized {
    /// The fields of `config.json` that matter; others are ignored.
    type Config: Clone + DeserializeOwned + 'static;

    /// What `model_type` in `config.json` can be.
    const MODEL_TYPES: &'static [&'static str];
    /// How checkpoints name their tensors.
    const NAMING: Naming;

    /// The named configurations.
    fn presets() -> &'static [Preset<Self::Config>];

    /// Says what is wrong with dimensions that make no model.
    fn fault(config: &Self::Config) -> Option<String>;

    /// The standard deviation of drawn weights.
    fn deviation(config: &Self::Config) -> f32;

    /// Asks `weights` for every parameter. `config` has no [`Architecture::fault`].
    fn assemble(config: &Self::Config, weights: &mut Weights<'_>) -> Self;
}

/// A named configuration.
#[derive(Clone, Copy, Debug)]
pub struct Preset<C> {
    /// Such as `bert-tiny`.
    pub name: &'static str,
    pub config: C,
}

/// Why a model could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    #[error("no model is called `{name}`: {}", unknown_name_hint(*suggestion))]
    UnknownName { name: String, suggestion: Option<&'static str> },
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is no configuration that can be used: {reason}", path.display())]
    Config { path: PathBuf, reason: String },
    #[error("`{}` does not say its `model_type`", path.display())]
    NoModelType { path: PathBuf },
    #[error("`{}` has the model type `{found}`, which no family has: there are {}", path.display(), families::known())]
    UnknownModelType { path: PathBuf, found: ModelType },
    #[error("`{}` has the model type `{found}`{} where {expected} is wanted", path.display(), belonging(found))]
    OtherModelType { path: PathBuf, found: ModelType, expected: String },
    #[error("the inputs have no `{name}` that the model can read: {reason}")]
    Input { name: &'static str, reason: String },
    #[error("the device failed: {0}")]
    Device(String),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Opens the preset called `model` with weights drawn from `seed`, or the Hugging Face folder at that path.
///
/// # Errors
/// When there is no such preset and no such folder, or the folder does not hold a model of this family.
pub fn open<M: Architecture>(model: &str, seed: u64, device: &Device) -> Result<M, ModelError> {
    open_as(model, &config::<M>(model)?, seed, device)
}

/// The same with the dimensions `config` in place of the model's own: a preset takes any, a folder's weights fit their own.
///
/// # Errors
/// As [`open`].
pub fn open_as<M: Architecture>(
    model: &str,
    config: &M::Config,
    seed: u64,
    device: &Device,
) -> Result<M, ModelError> {
    match Origin::of::<M>(model)? {
        Origin::Preset(_) => Ok(random(config, seed, device)),
        Origin::Folder(folder) => load_as(folder, config, device),
    }
}

/// The dimensions of the model that [`open`] opens by this name, without its weights.
///
/// # Errors
/// As [`open`], as far as the weights do not matter.
pub fn config<M: Architecture>(model: &str) -> Result<M::Config, ModelError> {
    match Origin::of::<M>(model)? {
        Origin::Preset(preset) => Ok(preset.config.clone()),
        Origin::Folder(folder) => read_config::<M>(folder),
    }
}

/// Whether a model is a preset; otherwise it is a folder, or nothing.
#[must_use]
pub fn is_preset<M: Architecture>(model: &str) -> bool {
    M::presets().iter().any(|preset| preset.name == model)
}

/// What the name of a model stands for.
enum Origin<'a, C: 'static> {
    Preset(&'static Preset<C>),
    Folder(&'a Path),
}

impl<'a, C> Origin<'a, C> {
    fn of<M: Architecture<Config = C>>(model: &'a str) -> Result<Self, ModelError> {
        if let Some(preset) = M::presets().iter().find(|preset| preset.name == model) {
            return Ok(Self::Preset(preset));
        }
        let folder = Path::new(model);
        if folder.is_dir() || model.contains(std::path::MAIN_SEPARATOR) {
            return Ok(Self::Folder(folder));
        }
        let names = M::presets().iter().map(|preset| preset.name);
        Err(ModelError::UnknownName { name: model.to_owned(), suggestion: nearest(model, names) })
    }
}

/// The model of `config` with weights drawn from `seed`: equal seeds make equal models on every backend.
#[must_use]
pub fn random<M: Architecture>(config: &M::Config, seed: u64, device: &Device) -> M {
    M::assemble(config, &mut Weights::random(seed, M::deviation(config), device))
}

/// The number of parameters of the model of `config`, embeddings and heads included, a tied tensor once. `device` gets
/// nothing but placeholders.
#[must_use]
pub fn num_params<M: Architecture>(config: &M::Config, device: &Device) -> u64 {
    count::<M>(config, device).total()
}

/// Assembles the model of `config` without its weights, to see what it asks for.
#[must_use]
pub fn count<M: Architecture>(config: &M::Config, device: &Device) -> Counted {
    let mut weights = Weights::count(device);
    M::assemble(config, &mut weights);
    weights.counted().unwrap_or_default()
}

/// Reads the model in a Hugging Face folder: `config.json`, and `model.safetensors` or the shards that
/// `model.safetensors.index.json` names.
///
/// # Errors
/// When a file is not there, cannot be read or is not what it should be, the model is of another type, or the
/// tensors are not those of the model: then all missing, extra and misshapen ones are listed.
pub fn load<M: Architecture>(folder: &Path, device: &Device) -> Result<M, ModelError> {
    load_as(folder, &read_config::<M>(folder)?, device)
}

fn load_as<M: Architecture>(folder: &Path, config: &M::Config, device: &Device) -> Result<M, ModelError> {
    let mut weights = Weights::checkpoint(Checkpoint::open(folder, M::NAMING)?, device);
    let model = M::assemble(config, &mut weights);
    weights.finish()?;
    Ok(model)
}

/// Reads `config.json` of a Hugging Face folder. Where it does not say what it describes, the folder has to be called by the
/// family's name.
///
/// # Errors
/// When it cannot be read, or describes no model of this family.
pub fn read_config<M: Architecture>(folder: &Path) -> Result<M::Config, ModelError> {
    let file = ConfigFile::read(folder)?;
    let path = file.path.clone();
    match file.model_type() {
        Some(found) if M::MODEL_TYPES.contains(&found.as_str()) => (),
        Some(found) => {
            let expected =
                M::MODEL_TYPES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
            return Err(ModelError::OtherModelType { path, found, expected });
        }
        // Where nothing is said, the folder's name may say it.
        None => {
            let family = Family::of_folder(folder)?;
            if family.model_types != M::MODEL_TYPES {
                return Err(ModelError::NoModelType { path });
            }
        }
    }
    let invalid = |reason| ModelError::Config { path, reason };
    let config = match serde_json::from_value(file.into_json()) {
        Ok(config) => config,
        Err(error) => return Err(invalid(error.to_string())),
    };
    match M::fault(&config) {
        Some(reason) => Err(invalid(reason)),
        None => Ok(config),
    }
}

fn belonging(model_type: &ModelType) -> String {
    let family = Family::of_type(model_type);
    family.map_or_else(String::new, |family| format!(", of the family {},", family.name))
}

/// The name most like `wanted`, if any is like it.
pub(crate) fn nearest(wanted: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let scored = names.map(|name| (strsim::jaro_winkler(wanted, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    // Below this, names share no more than a few letters; above, they differ by a slip.
    (best.0 > 0.8).then_some(best.1)
}

fn unknown_name_hint(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => "name a preset, or a folder by a path such as `./my-model`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, expected: Option<&str>) {
        assert_eq!(nearest(wanted, ["bert-tiny", "bert-base", "llama-tiny"].into_iter()), expected);
    }

    #[test]
    fn a_letter_too_many() {
        check("bert-tinyy", Some("bert-tiny"));
    }

    #[test]
    fn letters_swapped() {
        check("bert-bsae", Some("bert-base"));
    }

    #[test]
    fn an_underscore_for_a_dash() {
        check("llama_tiny", Some("llama-tiny"));
    }

    #[test]
    fn nothing_like_it() {
        check("resnet", None);
    }

    #[test]
    fn nothing_to_choose_from() {
        assert_eq!(nearest("bert-tiny", std::iter::empty()), None);
    }
}
