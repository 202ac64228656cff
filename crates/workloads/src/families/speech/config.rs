//! The dimensions of a Whisper.

use serde::Deserialize;

use super::mel;
use crate::blocks::{
    ActivationName, AnyMlpDims, AttentionDims, ConvolutionDims, DecoderLayerDims, EncoderLayerDims,
};
use crate::model::Preset;

/// The dimensions of a Whisper, by the names of its `config.json`. `scale_embedding` is left out: transformers computes
/// that scale and does not use it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct WhisperConfig {
    pub vocab_size: usize,
    pub num_mel_bins: usize,
    pub d_model: usize,
    pub encoder_layers: usize,
    pub encoder_attention_heads: usize,
    pub encoder_ffn_dim: usize,
    pub decoder_layers: usize,
    pub decoder_attention_heads: usize,
    pub decoder_ffn_dim: usize,
    /// Each of two frames of 10 ms.
    #[serde(default = "source_positions")]
    pub max_source_positions: usize,
    #[serde(default = "target_positions")]
    pub max_target_positions: usize,
    #[serde(default = "gelu")]
    pub activation_function: ActivationName,
    #[serde(default = "init_std")]
    pub init_std: f32,
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
}

/// The six sizes: layers of each half, width, and width of the feed-forward half; those of the third version hear more
/// bands and have a language more.
pub(super) static PRESETS: [Preset<WhisperConfig>; 6] = [
    Preset { name: "whisper-tiny", config: WhisperConfig::sized(4, 384, 1536) },
    Preset { name: "whisper-small", config: WhisperConfig::sized(6, 512, 2048) },
    Preset { name: "whisper-base", config: WhisperConfig::sized(12, 768, 3072) },
    Preset { name: "whisper-large", config: WhisperConfig::sized(24, 1024, 4096) },
    Preset { name: "whisper-xl", config: WhisperConfig::third(32, 1280, 5120) },
    Preset { name: "whisper-xxl", config: WhisperConfig::third(40, 1792, 7168) },
];

impl WhisperConfig {
    /// Whisper's vocabulary, positions and bands, and heads of 64.
    const fn sized(layers: usize, width: usize, inner: usize) -> Self {
        Self {
            vocab_size: 51865,
            num_mel_bins: 80,
            d_model: width,
            encoder_layers: layers,
            encoder_attention_heads: width / 64,
            encoder_ffn_dim: inner,
            decoder_layers: layers,
            decoder_attention_heads: width / 64,
            decoder_ffn_dim: inner,
            max_source_positions: source_positions(),
            max_target_positions: target_positions(),
            activation_function: gelu(),
            init_std: init_std(),
            tie_word_embeddings: true,
        }
    }

    const fn third(layers: usize, width: usize, inner: usize) -> Self {
        Self { vocab_size: 51866, num_mel_bins: 128, ..Self::sized(layers, width, inner) }
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let positive = [
            ("vocab_size", self.vocab_size),
            ("num_mel_bins", self.num_mel_bins),
            ("d_model", self.d_model),
            ("encoder_layers", self.encoder_layers),
            ("encoder_attention_heads", self.encoder_attention_heads),
            ("encoder_ffn_dim", self.encoder_ffn_dim),
            ("decoder_layers", self.decoder_layers),
            ("decoder_attention_heads", self.decoder_attention_heads),
            ("decoder_ffn_dim", self.decoder_ffn_dim),
            ("max_source_positions", self.max_source_positions),
            ("max_target_positions", self.max_target_positions),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        let heads = [
            ("encoder_attention_heads", self.encoder_attention_heads),
            ("decoder_attention_heads", self.decoder_attention_heads),
        ];
        let (name, heads) = heads.into_iter().find(|(_, heads)| !self.d_model.is_multiple_of(*heads))?;
        Some(format!("`d_model` {} is not a multiple of `{name}` {heads}", self.d_model))
    }

    /// Frames of 10 ms that the model reads, always as many.
    pub(crate) const fn frames(&self) -> usize {
        2 * self.max_source_positions
    }

    /// Samples of audio that the model hears.
    pub(super) const fn samples(&self) -> usize {
        self.frames() * mel::HOP
    }

    /// The convolutions before the encoder's layers: the second takes two frames together.
    pub(super) const fn convolutions(&self) -> [ConvolutionDims<1>; 2] {
        let width = self.d_model;
        [ConvolutionDims::even([self.num_mel_bins, width], 3, 1), ConvolutionDims::even([width, width], 3, 2)]
    }

    pub(super) fn encoder_attention(&self) -> AttentionDims {
        AttentionDims::even(self.d_model, self.encoder_attention_heads)
    }

    pub(super) const fn encoder_mlp(&self) -> [usize; 2] {
        [self.d_model, self.encoder_ffn_dim]
    }

    pub(super) fn decoder_attention(&self) -> AttentionDims {
        AttentionDims::even(self.d_model, self.decoder_attention_heads)
    }

    pub(super) const fn decoder_mlp(&self) -> [usize; 2] {
        [self.d_model, self.decoder_ffn_dim]
    }

    pub(super) fn encoder(&self) -> EncoderLayerDims {
        EncoderLayerDims { attention: self.encoder_attention(), mlp: AnyMlpDims::Plain(self.encoder_mlp()) }
    }

    pub(super) fn decoder(&self) -> DecoderLayerDims {
        let attention = self.decoder_attention();
        DecoderLayerDims { own: attention, source: attention, mlp: AnyMlpDims::Plain(self.decoder_mlp()) }
    }
}

const fn source_positions() -> usize {
    1500
}

const fn target_positions() -> usize {
    448
}

const fn gelu() -> ActivationName {
    ActivationName::Gelu
}

const fn init_std() -> f32 {
    0.02
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::speech::whisper::Whisper;
    use crate::preset_table;

    #[track_caller]
    fn check_fault(change: impl FnOnce(&mut WhisperConfig), expected: &str) {
        let mut config = PRESETS[0].config;
        change(&mut config);
        assert_eq!(config.fault().as_deref(), Some(expected));
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn presets() {
        preset_table::check::<Whisper>(&[
            ("whisper-tiny", 37.76),
            ("whisper-small", 72.59),
            ("whisper-base", 241.7),
            ("whisper-large", 763.9),
            ("whisper-xl", 1543.0),
            ("whisper-xxl", 3705.0),
        ]);
    }

    #[test]
    fn thirty_seconds_are_heard() {
        let config = PRESETS[0].config;
        assert_eq!((config.frames(), config.samples()), (3000, 30 * mel::SAMPLE_RATE));
    }

    #[test]
    fn no_bands() {
        check_fault(|config| config.num_mel_bins = 0, "`num_mel_bins` is 0");
    }

    #[test]
    fn uneven_heads_of_the_encoder() {
        check_fault(
            |config| config.encoder_attention_heads = 5,
            "`d_model` 384 is not a multiple of `encoder_attention_heads` 5",
        );
    }

    #[test]
    fn uneven_heads_of_the_decoder() {
        check_fault(
            |config| config.decoder_attention_heads = 7,
            "`d_model` 384 is not a multiple of `decoder_attention_heads` 7",
        );
    }
}
