//! CLIP's vision tower.

use burn::module::{Module, Param};
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::Tensor;

use super::clip_config::ClipConfig;
use crate::blocks::embedding::embedding;
use crate::blocks::norm::layer_norm;
use crate::blocks::patches::with_class;
use crate::blocks::{Attention, AttentionNames, Bias, EncoderLayer, Look, Mlp, PatchEmbedding, Projection};
use crate::weights::Weights;

/// The tower: its states after any layer, without the projection into the space that CLIP shares with texts.
#[derive(Module, Debug)]
pub struct ClipTower {
    patches: PatchEmbedding,
    class: Param<Tensor<1>>,
    positions: Embedding,
    first_norm: LayerNorm,
    layers: Vec<EncoderLayer>,
    /// Belongs to the tower, but nothing that a language model sees goes through it.
    last_norm: LayerNorm,
}

impl ClipTower {
    /// Takes the parameters, whose names begin with `prefix` and a dot.
    pub(super) fn new(config: &ClipConfig, weights: &mut Weights<'_>, prefix: &str) -> Self {
        let name = |part: &str| format!("{prefix}.{part}");
        let (width, epsilon) = (config.hidden_size, config.layer_norm_eps);
        let tokens = config.patches().patches() + 1;
        let layer = |index| encoder_layer(config, weights, &name(&format!("encoder.layers.{index}")));
        let layers = (0..config.num_hidden_layers).map(layer).collect();
        // Drawn in the same way as the matrices.
        let class = weights.spread(&name("embeddings.class_embedding"), [width]);
        let projection = name("embeddings.patch_embedding");
        Self {
            patches: PatchEmbedding::new(weights, &projection, config.patches(), Bias::Without),
            class: Param::from_tensor(class),
            positions: embedding(weights, &name("embeddings.position_embedding"), [tokens, width]),
            // The name is misspelt in every checkpoint.
            first_norm: layer_norm(weights, &name("pre_layrnorm"), width, epsilon),
            layers,
            last_norm: layer_norm(weights, &name("post_layernorm"), width, epsilon),
        }
    }

    /// `[batch, channels, height, width]` to the states after the numbers of layers in `after`, `[batch, 1 + patches, width]`: the whole
    /// image, then its patches. Layers after the last one asked for are not run.
    #[must_use]
    pub fn forward(&self, pixel_values: Tensor<4>, after: &[usize]) -> Vec<Tensor<3>> {
        let [class, positions] =
            [self.class.val().unsqueeze::<3>(), self.positions.weight.val().unsqueeze::<3>()];
        let mut x = self.first_norm.forward(with_class(class, self.patches.forward(pixel_values), positions));
        let mut kept = vec![None; after.len()];
        let mut keep = |layers: usize, x: &Tensor<3>| {
            for (state, _) in kept.iter_mut().zip(after).filter(|(_, wanted)| **wanted == layers) {
                *state = Some(x.clone());
            }
        };
        keep(0, &x);
        let last = after.iter().max().copied().unwrap_or(0);
        for (index, layer) in self.layers.iter().take(last).enumerate() {
            x = layer.forward(x, Look::Everywhere);
            keep(index + 1, &x);
        }
        kept.into_iter().flatten().collect()
    }
}

/// Takes the parameters of one layer, whose names begin with `layer` and a dot.
fn encoder_layer(config: &ClipConfig, weights: &mut Weights<'_>, layer: &str) -> EncoderLayer {
    let name = |part: &str| format!("{layer}.{part}");
    let biased = |part: &str| Projection::biased(name(part));
    let [query, key, value, output] =
        ["q", "k", "v", "out"].map(|part| biased(&format!("self_attn.{part}_proj")));
    let attention = AttentionNames { query, key, value, output };
    let (width, epsilon) = (config.hidden_size, config.layer_norm_eps);
    let inner = config.intermediate_size;
    EncoderLayer {
        attention_norm: layer_norm(weights, &name("layer_norm1"), width, epsilon).into(),
        attention: Attention::new(weights, attention, config.attention()),
        mlp_norm: layer_norm(weights, &name("layer_norm2"), width, epsilon).into(),
        mlp: Mlp::new(weights, ["mlp.fc1", "mlp.fc2"].map(biased), [width, inner], config.hidden_act).into(),
    }
}
