//! The dimensions of a BERT, and what follows from them alone.

use serde::Deserialize;

use crate::blocks::{ActivationName, AttentionDims, attention, linear, mlp};
use crate::cost::Cost;
use crate::model::Preset;

/// The dimensions of a BERT, by the names of its `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct BertConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    #[serde(default = "gelu")]
    pub hidden_act: ActivationName,
    #[serde(default = "layer_norm_eps")]
    pub layer_norm_eps: f64,
    #[serde(default = "initializer_range")]
    pub initializer_range: f32,
    #[serde(default)]
    pub position_embedding_type: PositionEmbedding,
}

/// How positions come in. Only the usual way is implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionEmbedding {
    /// A learnt vector for each position is added to its token's.
    #[default]
    Absolute,
}

/// The six sizes: layers, width and the width inside the MLP.
pub(super) static PRESETS: [Preset<BertConfig>; 6] = [
    Preset { name: "bert-tiny", config: BertConfig::sized(2, 128, 512) },
    Preset { name: "bert-small", config: BertConfig::sized(4, 512, 2048) },
    Preset { name: "bert-base", config: BertConfig::sized(12, 768, 3072) },
    Preset { name: "bert-large", config: BertConfig::sized(24, 1024, 4096) },
    Preset { name: "bert-xl", config: BertConfig::sized(24, 2048, 8192) },
    Preset { name: "bert-xxl", config: BertConfig::sized(48, 2560, 10240) },
];

impl BertConfig {
    /// The encoders of sentence-transformers' all-MiniLM-L6 and -L12, heads of 32.
    pub const MINILM_L6: Self = Self { num_attention_heads: 12, ..Self::sized(6, 384, 1536) };
    pub const MINILM_L12: Self = Self { num_hidden_layers: 12, ..Self::MINILM_L6 };

    /// BERT's vocabulary and positions, and heads of 64.
    const fn sized(layers: usize, width: usize, inner: usize) -> Self {
        Self {
            vocab_size: 30522,
            hidden_size: width,
            num_hidden_layers: layers,
            num_attention_heads: width / 64,
            intermediate_size: inner,
            max_position_embeddings: 512,
            type_vocab_size: two(),
            hidden_act: gelu(),
            layer_norm_eps: layer_norm_eps(),
            initializer_range: initializer_range(),
            position_embedding_type: PositionEmbedding::Absolute,
        }
    }

    /// The cost of one pass over `batch` texts of `sequence` tokens.
    pub(super) fn cost(&self, batch: u64, sequence: u64) -> Cost {
        let (tokens, width) = (batch * sequence, self.hidden_size as u64);
        let layer =
            attention::cost(self.attention(), batch, sequence, sequence).then(mlp::cost(self.mlp(), tokens));
        let pooler = linear::cost([self.hidden_size; 2], batch);
        Cost { live: tokens * width + layer.live, ..layer.times(self.num_hidden_layers).then(pooler) }
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let &Self { hidden_size, num_attention_heads, .. } = self;
        let positive = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", hidden_size),
            ("num_attention_heads", num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        (!hidden_size.is_multiple_of(num_attention_heads)).then(|| {
            format!(
                "`hidden_size` {hidden_size} is not a multiple of `num_attention_heads` {num_attention_heads}"
            )
        })
    }

    pub(super) fn attention(&self) -> AttentionDims {
        AttentionDims::even(self.hidden_size, self.num_attention_heads)
    }

    pub(super) const fn mlp(&self) -> [usize; 2] {
        [self.hidden_size, self.intermediate_size]
    }
}

const fn two() -> usize {
    2
}

const fn gelu() -> ActivationName {
    ActivationName::Gelu
}

const fn layer_norm_eps() -> f64 {
    1e-12
}

const fn initializer_range() -> f32 {
    0.02
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::encoder_only::bert::Bert;
    use crate::preset_table;

    #[track_caller]
    fn check_fault(change: impl FnOnce(&mut BertConfig), expected: &str) {
        let mut config = PRESETS[0].config;
        change(&mut config);
        assert_eq!(config.fault().as_deref(), Some(expected));
    }

    #[track_caller]
    fn check_heads(name: &str, heads: usize) {
        let preset = PRESETS.iter().find(|preset| preset.name == name).expect("a preset of this name");
        assert_eq!(preset.config.num_attention_heads, heads);
    }

    #[test]
    fn presets() {
        preset_table::check::<Bert>(&[
            ("bert-tiny", 4.39),
            ("bert-small", 28.76),
            ("bert-base", 109.48),
            ("bert-large", 335.14),
            ("bert-xl", 1276.0),
            ("bert-xxl", 3862.0),
        ]);
    }

    #[test]
    fn base_has_the_published_heads() {
        check_heads("bert-base", 12);
    }

    #[test]
    fn xxl_has_heads_of_64() {
        check_heads("bert-xxl", 40);
    }

    #[test]
    fn base_takes_the_published_flops() {
        // 2 × parameters of the layers × tokens, and the attention's products on top.
        let flops = PRESETS[2].config.cost(1, 128).flops;
        assert_eq!(
            flops,
            2 * 128 * 12 * (4 * 768 * 768 + 2 * 768 * 3072) + 12 * 4 * 128 * 128 * 768 + 2 * 768 * 768
        );
    }

    #[test]
    fn flops_grow_with_the_batch() {
        let config = PRESETS[0].config;
        assert_eq!(config.cost(8, 128).flops, 8 * config.cost(1, 128).flops);
    }

    #[test]
    fn no_heads() {
        check_fault(|config| config.num_attention_heads = 0, "`num_attention_heads` is 0");
    }

    #[test]
    fn no_vocabulary() {
        check_fault(|config| config.vocab_size = 0, "`vocab_size` is 0");
    }

    #[test]
    fn uneven_heads() {
        check_fault(
            |config| config.num_attention_heads = 3,
            "`hidden_size` 128 is not a multiple of `num_attention_heads` 3",
        );
    }
}
