//! The model.

use burn::tensor::Device;

use super::config::{MixtralConfig, PRESETS};
use super::experts::Experts;
use crate::blocks::decoder::{Decoder, DecoderConfig as _, DecoderNames};
use crate::family::Family;
use crate::model::{self, Architecture, Preset};
use crate::weights::{Naming, Weights};

/// Mixtral with its head.
pub type Mixtral = Decoder<Experts>;

/// The parameters that one token goes through: all but those of the experts that are not chosen for it. Embedding and
/// head are included.
#[must_use]
pub fn active_params(config: &MixtralConfig, device: &Device) -> u64 {
    model::num_params::<Mixtral>(config, device) - config.idle_params()
}

impl Architecture for Mixtral {
    type Config = MixtralConfig;

    const FAMILY: Option<Family> = Some(Family::MixtureOfExperts);
    const NAMING: Naming = Naming { prefix: "", ignored: &[], renamed: &[(".block_sparse_moe.", ".mlp.")] };

    fn presets() -> &'static [Preset<MixtralConfig>] {
        &PRESETS
    }

    fn fault(config: &MixtralConfig) -> Option<String> {
        config.dims().err().map(|error| error.to_string())
    }

    fn deviation(config: &MixtralConfig) -> f32 {
        config.initializer_range
    }

    fn assemble(config: &MixtralConfig, weights: &mut Weights<'_>) -> Self {
        let dims = config.dims().expect("a configuration with a fault is turned away when it is read");
        Self::assemble_as(DecoderNames::TEXT, &dims, weights)
    }
}
