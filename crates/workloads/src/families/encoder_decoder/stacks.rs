//! The two halves of the model: layers that share one position bias, and a norm.

use burn::module::Module;
use burn::nn::RmsNorm;
use burn::nn::norm::Normalization;
use burn::tensor::{Int, Tensor};

use super::config::T5Config;
use crate::blocks::norm::rms_norm;
use crate::blocks::{
    AnyMlp, AnyMlpDims, Attention, AttentionNames, DecoderLayer, DecoderLook, Direction, EncoderLayer,
    GatedMlp, Look, Memory, Mlp, Projection, RelativeBias, mask,
};
use crate::weights::Weights;

/// Reads the source text, each token looking at all.
#[derive(Module, Debug)]
pub(super) struct T5Encoder {
    bias: RelativeBias,
    layers: Vec<EncoderLayer>,
    norm: RmsNorm,
}

/// Reads the text so far, each token looking back and at the source.
#[derive(Module, Debug)]
pub(super) struct T5Decoder {
    bias: RelativeBias,
    layers: Vec<DecoderLayer>,
    norm: RmsNorm,
}

impl T5Encoder {
    pub(super) fn new(config: &T5Config, weights: &mut Weights<'_>) -> Self {
        let layer = |index| {
            let mut parts = Parts { config, weights: &mut *weights, block: format!("encoder.block.{index}") };
            EncoderLayer {
                attention_norm: parts.norm(0),
                attention: parts.attention("layer.0.SelfAttention"),
                mlp_norm: parts.norm(1),
                mlp: parts.feed_forward(1),
            }
        };
        let layers = (0..config.num_layers).map(layer).collect();
        let norm = rms_norm(weights, "encoder.final_layer_norm", config.d_model, config.layer_norm_epsilon);
        Self { bias: position_bias(config, weights, "encoder", Direction::Both), layers, norm }
    }

    /// Embedded tokens, `[batch, tokens, width]`, to the same; `padding` is added to the scores.
    pub(super) fn forward(&self, mut x: Tensor<3>, padding: Option<Tensor<4>>) -> Tensor<3> {
        let [_, tokens, _] = x.dims();
        let bias = self.bias.square(tokens);
        let look = Look::Biased(match padding {
            Some(padding) => bias + padding,
            None => bias,
        });
        for layer in &self.layers {
            x = layer.forward(x, look.clone());
        }
        self.norm.forward(x)
    }
}

impl T5Decoder {
    pub(super) fn new(config: &T5Config, weights: &mut Weights<'_>) -> Self {
        let layer = |index| {
            let mut parts = Parts { config, weights: &mut *weights, block: format!("decoder.block.{index}") };
            DecoderLayer {
                attention_norm: parts.norm(0),
                attention: parts.attention("layer.0.SelfAttention"),
                source_norm: parts.norm(1),
                source_attention: parts.attention("layer.1.EncDecAttention"),
                mlp_norm: parts.norm(2),
                mlp: parts.feed_forward(2),
            }
        };
        let layers = (0..config.decoder_layers()).map(layer).collect();
        let norm = rms_norm(weights, "decoder.final_layer_norm", config.d_model, config.layer_norm_epsilon);
        Self { bias: position_bias(config, weights, "decoder", Direction::Back), layers, norm }
    }

    /// Embedded tokens, `[batch, tokens, width]`, that look at the encoder's output as `look` says, to the same.
    pub(super) fn forward(&self, mut x: Tensor<3>, source: Tensor<3>, look: Look) -> Tensor<3> {
        let look = DecoderLook { own: self.back(&x), source: look };
        for layer in &self.layers {
            x = layer.forward(x, source.clone(), look.clone());
        }
        self.norm.forward(x)
    }

    /// The same for a prompt: what is remembered goes to `memories`.
    pub(super) fn prefill(&self, x: Tensor<3>, memories: &mut [Memory], look: Look) -> Tensor<3> {
        let look = DecoderLook { own: self.back(&x), source: look };
        self.cached(x, memories, &look)
    }

    /// The same for one token of each sequence, `[batch, 1, width]`, whose bias is `row`.
    pub(super) fn step(
        &self,
        x: Tensor<3>,
        memories: &mut [Memory],
        row: Tensor<4>,
        look: Look,
    ) -> Tensor<3> {
        self.cached(x, memories, &DecoderLook { own: Look::Biased(row), source: look })
    }

    /// The keys and values of the encoder's output, with room for `capacity` tokens.
    pub(super) fn memories(&self, source: &Tensor<3>, capacity: usize) -> Vec<Memory> {
        self.layers.iter().map(|layer| layer.memory(source.clone(), capacity)).collect()
    }

    /// The bias of the last of `tokens` tokens, `[1, heads, 1, tokens]`.
    pub(super) fn last_row(&self, tokens: usize) -> Tensor<4> {
        self.bias.last_row(tokens)
    }

    fn cached(&self, mut x: Tensor<3>, memories: &mut [Memory], look: &DecoderLook) -> Tensor<3> {
        for (layer, memory) in self.layers.iter().zip(memories) {
            x = layer.forward_cached(x, memory, look.clone());
        }
        self.norm.forward(x)
    }

    /// Back, and by distance.
    fn back(&self, x: &Tensor<3>) -> Look {
        let [_, tokens, _] = x.dims();
        Look::Biased(self.bias.square(tokens) + mask::causal_bias([tokens, tokens], &x.device()))
    }
}

/// How the decoder looks at the source: not at its padding.
pub(super) fn source_look(attention_mask: Option<Tensor<2, Int>>) -> Look {
    attention_mask.map_or(Look::Everywhere, |mask| Look::Biased(mask::attention_bias(mask)))
}

/// The bias that the first layer of a stack holds for all of them.
fn position_bias(
    config: &T5Config,
    weights: &mut Weights<'_>,
    stack: &str,
    direction: Direction,
) -> RelativeBias {
    let name = format!("{stack}.block.0.layer.0.SelfAttention.relative_attention_bias");
    RelativeBias::new(weights, &name, config.buckets(direction), config.num_heads)
}

/// Takes the parts of one layer.
struct Parts<'a, 'w> {
    config: &'a T5Config,
    weights: &'a mut Weights<'w>,
    block: String,
}

impl Parts<'_, '_> {
    fn norm(&mut self, part: usize) -> Normalization {
        let name = format!("{}.layer.{part}.layer_norm", self.block);
        rms_norm(self.weights, &name, self.config.d_model, self.config.layer_norm_epsilon).into()
    }

    fn attention(&mut self, part: &str) -> Attention {
        let name = |matrix| Projection::plain(format!("{}.{part}.{matrix}", self.block));
        let names = AttentionNames { query: name("q"), key: name("k"), value: name("v"), output: name("o") };
        Attention::new(self.weights, names, self.config.attention())
    }

    fn feed_forward(&mut self, part: usize) -> AnyMlp {
        let name = |matrix| Projection::plain(format!("{}.layer.{part}.DenseReluDense.{matrix}", self.block));
        let activation = self.config.activation();
        match self.config.feed_forward() {
            AnyMlpDims::Plain(dims) => {
                AnyMlp::Plain(Mlp::new(self.weights, ["wi", "wo"].map(name), dims, activation))
            }
            AnyMlpDims::Gated(dims) => {
                let names = ["wi_0", "wi_1", "wo"].map(name);
                AnyMlp::Gated(GatedMlp::new(self.weights, names, dims, activation))
            }
        }
    }
}
