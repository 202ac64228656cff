//! The dimensions of a DiT, and what follows from them alone.

use serde::Deserialize;

use crate::blocks::{ActivationName, AttentionDims, Bias, PatchDims};
use crate::model::Preset;

/// Values of a time step's sines and cosines.
pub(super) const TIME_WIDTH: usize = 256;

/// The dimensions of a DiT, by the names of its `config.json`, with the reference's defaults.
///
/// Fields that act in training alone (`dropout`) or that the reference does not read (`norm_num_groups`) are ignored;
/// `upcast_attention` changes nothing where everything is `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct DitConfig {
    pub num_layers: usize,
    pub num_attention_heads: usize,
    pub attention_head_dim: usize,
    /// Channels of the latent image.
    pub in_channels: usize,
    /// As many as are read where nothing is said, twice as many where the noise's variance is learnt.
    pub out_channels: Option<usize>,
    /// Places of the latent image in a row, and rows.
    pub sample_size: usize,
    pub patch_size: usize,
    /// Classes, without the one that means "no class".
    pub num_embeds_ada_norm: Option<usize>,
    pub attention_bias: bool,
    pub activation_fn: ActivationFn,
    pub norm_type: NormType,
    /// True if the norm before the feed-forward half has a scale and a shift of its own.
    pub norm_elementwise_affine: bool,
    /// The epsilon of that norm; the other norms have a fixed one.
    pub norm_eps: f64,
    /// No field of the file: the reference's layers each embed the time step and the class.
    #[serde(skip)]
    pub embedders: Embedders,
}

/// The activation of the feed-forward half, as diffusers spells it. Activations that are multiplied into
/// half of the values (`geglu`, `swiglu`) are not implemented: they fail when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationFn {
    Gelu,
    GeluApproximate,
    /// x·σ(1.702·x), without what its name says.
    GegluApproximate,
    LinearSilu,
}

/// How layers are conditioned. Only the usual way is implemented: others fail when they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormType {
    #[default]
    AdaNormZero,
}

/// Who embeds the time step and the class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embedders {
    /// Every layer, with weights of its own: diffusers.
    #[default]
    Each,
    /// One for all layers: the paper.
    Shared,
}

impl Default for DitConfig {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The six sizes: layers, heads and their size.
pub(super) static PRESETS: [Preset<DitConfig>; 6] = [
    Preset { name: "dit-tiny", config: DitConfig::sized(12, 3, 64) },
    Preset { name: "dit-small", config: DitConfig::sized(12, 6, 64) },
    Preset { name: "dit-base", config: DitConfig::sized(12, 12, 64) },
    Preset { name: "dit-large", config: DitConfig::sized(24, 16, 64) },
    Preset { name: "dit-xl", config: DitConfig::sized(28, 16, 72) },
    Preset { name: "dit-xxl", config: DitConfig::sized(32, 32, 72) },
];

impl DitConfig {
    const DEFAULT: Self = Self {
        num_layers: 28,
        num_attention_heads: 16,
        attention_head_dim: 72,
        in_channels: 4,
        out_channels: None,
        sample_size: 32,
        patch_size: 2,
        num_embeds_ada_norm: Some(1000),
        attention_bias: true,
        activation_fn: ActivationFn::GeluApproximate,
        norm_type: NormType::AdaNormZero,
        norm_elementwise_affine: false,
        norm_eps: 1e-5,
        embedders: Embedders::Each,
    };

