//! The dimensions of a Llama.

use serde::Deserialize;

use crate::blocks::decoder::{DecoderConfig, DecoderDims, DimsError, GatedDims, HeadFields, all_positive};
use crate::blocks::{ActivationName, Bias, GatedMlp, Head, RotaryConfig};
use crate::model::Preset;

/// The dimensions of a Llama, by the names of its `config.json`. What a file leaves out is as in the first Llama of 7
/// billion parameters: so it is in transformers, which leaves out what is.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct LlamaConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    /// As many as there are heads, where it is absent.
    pub num_key_value_heads: Option<usize>,
    /// `hidden_size / num_attention_heads`, where it is absent.
    pub head_dim: Option<usize>,
    pub hidden_act: ActivationName,
    pub max_position_embeddings: usize,
    pub rms_norm_eps: f64,
    pub initializer_range: f32,
    pub attention_bias: bool,
    pub mlp_bias: bool,
    pub tie_word_embeddings: bool,
    #[serde(flatten)]
    pub rotary: RotaryConfig,
}

/// The six sizes. small is SmolLM, base TinyLlama, large Llama 3.2, xl Llama 3 and xxl Llama 2.
pub(in crate::families) static PRESETS: [Preset<LlamaConfig>; 6] = [
    Preset { name: "llama-tiny", config: LlamaConfig::sized([6, 288, 768], [6, 6], 32000).tied() },
    Preset { name: "llama-small", config: LlamaConfig::sized([30, 576, 1536], [9, 3], 49152).tied() },
    Preset { name: "llama-base", config: LlamaConfig::sized([22, 2048, 5632], [32, 4], 32000) },
    Preset {
        name: "llama-large",
        config: LlamaConfig::sized([28, 3072, 8192], [24, 8], 128_256).tied().spread(8192, 500_000.0),
    },
    Preset {
        name: "llama-xl",
        config: LlamaConfig::sized([32, 4096, 14336], [32, 8], 128_256).spread(8192, 500_000.0),
    },
    Preset {
        name: "llama-xxl",
        config: LlamaConfig::sized([40, 5120, 13824], [40, 40], 32000).spread(4096, 10_000.0),
    },
];

impl LlamaConfig {
    /// A model of these layers, width and inner width, heads and key heads, and vocabulary.
    pub(in crate::families) const fn sized(
        [layers, width, inner]: [usize; 3],
        [heads, key_heads]: [usize; 2],
        vocabulary: usize,
    ) -> Self {
        Self {
            vocab_size: vocabulary,
            hidden_size: width,
            intermediate_size: inner,
            num_hidden_layers: layers,
            num_attention_heads: heads,
            num_key_value_heads: Some(key_heads),
            rms_norm_eps: 1e-5,
            ..DEFAULT
        }
    }

    const fn tied(self) -> Self {
        Self { tie_word_embeddings: true, ..self }
    }

    pub(in crate::families) const fn spread(self, positions: usize, theta: f64) -> Self {
        Self { max_position_embeddings: positions, rotary: RotaryConfig::plain(theta), ..self }
    }
}

impl DecoderConfig for LlamaConfig {
    type FeedForward = GatedMlp;

    fn dims(&self) -> Result<DecoderDims<GatedDims>, DimsError> {
        let positions = self.max_position_embeddings;
        all_positive(&[
            ("vocab_size", self.vocab_size),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", positions),
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
            attention_bias: bias(self.attention_bias),
            feed_forward: GatedDims {
                inner: self.intermediate_size,
                activation: self.hidden_act,
                bias: bias(self.mlp_bias),
            },
            positions,
            frequencies: self.rotary.frequencies(THETA, attention.head_size, positions),
            window: None,
            epsilon: self.rms_norm_eps,
            head: if self.tie_word_embeddings { Head::Tied } else { Head::Own },
        })
    }
}

/// `rope_theta` where a file does not say it.
const THETA: f64 = 10_000.0;

const fn bias(is_with: bool) -> Bias {
    if is_with { Bias::With } else { Bias::Without }
}

const DEFAULT: LlamaConfig = LlamaConfig {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: None,
    head_dim: None,
    hidden_act: ActivationName::Silu,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    initializer_range: 0.02,
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: false,
    rotary: RotaryConfig::plain(THETA),
};

impl Default for LlamaConfig {
    fn default() -> Self {
        DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use crate::cost::{Cost, Size};
    use crate::families::decoder_only::llama::Llama;
    use crate::preset_table::{self, preset};
    use crate::workload::Workload as _;

    fn cost([batch, sequence, new_tokens]: [usize; 3]) -> Cost {
        Llama::cost(preset::<Llama>("llama-tiny"), Size { batch, sequence, new_tokens })
    }

    /// Floating-point operations of llama-tiny: its layers over `tokens` tokens that look at `looks` tokens altogether,
    /// and the vocabulary after `scored` of them.
    fn flops(tokens: u64, looks: u64, scored: u64) -> u64 {
        let layer = 2 * tokens * (4 * 288 * 288 + 3 * 288 * 768) + 4 * looks * 288;
        6 * layer + 2 * scored * 288 * 32000
    }

    #[test]
    fn presets() {
        preset_table::check::<Llama>(&[
            ("llama-tiny", 15.19),
            ("llama-small", 134.5),
            ("llama-base", 1100.0),
            ("llama-large", 3213.0),
            ("llama-xl", 8030.0),
            ("llama-xxl", 13020.0),
        ]);
    }

    #[test]
    fn a_pass_scores_every_token() {
        assert_eq!(cost([2, 128, 0]).flops, flops(256, 2 * 128 * 128, 256));
        assert_eq!(cost([2, 128, 0]).cache, 0);
    }

    #[test]
    fn a_prompt_scores_its_last_token() {
        assert_eq!(cost([2, 128, 1]).flops, flops(256, 2 * 128 * 128, 2));
    }

    #[test]
    fn the_last_token_is_not_read() {
        let prompt = flops(128, 128 * 128, 1);
        assert_eq!(cost([1, 128, 3]).flops, prompt + flops(1, 129, 1) + flops(1, 130, 1));
    }

    #[test]
    fn the_cache_holds_keys_and_values_of_every_layer() {
        assert_eq!(cost([2, 128, 3]).cache, 2 * 6 * 2 * 131 * 288);
    }

    #[test]
    fn scores_of_every_token_are_the_most_that_lives() {
        assert!(cost([1, 128, 0]).live > 128 * 32000);
        assert!(cost([1, 128, 1]).live < 128 * 32000);
    }
}
