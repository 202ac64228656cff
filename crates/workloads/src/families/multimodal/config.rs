//! The dimensions of a LLaVA, and what follows from them alone.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::clip_config::ClipConfig;
use crate::blocks::{ActivationName, linear};
use crate::cost::{Cost, Size};
use crate::families::decoder_only::{Llama, LlamaConfig, PRESETS as LLAMAS};
use crate::model::{Architecture as _, Preset};
use crate::workload::Workload as _;

/// The dimensions of a LLaVA, by the names of its `config.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LlavaConfig {
    #[serde(deserialize_with = "tower")]
    pub vision_config: VisionTower,
    #[serde(deserialize_with = "text")]
    pub text_config: TextModel,
    /// The token number of an image's placeholder.
    #[serde(default)]
    pub image_token_index: Option<i64>,
    /// Another name of it.
    #[serde(default)]
    pub image_token_id: Option<i64>,
    #[serde(default = "gelu")]
    pub projector_hidden_act: ActivationName,
    #[serde(default = "yes")]
    pub multimodal_projector_bias: bool,
    #[serde(default)]
    pub vision_feature_layer: FeatureLayers,
    #[serde(default)]
    pub vision_feature_select_strategy: Select,
    /// True if words and scores share a table; the field may be in `text_config` as well.
    #[serde(default)]
    pub tie_word_embeddings: bool,
}

/// The towers that are implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "model_type")]
pub enum VisionTower {
    #[serde(rename = "clip_vision_model")]
    Clip(ClipConfig),
}

/// The language models that are implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "model_type")]
pub enum TextModel {
    #[serde(rename = "llama")]
    Llama(LlamaConfig),
}

/// After which layers of the tower its states are taken: 0 is before the first, −1 after the last. The states of several
/// are concatenated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected the number of a layer, or a list of such")]
pub enum FeatureLayers {
    One(i64),
    Several(Vec<i64>),
}

/// Which of the tower's states are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Select {
    /// Those of the patches.
    #[default]
    Default,
    /// That of the whole image as well.
    Full,
}

impl fmt::Display for FeatureLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(layer) => write!(f, "{layer}"),
            Self::Several(layers) => write!(f, "{layers:?}"),
        }
    }
}

impl Default for FeatureLayers {
    fn default() -> Self {
        Self::One(-2)
    }
}

/// The six sizes: a tower, and the Llama of the same size. xl has the language model of LLaVA 1.5 7B: Llama 2.
pub(super) static PRESETS: [Preset<LlavaConfig>; 6] = [
    preset("llava-tiny", ClipConfig::sized(12, [192, 768], 3, [224, 16]), LLAMAS[0].config),
    preset("llava-small", ClipConfig::sized(12, [768, 3072], 12, [224, 16]), LLAMAS[1].config),
    preset("llava-base", ClipConfig::sized(24, [1024, 4096], 16, [224, 14]), LLAMAS[2].config),
    preset("llava-large", LARGE_TOWER, LLAMAS[3].config),
    preset(
        "llava-xl",
        LARGE_TOWER,
        LlamaConfig::sized([32, 4096, 11008], [32, 32], 32000).spread(4096, 10_000.0),
    ),
    preset("llava-xxl", LARGE_TOWER, LLAMAS[5].config),
];

/// CLIP ViT-L/14 for images of 336 × 336.
const LARGE_TOWER: ClipConfig = ClipConfig::sized(24, [1024, 4096], 16, [336, 14]);

const fn preset(name: &'static str, tower: ClipConfig, text: LlamaConfig) -> Preset<LlavaConfig> {
    let config = LlavaConfig {
        vision_config: VisionTower::Clip(tower),
        text_config: TextModel::Llama(text),
        // The first number beyond the vocabulary: no word is taken for an image.
        image_token_index: Some(text.vocab_size as i64),
        image_token_id: None,
        projector_hidden_act: gelu(),
        multimodal_projector_bias: true,
        vision_feature_layer: FeatureLayers::One(-2),
        vision_feature_select_strategy: Select::Default,
        tie_word_embeddings: false,
    };
    Preset { name, config }
}

impl LlavaConfig {
    /// The tower's dimensions.
    #[must_use]
    pub const fn tower(&self) -> &ClipConfig {
        let VisionTower::Clip(config) = &self.vision_config;
        config
    }

    /// The language model's dimensions.
    #[must_use]
    pub const fn text(&self) -> LlamaConfig {
        let TextModel::Llama(config) = self.text_config;
        let tie_word_embeddings = self.tie_word_embeddings || config.tie_word_embeddings;
        LlamaConfig { tie_word_embeddings, ..config }
    }

    /// The token number of an image's placeholder.
    #[must_use]
    pub fn image_token(&self) -> i64 {
        self.image_token_index.or(self.image_token_id).unwrap_or(32000)
    }

    /// How many tokens of the text an image takes.
    #[must_use]
    pub const fn image_tokens(&self) -> usize {
        let whole = matches!(self.vision_feature_select_strategy, Select::Full);
        self.tower().patches().patches() + whole as usize
    }

