//! The dimensions of a T5.

use serde::Deserialize;

use super::projection::FeedForwardProjection;
use crate::blocks::{
    ActivationName, AnyMlpDims, AttentionDims, Buckets, DecoderLayerDims, Direction, EncoderLayerDims,
};
use crate::model::Preset;

/// The dimensions of a T5, by the names of its `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct T5Config {
    pub vocab_size: usize,
    pub d_model: usize,
    /// Values of one head: all heads together need not be as wide as the model.
    pub d_kv: usize,
    pub d_ff: usize,
    /// Layers of the encoder, and of the decoder where that has no number of its own.
    pub num_layers: usize,
    #[serde(default)]
    pub num_decoder_layers: Option<usize>,
    pub num_heads: usize,
    #[serde(default = "buckets")]
    pub relative_attention_num_buckets: usize,
    #[serde(default = "max_distance")]
    pub relative_attention_max_distance: usize,
    #[serde(default = "layer_norm_epsilon")]
    pub layer_norm_epsilon: f64,
    #[serde(default = "relu")]
    pub feed_forward_proj: FeedForwardProjection,
    /// Goes before the activation of `feed_forward_proj`, as in transformers.
    #[serde(default)]
    pub dense_act_fn: Option<ActivationName>,
    /// Goes before what `feed_forward_proj` says, as in transformers.
    #[serde(default)]
    pub is_gated_act: Option<bool>,
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
    /// True if the decoder's output is divided by the root of the width before the head. Where this is not said, that
    /// is so in models whose head is tied.
    #[serde(default)]
    pub scale_decoder_outputs: Option<bool>,
    #[serde(default = "initializer_factor")]
    pub initializer_factor: f32,
    /// The first token of the decoder; `pad_token_id` where it is absent.
    #[serde(default)]
    pub decoder_start_token_id: Option<i64>,
    #[serde(default)]
    pub pad_token_id: Option<i64>,
}

/// The six sizes: layers, width, width of the feed-forward half, heads and values of a head.
pub(super) static PRESETS: [Preset<T5Config>; 6] = [
    Preset { name: "t5-tiny", config: T5Config::sized(4, [256, 1024], [4, 64]) },
    Preset { name: "t5-small", config: T5Config::sized(6, [512, 2048], [8, 64]) },
    Preset { name: "t5-base", config: T5Config::sized(12, [768, 3072], [12, 64]) },
    Preset { name: "t5-large", config: T5Config::sized(24, [1024, 4096], [16, 64]) },
    Preset { name: "t5-xl", config: T5Config::sized(24, [1024, 16384], [32, 128]) },
    Preset { name: "t5-xxl", config: T5Config::sized(24, [1024, 65536], [128, 128]) },
];