    /// Latents of 32 × 32 × 4 with a learnt variance, ImageNet's classes, and the paper's parameters.
    const fn sized(layers: usize, heads: usize, head_size: usize) -> Self {
        Self {
            num_layers: layers,
            num_attention_heads: heads,
            attention_head_dim: head_size,
            out_channels: Some(8),
            embedders: Embedders::Shared,
            ..Self::DEFAULT
        }
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let &Self { num_attention_heads, attention_head_dim, .. } = self;
        let positive = [
            ("num_layers", self.num_layers),
            ("num_attention_heads", num_attention_heads),
            ("attention_head_dim", attention_head_dim),
            ("in_channels", self.in_channels),
            ("out_channels", self.written_channels()),
            ("sample_size", self.sample_size),
            ("patch_size", self.patch_size),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        if self.num_embeds_ada_norm.is_none() {
            return Some(
                "`num_embeds_ada_norm` is null where `norm_type` wants a number of classes".to_owned(),
            );
        }
        if !self.width().is_multiple_of(4) {
            return Some(format!(
                "`num_attention_heads` {num_attention_heads} times `attention_head_dim` {attention_head_dim} is not a \
                 multiple of 4, which positions are made of"
            ));
        }
        self.patches().fault(["sample_size", "patch_size"])
    }

    pub(super) const fn width(&self) -> usize {
        self.num_attention_heads * self.attention_head_dim
    }

    pub(super) fn written_channels(&self) -> usize {
        self.out_channels.unwrap_or(self.in_channels)
    }

    /// Classes; the one that means "no class" comes after them.
    pub(super) fn classes(&self) -> usize {
        self.num_embeds_ada_norm.unwrap_or_default()
    }

    /// Values that become of a patch.
    pub(super) fn written(&self) -> usize {
        self.patch_size * self.patch_size * self.written_channels()
    }

    pub(super) const fn patches(&self) -> PatchDims {
        PatchDims {
            image: [self.sample_size; 2],
            patch: [self.patch_size; 2],
            channels: self.in_channels,
            width: self.width(),
        }
    }

    pub(super) fn attention(&self) -> AttentionDims {
        AttentionDims::even(self.width(), self.num_attention_heads)
    }

    pub(super) const fn attention_biases(&self) -> Bias {
        if self.attention_bias { Bias::With } else { Bias::Without }
    }

    pub(super) const fn mlp(&self) -> [usize; 2] {
        [self.width(), 4 * self.width()]
    }
}

impl ActivationFn {
    pub(super) const fn activation(self) -> ActivationName {
        match self {
            Self::Gelu => ActivationName::Gelu,
            Self::GeluApproximate => ActivationName::GeluNew,
            Self::GegluApproximate => ActivationName::QuickGelu,
            Self::LinearSilu => ActivationName::Silu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::diffusion::dit::Dit;
    use crate::preset_table;

    fn params(config: &DitConfig) -> f64 {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        crate::model::num_params::<Dit>(config, &device) as f64 / 1e6
    }

    #[track_caller]
    fn check_fault(change: impl FnOnce(&mut DitConfig), expected: &str) {
        let mut config = PRESETS[0].config;
        change(&mut config);
        assert_eq!(config.fault().as_deref(), Some(expected));
    }

    #[test]
    fn presets() {
        preset_table::check::<Dit>(&[
            ("dit-tiny", 8.36),
            ("dit-small", 32.87),
            ("dit-base", 130.3),
            ("dit-large", 457.8),
            ("dit-xl", 674.8),
            ("dit-xxl", 3078.0),
        ]);
    }

    #[test]
    fn layers_that_embed_for_themselves_hold_more() {
        // As diffusers counts the parameters of DiT-XL/2.
        let found = params(&DitConfig { out_channels: Some(8), ..DitConfig::DEFAULT });
        assert!((found - 749.83).abs() < 0.01, "{found}");
    }

    #[test]
    fn no_classes() {
        check_fault(
            |config| config.num_embeds_ada_norm = None,
            "`num_embeds_ada_norm` is null where `norm_type` wants a number of classes",
        );
    }

    #[test]
    fn no_channels_to_write() {
        check_fault(|config| config.out_channels = Some(0), "`out_channels` is 0");
    }

    #[test]
    fn patches_that_leave_a_rest() {
        check_fault(|config| config.patch_size = 3, "`sample_size` 32 is not a multiple of `patch_size` 3");
    }

    #[test]
    fn a_width_that_positions_do_not_fill() {
        check_fault(
            |config| config.attention_head_dim = 2,
            "`num_attention_heads` 3 times `attention_head_dim` 2 is not a multiple of 4, which positions are made of",
        );
    }

    #[track_caller]
    fn check_refused(json: &str, expected: &str) {
        let error = serde_json::from_str::<DitConfig>(json).expect_err("this is not implemented");
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn another_kind_of_norm() {
        check_refused(
            r#"{"norm_type": "ada_norm_single"}"#,
            "unknown variant `ada_norm_single`, expected `ada_norm_zero`",
        );
    }

    #[test]
    fn a_gated_feed_forward() {
        check_refused(r#"{"activation_fn": "geglu"}"#, "unknown variant `geglu`, expected one of `gelu`");
    }
}
