//! The dimensions of both models, and what follows from them alone.

use serde::Deserialize;

use super::gpt2_config::Gpt2Config;
use crate::blocks::linear;
use crate::cost::{Cost, Size};
use crate::families::vision::VitConfig;
use crate::model::Preset;

/// The dimensions of an encoder and a decoder, by the names of their `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct CaptionerConfig {
    pub encoder: ImageEncoder,
    pub decoder: TextDecoder,
}

/// The encoders that are implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "model_type", rename_all = "lowercase")]
pub enum ImageEncoder {
    Vit(VitConfig),
}

/// The decoders that are implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "model_type", rename_all = "lowercase")]
pub enum TextDecoder {
    Gpt2(Gpt2Config),
}

/// The six sizes: the ViT of the same size, and layers and width of GPT-2, whose MLP is four times as wide. The largest ViT is
/// ViT-g/14, the largest GPT-2 is GPT-2 XL: their widths differ, and the cross-attention reads that of the ViT.
pub(super) static PRESETS: [Preset<CaptionerConfig>; 6] = [
    preset("vit-gpt2-tiny", VitConfig::sized(12, [192, 768], 3, 16), Gpt2Config::sized(4, 192)),
    preset("vit-gpt2-small", VitConfig::sized(12, [384, 1536], 6, 16), Gpt2Config::sized(6, 384)),
    preset("vit-gpt2-base", VitConfig::sized(12, [768, 3072], 12, 16), Gpt2Config::sized(12, 768)),
    preset("vit-gpt2-large", VitConfig::sized(24, [1024, 4096], 16, 16), Gpt2Config::sized(24, 1024)),
    preset("vit-gpt2-xl", VitConfig::sized(32, [1280, 5120], 16, 14), Gpt2Config::sized(36, 1280)),
    preset(
        "vit-gpt2-xxl",
        VitConfig::sized(40, [1408, 6144], 16, 14),
        Gpt2Config { cross_attention_hidden_size: Some(1408), ..Gpt2Config::sized(48, 1600) },
    ),
];

const fn preset(name: &'static str, encoder: VitConfig, decoder: Gpt2Config) -> Preset<CaptionerConfig> {
    Preset {
        name,
        config: CaptionerConfig { encoder: ImageEncoder::Vit(encoder), decoder: TextDecoder::Gpt2(decoder) },
    }
}

impl CaptionerConfig {
    /// The encoder's dimensions.
    #[must_use]
    pub const fn vit(&self) -> &VitConfig {
        let ImageEncoder::Vit(config) = &self.encoder;
        config
    }

    /// The decoder's dimensions.
    #[must_use]
    pub const fn gpt2(&self) -> &Gpt2Config {
        let TextDecoder::Gpt2(config) = &self.decoder;
        config
    }

    /// The widths of the projection between encoder and decoder, where theirs differ.
    pub(super) fn bridge(&self) -> Option<[usize; 2]> {
        let widths = [self.vit().hidden_size, self.gpt2().n_embd];
        (widths[0] != widths[1] && self.gpt2().cross_attention_hidden_size.is_none()).then_some(widths)
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let both = self.vit().encoder_fault().or_else(|| self.gpt2().fault());
        both.or_else(|| {
            let width = self.vit().hidden_size;
            let size = self.gpt2().cross_attention_hidden_size.filter(|&size| size != width)?;
            Some(format!("`cross_attention_hidden_size` {size} is not the encoder's `hidden_size` {width}"))
        })
    }

    /// The cost of one pass, or of the prompt and each token after it.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, sequence, tokens] =
            [size.batch, size.sequence, size.new_tokens].map(|count| count as u64);
        let (gpt2, source) = (self.gpt2(), self.vit().tokens() as u64);
        let encoder = self.vit().encoder_cost(batch).then(self.bridge_cost(batch * source));
        let (layer, width) = (gpt2.layer(0), gpt2.n_embd as u64);
        let encoder = encoder.then(layer.source_cost(batch, source).times(gpt2.n_layer));
        if tokens == 0 {
            let decoder = gpt2.cost(batch, [sequence, sequence, source], sequence);
            return encoder.then(Cost { live: decoder.live + batch * source * width, ..decoder });
        }
        let prompt = encoder.then(gpt2.cost(batch, [sequence, sequence, source], 1));
        let step = |token| gpt2.cost(batch, [1, sequence + token, source], 1);
        let whole = (1..tokens).map(step).fold(prompt, Cost::then);
        let cache = gpt2.n_layer as u64 * layer.memory(batch, sequence + tokens, source);
        Cost { cache, ..whole }
    }

    fn bridge_cost(&self, tokens: u64) -> Cost {
        self.bridge().map_or_else(Cost::default, |widths| Cost {
            live: tokens * (widths[0] + widths[1]) as u64,
            ..linear::cost(widths, tokens)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::vision_encoder_text_decoder::captioner::Captioner;
    use crate::preset_table::{self, preset};

    fn cost([batch, sequence, new_tokens]: [usize; 3]) -> Cost {
        preset::<Captioner>("vit-gpt2-tiny").cost(Size { batch, sequence, new_tokens })
    }

    /// Floating-point operations of vit-gpt2-tiny's decoder: over `tokens` tokens that look at `looks` tokens of the text
    /// altogether, each at the 197 of an image, and the vocabulary after `scored` of them.
    fn decoder(tokens: u64, looks: u64, scored: u64) -> u64 {
        let linear = 2 * tokens * (4 * 192 * 192 + 2 * 192 * 192 + 2 * 192 * 768);
        4 * (linear + 4 * 192 * (looks + 197 * tokens)) + 2 * scored * 192 * 50257
    }

    /// Those of its encoder, and of the keys and values that are made of what it gives.
    fn encoder() -> u64 {
        let layer = 2 * 197 * (4 * 192 * 192 + 2 * 192 * 768) + 4 * 197 * 197 * 192;
        2 * 196 * 3 * 256 * 192 + 12 * layer + 4 * 4 * 197 * 192 * 192
    }

    #[test]
    fn presets() {
        preset_table::check::<Captioner>(&[
            ("vit-gpt2-tiny", 17.74),
            ("vit-gpt2-small", 55.56),
            ("vit-gpt2-base", 238.6),
            ("vit-gpt2-large", 758.9),
            ("vit-gpt2-xl", 1641.0),
            ("vit-gpt2-xxl", 3031.0),
        ]);
    }

    #[test]
    fn a_pass_scores_every_token() {
        assert_eq!(cost([1, 16, 0]).flops, encoder() + decoder(16, 256, 16));
        assert_eq!(cost([2, 16, 0]).flops, 2 * cost([1, 16, 0]).flops);
        assert_eq!(cost([2, 16, 0]).cache, 0);
    }

    #[test]
    fn the_image_is_encoded_once() {
        let prompt = encoder() + decoder(16, 256, 1);
        assert_eq!(cost([1, 16, 1]).flops, prompt);
        assert_eq!(cost([1, 16, 3]).flops, prompt + decoder(1, 17, 1) + decoder(1, 18, 1));
    }

    #[test]
    fn the_cache_holds_text_and_image() {
        assert_eq!(cost([2, 16, 3]).cache, 2 * 4 * 2 * (19 + 197) * 192);
    }
}
