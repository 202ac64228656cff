//! The model.

use super::config::{LlamaConfig, PRESETS};
use crate::blocks::GatedMlp;
use crate::blocks::decoder::{Decoder, DecoderConfig as _, DecoderNames};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights};

/// Llama with its head.
pub type Llama = Decoder<GatedMlp>;

impl Llama {
    /// As [`Architecture::assemble`], as a part of a larger model that calls it by other names.
    ///
    /// # Panics
    /// When the configuration has a fault.
    #[must_use]
    pub fn assemble_part(config: &LlamaConfig, names: DecoderNames, weights: &mut Weights<'_>) -> Self {
        let dims = config.dims().expect("a configuration with a fault is turned away when it is read");
        Self::assemble_as(names, &dims, weights)
    }
}

impl Architecture for Llama {
    type Config = LlamaConfig;

    const FAMILY: Option<Family> = Some(Family::DecoderOnly);
    const NAMING: Naming = Naming { prefix: "", ignored: &[], renamed: &[] };

    fn presets() -> &'static [Preset<LlamaConfig>] {
        &PRESETS
    }

    fn fault(config: &LlamaConfig) -> Option<String> {
        config.dims().err().map(|error| error.to_string())
    }

    fn deviation(config: &LlamaConfig) -> f32 {
        config.initializer_range
    }

    fn assemble(config: &LlamaConfig, weights: &mut Weights<'_>) -> Self {
        Self::assemble_part(config, DecoderNames::TEXT, weights)
    }
}