impl T5Config {
    /// The first T5, with its vocabulary.
    const fn sized(layers: usize, [width, inner]: [usize; 2], [heads, head_size]: [usize; 2]) -> Self {
        Self {
            vocab_size: 32128,
            d_model: width,
            d_kv: head_size,
            d_ff: inner,
            num_layers: layers,
            num_decoder_layers: None,
            num_heads: heads,
            relative_attention_num_buckets: buckets(),
            relative_attention_max_distance: max_distance(),
            layer_norm_epsilon: layer_norm_epsilon(),
            feed_forward_proj: FeedForwardProjection::RELU,
            dense_act_fn: None,
            is_gated_act: None,
            tie_word_embeddings: true,
            scale_decoder_outputs: None,
            initializer_factor: initializer_factor(),
            decoder_start_token_id: Some(0),
            pad_token_id: Some(0),
        }
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let positive = [
            ("vocab_size", self.vocab_size),
            ("d_model", self.d_model),
            ("d_kv", self.d_kv),
            ("d_ff", self.d_ff),
            ("num_layers", self.num_layers),
            ("num_decoder_layers", self.decoder_layers()),
            ("num_heads", self.num_heads),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        let &Self { relative_attention_num_buckets: buckets, relative_attention_max_distance: far, .. } =
            self;
        if buckets < Buckets::FEWEST {
            let fewest = Buckets::FEWEST;
            return Some(format!(
                "`relative_attention_num_buckets` is {buckets}, and each side needs two: {fewest} at least"
            ));
        }
        if far <= buckets / 2 {
            return Some(format!(
                "`relative_attention_max_distance` {far} is not beyond the {} near distances that \
                 `relative_attention_num_buckets` {buckets} give a bucket of their own",
                buckets / 2
            ));
        }
        let start = self.start_token();
        let known = usize::try_from(start).is_ok_and(|start| start < self.vocab_size);
        (!known).then(|| {
            format!(
                "`decoder_start_token_id` {start} is not in a vocabulary of `vocab_size` {}",
                self.vocab_size
            )
        })
    }

    pub(super) fn decoder_layers(&self) -> usize {
        self.num_decoder_layers.unwrap_or(self.num_layers)
    }

    /// The first token of the decoder.
    pub(super) fn start_token(&self) -> i64 {
        self.decoder_start_token_id.or(self.pad_token_id).unwrap_or_default()
    }

    pub(super) fn scales_outputs(&self) -> bool {
        self.scale_decoder_outputs.unwrap_or(self.tie_word_embeddings)
    }

    pub(super) fn activation(&self) -> ActivationName {
        self.dense_act_fn.unwrap_or(self.feed_forward_proj.activation)
    }

    /// Such that scores of attention, which nothing is divided by, spread by about 1.
    pub(super) fn deviation(&self) -> f32 {
        self.initializer_factor / (self.d_model as f32 * (self.d_kv as f32).sqrt()).sqrt()
    }

    pub(super) fn buckets(&self, direction: Direction) -> Buckets {
        Buckets {
            count: self.relative_attention_num_buckets,
            max_distance: self.relative_attention_max_distance,
            direction,
        }
    }

    pub(super) fn attention(&self) -> AttentionDims {
        let dims = AttentionDims::grouped(self.d_model, self.num_heads, self.num_heads, self.d_kv);
        // The weights of the queries start small instead.
        AttentionDims { scale: 1.0, ..dims }
    }

    pub(super) fn feed_forward(&self) -> AnyMlpDims {
        let dims = [self.d_model, self.d_ff];
        if self.is_gated_act.unwrap_or(self.feed_forward_proj.gated) {
            AnyMlpDims::Gated(dims)
        } else {
            AnyMlpDims::Plain(dims)
        }
    }

    pub(super) fn encoder(&self) -> EncoderLayerDims {
        EncoderLayerDims { attention: self.attention(), mlp: self.feed_forward() }
    }

    pub(super) fn decoder(&self) -> DecoderLayerDims {
        DecoderLayerDims { own: self.attention(), source: self.attention(), mlp: self.feed_forward() }
    }
}

const fn buckets() -> usize {
    32
}

const fn max_distance() -> usize {
    128
}

const fn layer_norm_epsilon() -> f64 {
    1e-6
}

const fn initializer_factor() -> f32 {
    1.0
}

const fn relu() -> FeedForwardProjection {
    FeedForwardProjection::RELU
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::encoder_decoder::t5::T5;
    use crate::preset_table;

    #[track_caller]
    fn check_fault(change: impl FnOnce(&mut T5Config), expected: &str) {
        let mut config = PRESETS[0].config;
        change(&mut config);
        assert_eq!(config.fault().as_deref(), Some(expected));
    }

    /// True if the decoder's output is scaled, and the feed-forward half, of a `config.json` with these fields.
    #[track_caller]
    fn check_read(fields: &str, scaled: bool, gated: bool, activation: ActivationName) {
        let dims = r#""vocab_size": 8, "d_model": 4, "d_kv": 2, "d_ff": 8, "num_layers": 1, "num_heads": 2"#;
        let config: T5Config =
            serde_json::from_str(&format!("{{{dims}{fields}}}")).expect("it is a configuration");
        let found_gated = matches!(config.feed_forward(), AnyMlpDims::Gated(_));
        assert_eq!((config.scales_outputs(), found_gated, config.activation()), (scaled, gated, activation));
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn presets() {
        preset_table::check::<T5>(&[
            ("t5-tiny", 15.57),
            ("t5-small", 60.51),
            ("t5-base", 222.9),
            ("t5-large", 737.7),
            ("t5-xl", 2852.0),
            ("t5-xxl", 11310.0),
        ]);
    }

    #[test]
    fn nothing_but_dimensions_is_the_first_t5() {
        check_read("", true, false, ActivationName::Relu);
    }

    #[test]
    fn t5_1_1_as_transformers_4_writes_it() {
        let fields = r#", "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false"#;
        check_read(fields, false, true, ActivationName::GeluNew);
    }

    #[test]
    fn t5_1_1_as_transformers_5_writes_it() {
        let fields = r#", "feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu_new", "is_gated_act": true,
            "tie_word_embeddings": true, "scale_decoder_outputs": false"#;
        check_read(fields, false, true, ActivationName::GeluNew);
    }

    #[test]
    fn what_follows_from_the_projection_may_be_overruled() {
        let fields = r#", "feed_forward_proj": "relu", "dense_act_fn": "silu", "is_gated_act": true"#;
        check_read(fields, true, true, ActivationName::Silu);
    }

    #[test]
    fn no_heads() {
        check_fault(|config| config.num_heads = 0, "`num_heads` is 0");
    }

    #[test]
    fn no_decoder() {
        check_fault(|config| config.num_decoder_layers = Some(0), "`num_decoder_layers` is 0");
    }

    #[test]
    fn too_few_buckets() {
        check_fault(
            |config| config.relative_attention_num_buckets = 3,
            "`relative_attention_num_buckets` is 3, and each side needs two: 4 at least",
        );
    }

    #[test]
    fn near_distances_alone() {
        check_fault(
            |config| config.relative_attention_max_distance = 16,
            "`relative_attention_max_distance` 16 is not beyond the 16 near distances that \
             `relative_attention_num_buckets` 32 give a bucket of their own",
        );
    }

    #[test]
    fn unknown_start() {
        check_fault(
            |config| config.decoder_start_token_id = Some(32128),
            "`decoder_start_token_id` 32128 is not in a vocabulary of `vocab_size` 32128",
        );
    }
}
