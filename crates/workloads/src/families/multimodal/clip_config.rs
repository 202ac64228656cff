//! The dimensions of CLIP's vision tower, and what follows from them alone.

use serde::Deserialize;

use crate::blocks::{ActivationName, AnyMlpDims, AttentionDims, EncoderLayerDims, PatchDims};
use crate::cost::Cost;

/// The dimensions of the tower, by the names of its `config.json`. What is not said is as in CLIP ViT-B/32: inside the file
/// of a larger model, Hugging Face leaves out what has its usual value.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClipConfig {
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub num_channels: usize,
    /// Height and width.
    pub image_size: usize,
    /// Height and width.
    pub patch_size: usize,
    pub hidden_act: ActivationName,
    pub layer_norm_eps: f64,
}

impl Default for ClipConfig {
    fn default() -> Self {
        Self::sized(12, [768, 3072], 12, [224, 32])
    }
}

impl ClipConfig {
    /// CLIP's activation and norms.
    #[must_use]
    pub const fn sized(
        layers: usize,
        [width, inner]: [usize; 2],
        heads: usize,
        [image, patch]: [usize; 2],
    ) -> Self {
        Self {
            hidden_size: width,
            intermediate_size: inner,
            num_hidden_layers: layers,
            num_attention_heads: heads,
            num_channels: 3,
            image_size: image,
            patch_size: patch,
            hidden_act: ActivationName::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }

    /// Channels, height and width of an image.
    #[must_use]
    pub const fn image(&self) -> [usize; 3] {
        [self.num_channels, self.image_size, self.image_size]
    }

    /// What `batch` images cost up to the state after `layers` layers.
    pub(super) fn cost(&self, batch: u64, layers: usize) -> Cost {
        let layer = self.layer().cost(batch, self.patches().patches() as u64 + 1);
        self.patches()
            .cost(batch)
            .then(Cost { live: layer.live + self.patches().pixels(batch), ..layer.times(layers) })
    }

    /// Says what is wrong with dimensions that make no tower.
    pub(super) fn fault(&self) -> Option<String> {
        let &Self { hidden_size, num_attention_heads, .. } = self;
        let positive = [
            ("hidden_size", hidden_size),
            ("num_attention_heads", num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("num_channels", self.num_channels),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` of the tower is 0"));
        }
        if !hidden_size.is_multiple_of(num_attention_heads) {
            return Some(format!(
                "`hidden_size` {hidden_size} is not a multiple of `num_attention_heads` {num_attention_heads}"
            ));
        }
        self.patches().fault(["image_size", "patch_size"])
    }

    pub(super) const fn patches(&self) -> PatchDims {
        PatchDims {
            image: [self.image_size; 2],
            patch: [self.patch_size; 2],
            channels: self.num_channels,
            width: self.hidden_size,
        }
    }

    pub(super) fn attention(&self) -> AttentionDims {
        AttentionDims::even(self.hidden_size, self.num_attention_heads)
    }

    fn layer(&self) -> EncoderLayerDims {
        let mlp = AnyMlpDims::Plain([self.hidden_size, self.intermediate_size]);
        EncoderLayerDims { attention: self.attention(), mlp }
    }
}
