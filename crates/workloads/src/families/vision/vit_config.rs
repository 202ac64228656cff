//! The dimensions of a ViT, and what follows from them alone.

use serde::Deserialize;

use super::classes::Classes;
use crate::blocks::{ActivationName, AnyMlpDims, AttentionDims, EncoderLayerDims, PatchDims, linear, sides};
use crate::cost::Cost;

/// The dimensions of a ViT, by the names of its `config.json`. What is not said is as in ViT-B/16: inside the file of a
/// larger model, Hugging Face leaves out what has its usual value.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct VitConfig {
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    /// Values of one head, where they are not the width divided by the heads.
    pub head_dim: Option<usize>,
    pub intermediate_size: usize,
    pub hidden_act: ActivationName,
    pub layer_norm_eps: f64,
    pub initializer_range: f32,
    /// Height and width.
    #[serde(deserialize_with = "sides::number_or_pair")]
    pub image_size: [usize; 2],
    /// Height and width.
    #[serde(deserialize_with = "sides::number_or_pair")]
    pub patch_size: [usize; 2],
    pub num_channels: usize,
    /// True if queries, keys and values have biases.
    pub qkv_bias: bool,
    #[serde(flatten)]
    pub classes: Classes,
}

impl Default for VitConfig {
    fn default() -> Self {
        Self::sized(12, [768, 3072], 12, 16)
    }
}

impl VitConfig {
    /// Images of 224 × 224 and 1000 classes.
    #[must_use]
    pub const fn sized(layers: usize, [width, inner]: [usize; 2], heads: usize, patch: usize) -> Self {
        Self {
            hidden_size: width,
            num_hidden_layers: layers,
            num_attention_heads: heads,
            head_dim: None,
            intermediate_size: inner,
            hidden_act: ActivationName::Gelu,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
            image_size: [224; 2],
            patch_size: [patch; 2],
            num_channels: 3,
            qkv_bias: true,
            classes: Classes::new(1000),
        }
    }

    /// Channels, height and width of an image.
    #[must_use]
    pub const fn image(&self) -> [usize; 3] {
        [self.num_channels, self.image_size[0], self.image_size[1]]
    }

    /// Tokens of an image: its patches, and one for the whole of it.
    #[must_use]
    pub const fn tokens(&self) -> usize {
        self.patches().patches() + 1
    }

    /// What `batch` images cost up to the last norm.
    #[must_use]
    pub fn encoder_cost(&self, batch: u64) -> Cost {
        let layer = self.layer().cost(batch, self.tokens() as u64);
        let layers =
            Cost { live: layer.live + self.patches().pixels(batch), ..layer.times(self.num_hidden_layers) };
        self.patches().cost(batch).then(layers)
    }

    /// What `batch` images cost with their classes' scores.
    pub(super) fn cost(&self, batch: u64) -> Cost {
        let head = linear::cost([self.hidden_size, self.classes.count()], batch);
        self.encoder_cost(batch).then(head)
    }

    /// Says what is wrong with dimensions that make no encoder.
    #[must_use]
    pub fn encoder_fault(&self) -> Option<String> {
        let &Self { hidden_size, num_attention_heads, .. } = self;
        let positive = [
            ("hidden_size", hidden_size),
            ("num_attention_heads", num_attention_heads),
            ("head_dim", self.head_dim.unwrap_or(1)),
            ("intermediate_size", self.intermediate_size),
            ("num_channels", self.num_channels),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        if self.head_dim.is_none() && !hidden_size.is_multiple_of(num_attention_heads) {
            return Some(format!(
                "`hidden_size` {hidden_size} is not a multiple of `num_attention_heads` {num_attention_heads}"
            ));
        }
        self.patches().fault(["image_size", "patch_size"])
    }

    /// Says what is wrong with dimensions that make no classifier.
    pub(super) fn fault(&self) -> Option<String> {
        self.encoder_fault().or_else(|| self.classes.fault())
    }

    pub(super) const fn patches(&self) -> PatchDims {
        PatchDims {
            image: self.image_size,
            patch: self.patch_size,
            channels: self.num_channels,
            width: self.hidden_size,
        }
    }

    pub(super) fn attention(&self) -> AttentionDims {
        let (width, heads) = (self.hidden_size, self.num_attention_heads);
        AttentionDims::grouped(width, heads, heads, self.head_dim.unwrap_or(width / heads))
    }

    fn layer(&self) -> EncoderLayerDims {
        let mlp = AnyMlpDims::Plain([self.hidden_size, self.intermediate_size]);
        EncoderLayerDims { attention: self.attention(), mlp }
    }
}
