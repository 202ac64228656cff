//! Models by name: a preset with drawn weights, or a Hugging Face folder. Knows no particular model.

mod config_file;
mod error;

use std::path::Path;

use burn::tensor::Device;
use serde::de::DeserializeOwned;

use crate::family::{Family, quoted};
use crate::nearest::nearest;
use crate::weights::{Checkpoint, Counted, Naming, Weights};

pub(crate) use config_file::ConfigFile;
pub use error::ModelError;

/// The facts of a model family by which its models can be opened by name.
pub trait Architecture: Sized {
    /// The fields of `config.json` that matter; others are ignored.
    type Config: Clone + DeserializeOwned + 'static;

    /// The family of its checkpoints; `None` for a pipeline of several models.
    const FAMILY: Option<Family>;
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

/// Opens the preset called `model` with weights drawn from `seed`, or the Hugging Face folder at that path.
///
/// # Errors
/// When the name is neither a preset nor a folder, or the folder does not hold a model of this family.
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

/// True if a model is a preset; otherwise it is a folder, or nothing.
#[must_use]
pub fn is_preset<M: Architecture>(model: &str) -> bool {
    M::presets().iter().any(|preset| preset.name == model)
}

/// The place that the name of a model refers to.
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
    if M::FAMILY.is_none() || file.family() != M::FAMILY {
        return Err(match file.model_type() {
            Some(found) => {
                let expected = quoted(M::FAMILY.map_or(&[], Family::model_types), " or ");
                ModelError::OtherModelType { path, found: found.to_owned(), expected }
            }
            None => ModelError::NoModelType { path },
        });
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
