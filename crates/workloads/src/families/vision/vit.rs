//! The vision transformer.

use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::vit_config::VitConfig;
use crate::blocks::linear::linear;
use crate::blocks::norm::layer_norm;
use crate::blocks::patches::with_class;
use crate::blocks::{Attention, AttentionNames, Bias, EncoderLayer, Look, Mlp, PatchEmbedding, Projection};
use crate::weights::Weights;

/// A ViT with its classifier.
#[derive(Module, Debug)]
pub struct Vit {
    encoder: VitEncoder,
    classifier: Linear,
}

/// A ViT without a head.
#[derive(Module, Debug)]
pub struct VitEncoder {
    patches: PatchEmbedding,
    class: Param<Tensor<3>>,
    positions: Param<Tensor<3>>,
    layers: Vec<EncoderLayer>,
    norm: LayerNorm,
}

/// Old and new parts of the names of a ViT's tensors.
pub(crate) const RENAMED: &[(&str, &str)] = &[
    ("encoder.layer.", "layers."),
    ("attention.attention.query", "attention.q_proj"),
    ("attention.attention.key", "attention.k_proj"),
    ("attention.attention.value", "attention.v_proj"),
    ("attention.output.dense", "attention.o_proj"),
    ("intermediate.dense", "mlp.fc1"),
    ("output.dense", "mlp.fc2"),
];

impl Vit {
    pub(super) fn new(config: &VitConfig, weights: &mut Weights<'_>) -> Self {
        let encoder = VitEncoder::new(config, weights, "vit");
        let shape = [config.hidden_size, config.classes.count()];
        Self { encoder, classifier: linear(weights, Projection::biased("classifier"), shape) }
    }

    /// `[batch, channels, height, width]` to the classes' scores, `[batch, classes]`.
    #[must_use]
    pub fn forward(&self, pixel_values: Tensor<4>) -> Tensor<2> {
        let first = self.encoder.forward(pixel_values).narrow(1, 0, 1).squeeze_dim::<2>(1);
        self.classifier.forward(first)
    }
}

impl VitEncoder {
    /// Takes the parameters, whose names begin with `prefix` and a dot. `config` has no [`VitConfig::encoder_fault`].
    pub fn new(config: &VitConfig, weights: &mut Weights<'_>, prefix: &str) -> Self {
        let name = |part: &str| format!("{prefix}.{part}");
        let width = config.hidden_size;
        let layer = |index| encoder_layer(config, weights, &name(&format!("layers.{index}")));
        let layers = (0..config.num_hidden_layers).map(layer).collect();
        let class = weights.spread(&name("embeddings.cls_token"), [1, 1, width]);
        let positions = weights.spread(&name("embeddings.position_embeddings"), [1, config.tokens(), width]);
        let projection = name("embeddings.patch_embeddings.projection");
        Self {
            patches: PatchEmbedding::new(weights, &projection, config.patches(), Bias::With),
            class: Param::from_tensor(class),
            positions: Param::from_tensor(positions),
            layers,
            norm: layer_norm(weights, &name("layernorm"), width, config.layer_norm_eps),
        }
    }

    /// `[batch, channels, height, width]` to `[batch, 1 + patches, width]`: the whole image, then its patches.
    #[must_use]
    pub fn forward(&self, pixel_values: Tensor<4>) -> Tensor<3> {
        let patches = self.patches.forward(pixel_values);
        let mut x = with_class(self.class.val(), patches, self.positions.val());
        for layer in &self.layers {
            x = layer.forward(x, Look::Everywhere);
        }
        self.norm.forward(x)
    }
}

/// Takes the parameters of one layer, whose names begin with `layer` and a dot.
fn encoder_layer(config: &VitConfig, weights: &mut Weights<'_>, layer: &str) -> EncoderLayer {
    let name = |part: &str| format!("{layer}.{part}");
    let reading = |part: &str| match config.qkv_bias {
        true => Projection::biased(name(part)),
        false => Projection::plain(name(part)),
    };
    let attention = AttentionNames {
        query: reading("attention.q_proj"),
        key: reading("attention.k_proj"),
        value: reading("attention.v_proj"),
        output: Projection::biased(name("attention.o_proj")),
    };
    let mlp = ["mlp.fc1", "mlp.fc2"].map(|part| Projection::biased(name(part)));
    let (width, epsilon) = (config.hidden_size, config.layer_norm_eps);
    EncoderLayer {
        attention_norm: layer_norm(weights, &name("layernorm_before"), width, epsilon).into(),
        attention: Attention::new(weights, attention, config.attention()),
        mlp_norm: layer_norm(weights, &name("layernorm_after"), width, epsilon).into(),
        mlp: Mlp::new(weights, mlp, [width, config.intermediate_size], config.hidden_act).into(),
    }
}
