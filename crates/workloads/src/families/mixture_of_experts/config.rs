//! The dimensions of a Mixtral.

use serde::Deserialize;

use super::experts::{Experts, ExpertsDims};
use crate::blocks::decoder::{DecoderConfig, DecoderDims, DimsError, HeadFields, all_positive};
use crate::blocks::{ActivationName, Bias, Head, RotaryConfig};
use crate::model::Preset;

/// The dimensions of a Mixtral, by the names of its `config.json`. What a file leaves out is as in Mixtral 8x7B, as
/// transformers has it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct MixtralConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    /// The inner width of one expert.
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    /// As many as there are heads, where it is null.
    pub num_key_value_heads: Option<usize>,
    /// `hidden_size / num_attention_heads`, where it is absent.
    pub head_dim: Option<usize>,
    pub num_local_experts: usize,
    /// How many experts a token goes through.
    pub num_experts_per_tok: usize,
    pub hidden_act: ActivationName,
    pub max_position_embeddings: usize,
    /// Attention window in tokens, itself included; `None` is full causal attention.
    pub sliding_window: Option<usize>,
    pub rms_norm_eps: f64,
    pub initializer_range: f32,
    pub tie_word_embeddings: bool,
    #[serde(flatten)]
    pub rotary: RotaryConfig,
}

/// The six sizes. base and large have the dimensions of Granite 3.0, xl those of OLMoE, xxl is Mixtral 8x7B.
pub(super) static PRESETS: [Preset<MixtralConfig>; 6] = [
    Preset { name: "mixtral-tiny", config: MixtralConfig::sized([4, 256, 512], [4, 4], [4, 2]).tied(32000) },
    Preset {
        name: "mixtral-small",
        config: MixtralConfig::sized([8, 512, 1024], [8, 8], [8, 2]).tied(32000),
    },
    Preset {
        name: "mixtral-base",
        config: MixtralConfig::sized([24, 1024, 512], [16, 8], [32, 8]).tied(49155),
    },
    Preset {
        name: "mixtral-large",
        config: MixtralConfig::sized([32, 1536, 512], [24, 8], [40, 8]).tied(49155),
    },
    Preset {
        name: "mixtral-xl",
        config: MixtralConfig::sized([16, 2048, 1024], [16, 16], [64, 8]).untied(50304),
    },
    Preset {
        name: "mixtral-xxl",
        config: MixtralConfig::sized([32, 4096, 14336], [32, 8], [8, 2]).untied(32000),
    },
];

impl MixtralConfig {
    /// A model of these layers, width and inner width of an expert, heads and key heads, and experts and chosen ones.
    const fn sized(
        [layers, width, inner]: [usize; 3],
        [heads, key_heads]: [usize; 2],
        [experts, chosen]: [usize; 2],
    ) -> Self {
        Self {
            hidden_size: width,
            intermediate_size: inner,
            num_hidden_layers: layers,
            num_attention_heads: heads,
            num_key_value_heads: Some(key_heads),
            num_local_experts: experts,
            num_experts_per_tok: chosen,
            // Mixtral 8x7B has 131072: the tables of that many would be larger than the smallest models.
            max_position_embeddings: 4096,
            ..DEFAULT
        }
    }

    const fn tied(self, vocabulary: usize) -> Self {
        Self { vocab_size: vocabulary, tie_word_embeddings: true, ..self }
    }

    const fn untied(self, vocabulary: usize) -> Self {
        Self { vocab_size: vocabulary, ..self }
    }

    /// The parameters that a token does not go through.
    pub(super) const fn idle_params(&self) -> u64 {
        let idle = self.num_local_experts - self.num_experts_per_tok;
        (self.num_hidden_layers * idle * 3 * self.hidden_size * self.intermediate_size) as u64
    }

    fn experts(&self) -> Result<ExpertsDims, DimsError> {
        let &Self { num_local_experts: experts, num_experts_per_tok: chosen, .. } = self;
        all_positive(&[
            ("intermediate_size", self.intermediate_size),
            ("num_local_experts", experts),
            ("num_experts_per_tok", chosen),
        ])?;
        if chosen > experts {
            return Err(DimsError::TooManyChosen { chosen, experts });
        }
        Ok(ExpertsDims { inner: self.intermediate_size, experts, chosen, activation: self.hidden_act })
    }
}

impl DecoderConfig for MixtralConfig {
    type FeedForward = Experts;

    fn dims(&self) -> Result<DecoderDims<ExpertsDims>, DimsError> {
        let positions = self.max_position_embeddings;
        all_positive(&[
            ("vocab_size", self.vocab_size),
            ("max_position_embeddings", positions),
            ("sliding_window", self.sliding_window.unwrap_or(1)),
        ])?;
        let attention = HeadFields {
            hidden_size: self.hidden_size,
            num_attention_heads: self.num_attention_heads,
            num_key_value_heads: self.num_key_value_heads,
            head_dim: self.head_dim,
        }
        .attention()?;
        Ok(DecoderDims {
            vocabulary: self.vocab_size,
            width: self.hidden_size,
            layers: self.num_hidden_layers,
            attention,
            attention_bias: Bias::Without,
            feed_forward: self.experts()?,
            positions,
            frequencies: self.rotary.frequencies(THETA, attention.head_size, positions),
            window: self.sliding_window,
            epsilon: self.rms_norm_eps,
            head: if self.tie_word_embeddings { Head::Tied } else { Head::Own },
        })
    }
}

/// `rope_theta` where a file does not say it.
const THETA: f64 = 1_000_000.0;

const DEFAULT: MixtralConfig = MixtralConfig {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: Some(8),
    head_dim: None,
    num_local_experts: 8,
    num_experts_per_tok: 2,
    hidden_act: ActivationName::Silu,
    max_position_embeddings: 131_072,
    sliding_window: None,
    rms_norm_eps: 1e-5,
    initializer_range: 0.02,
    tie_word_embeddings: false,
    rotary: RotaryConfig::plain(THETA),
};

impl Default for MixtralConfig {
    fn default() -> Self {
        DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use crate::cost::Size;
    use crate::families::mixture_of_experts::mixtral::{Mixtral, active_params};
    use crate::model;
    use crate::preset_table::preset;
    use crate::workload::Workload as _;

    /// The table of the design, in millions of parameters: all, and those that a token goes through.
    #[track_caller]
    fn check(name: &str, expected: [f64; 2]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let config = preset::<Mixtral>(name);
        let found = [model::num_params::<Mixtral>(config, &device), active_params(config, &device)];
        let found = found.map(|parameters| parameters as f64 / 1e6);
        let near = found.iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-3);
        assert!(near, "{name}: {found:?} M where the table says {expected:?} M");
    }

    #[test]
    fn presets() {
        check("mixtral-tiny", [15.54, 12.39]);
        check("mixtral-small", [125.5, 49.98]);
        check("mixtral-base", [1335.0, 429.0]);
        check("mixtral-large", [3299.0, 883.0]);
        check("mixtral-xl", [6919.0, 1282.0]);
        check("mixtral-xxl", [46700.0, 12880.0]);
    }

    #[test]
    fn only_chosen_experts_are_counted() {
        let size = Size { batch: 2, sequence: 16, new_tokens: 0 };
        let layer = 4 * 256 * 256 + 2 * 3 * 256 * 512 + 256 * 4;
        let attention = 4 * 2 * 16 * 16 * 256;
        let expected = 4 * (2 * 32 * layer + attention) + 2 * 32 * 256 * 32000;
        assert_eq!(Mixtral::cost(preset::<Mixtral>("mixtral-tiny"), size).flops, expected);
    }
}