    /// The layers of the tower after which its states are taken; `None` where the tower has fewer.
    pub(super) fn feature_layers(&self) -> Option<Vec<usize>> {
        let layers = match &self.vision_feature_layer {
            FeatureLayers::One(layer) => std::slice::from_ref(layer),
            FeatureLayers::Several(layers) => layers,
        };
        // Before the first layer there is a state as well.
        let states = self.tower().num_hidden_layers as i64 + 1;
        let index = |&layer: &i64| if layer < 0 { layer + states } else { layer };
        let inside = |index: i64| usize::try_from(index).ok().filter(|_| index < states);
        layers.iter().map(index).map(inside).collect()
    }

    /// The widths that the projector reads, has inside and writes.
    pub(super) fn projector(&self) -> [usize; 3] {
        let layers = self.feature_layers().map_or(0, |layers| layers.len());
        [layers * self.tower().hidden_size, self.text().hidden_size, self.text().hidden_size]
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let parts = self.tower().fault().or_else(|| Llama::fault(&self.text()));
        parts.or_else(|| match self.feature_layers() {
            Some(layers) if !layers.is_empty() => None,
            _ => Some(format!(
                "`vision_feature_layer` {} does not fit the tower's {} layers",
                self.vision_feature_layer,
                self.tower().num_hidden_layers
            )),
        })
    }

    /// `size` as the language model sees it: each text contains the tokens of an image.
    pub(super) const fn text_size(&self, size: Size) -> Size {
        Size { sequence: size.sequence + self.image_tokens(), ..size }
    }

    /// The cost of one pass, or of the prompt and each token after it.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let batch = size.batch as u64;
        let layers = self.feature_layers().unwrap_or_default().into_iter().max().unwrap_or(0);
        let [input, inner, output] = self.projector();
        let tokens = batch * self.image_tokens() as u64;
        let projector = Cost {
            live: tokens * (input + 2 * inner) as u64,
            ..linear::cost([input, inner], tokens).then(linear::cost([inner, output], tokens))
        };
        let image = self.tower().cost(batch, layers).then(projector);
        image.then(Llama::cost(&self.text(), self.text_size(size)))
    }
}

fn tower<'de, D: Deserializer<'de>>(config: D) -> Result<VisionTower, D::Error> {
    of_usual_type(config, "clip_vision_model")
}

fn text<'de, D: Deserializer<'de>>(config: D) -> Result<TextModel, D::Error> {
    of_usual_type(config, "llama")
}

/// A part of a configuration, which may leave out its `model_type` where that is the usual one.
fn of_usual_type<'de, D, T>(config: D, usual: &str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> Deserialize<'a>,
{
    let mut fields = Map::<String, Value>::deserialize(config)?;
    fields.entry("model_type").or_insert_with(|| usual.into());
    serde_json::from_value(fields.into()).map_err(D::Error::custom)
}

const fn gelu() -> ActivationName {
    ActivationName::Gelu
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::multimodal::llava::Llava;
    use crate::preset_table::{self, preset};

    #[track_caller]
    fn check_layers(asked_for: FeatureLayers, expected: Option<&[usize]>) {
        let config = LlavaConfig { vision_feature_layer: asked_for, ..preset::<Llava>("llava-tiny").clone() };
        assert_eq!(config.feature_layers().as_deref(), expected);
    }

    fn cost([batch, sequence, new_tokens]: [usize; 3]) -> Cost {
        preset::<Llava>("llava-tiny").cost(Size { batch, sequence, new_tokens })
    }

    #[test]
    fn presets() {
        preset_table::check::<Llava>(&[
            ("llava-tiny", 20.85),
            ("llava-small", 221.1),
            ("llava-base", 1410.0),
            ("llava-large", 3529.0),
            ("llava-xl", 7063.0),
            ("llava-xxl", 13350.0),
        ]);
    }

    #[test]
    fn layers_from_the_end() {
        check_layers(FeatureLayers::One(-2), Some(&[11]));
    }

    #[test]
    fn the_state_before_the_first_layer() {
        check_layers(FeatureLayers::Several(vec![0, -13, 12]), Some(&[0, 0, 12]));
    }

    #[test]
    fn layers_that_are_not_there() {
        check_layers(FeatureLayers::One(13), None);
        check_layers(FeatureLayers::One(-14), None);
    }

    #[test]
    fn a_pass_takes_tower_projector_and_text() {
        let layer = |tokens: u64, width: u64, inner: u64, layers: u64| {
            layers * (2 * tokens * (4 * width * width + inner) + 4 * tokens * tokens * width)
        };
        let tower = 2 * 196 * 3 * 256 * 192 + layer(197, 192, 2 * 192 * 768, 11);
        let projector = 2 * 196 * (192 * 288 + 288 * 288);
        let text = layer(206, 288, 3 * 288 * 768, 6) + 2 * 206 * 288 * 32000;
        assert_eq!(cost([1, 10, 0]).flops, tower + projector + text);
    }

    #[test]
    fn the_cache_holds_the_image() {
        assert_eq!(cost([2, 10, 4]).cache, 2 * 6 * 2 * (196 + 10 + 4) * 288);
    }
}
