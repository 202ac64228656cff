//! The two halves of the model.

use burn::module::Module;
use burn::nn::conv::Conv1d;
use burn::nn::norm::Normalization;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::{Int, Tensor, activation};

use super::config::WhisperConfig;
use crate::blocks::convolution::conv1d;
use crate::blocks::embedding::embedding;
use crate::blocks::norm::layer_norm;
use crate::blocks::{
    AnyMlp, Attention, AttentionDims, AttentionNames, Bias, DecoderLayer, DecoderLook, EncoderLayer, Head,
    Look, Memory, Mlp, Projection, Vocabulary,
};
use crate::weights::Weights;

/// No `config.json` says it.
const EPSILON: f64 = 1e-5;

/// Reads what is heard.
#[derive(Module, Debug)]
pub(super) struct WhisperEncoder {
    frames: Conv1d,
    pairs: Conv1d,
    /// Sines and cosines, which checkpoints store.
    positions: Embedding,
    layers: Vec<EncoderLayer>,
    norm: LayerNorm,
}

/// Writes what was said.
#[derive(Module, Debug)]
pub(super) struct WhisperDecoder {
    vocabulary: Vocabulary,
    positions: Embedding,
    layers: Vec<DecoderLayer>,
    norm: LayerNorm,
}

impl WhisperEncoder {
    pub(super) fn new(config: &WhisperConfig, weights: &mut Weights<'_>) -> Self {
        let layer = |index| {
            let mut parts =
                Parts { config, weights: &mut *weights, layer: format!("encoder.layers.{index}") };
            EncoderLayer {
                attention_norm: parts.norm("self_attn_layer_norm"),
                attention: parts.attention("self_attn", config.encoder_attention()),
                mlp_norm: parts.norm("final_layer_norm"),
                mlp: parts.mlp(config.encoder_mlp()),
            }
        };
        let layers = (0..config.encoder_layers).map(layer).collect();
        let [frames, pairs] = config.convolutions();
        let positions = [config.max_source_positions, config.d_model];
        Self {
            frames: conv1d(weights, "encoder.conv1", frames, Bias::With),
            pairs: conv1d(weights, "encoder.conv2", pairs, Bias::With),
            positions: embedding(weights, "encoder.embed_positions", positions),
            layers,
            norm: layer_norm(weights, "encoder.layer_norm", config.d_model, EPSILON),
        }
    }

    /// `[batch, bands, frames]` to `[batch, frames / 2, width]`.
    pub(super) fn forward(&self, features: Tensor<3>) -> Tensor<3> {
        let x = activation::gelu(self.frames.forward(features));
        let x = activation::gelu(self.pairs.forward(x)).swap_dims(1, 2);
        let mut x = x + self.positions.weight.val().unsqueeze();
        for layer in &self.layers {
            x = layer.forward(x, Look::Everywhere);
        }
        self.norm.forward(x)
    }
}

impl WhisperDecoder {
    pub(super) fn new(config: &WhisperConfig, weights: &mut Weights<'_>) -> Self {
        let layer = |index| {
            let mut parts =
                Parts { config, weights: &mut *weights, layer: format!("decoder.layers.{index}") };
            DecoderLayer {
                attention_norm: parts.norm("self_attn_layer_norm"),
                attention: parts.attention("self_attn", config.decoder_attention()),
                source_norm: parts.norm("encoder_attn_layer_norm"),
                source_attention: parts.attention("encoder_attn", config.decoder_attention()),
                mlp_norm: parts.norm("final_layer_norm"),
                mlp: parts.mlp(config.decoder_mlp()),
            }
        };
        let layers = (0..config.decoder_layers).map(layer).collect();
        let names = ["decoder.embed_tokens", "proj_out"];
        let head = if config.tie_word_embeddings { Head::Tied } else { Head::Own };
        let [words, positions] =
            [config.vocab_size, config.max_target_positions].map(|entries| [entries, config.d_model]);
        Self {
            vocabulary: Vocabulary::new(weights, names, words, head),
            positions: embedding(weights, "decoder.embed_positions", positions),
            layers,
            norm: layer_norm(weights, "decoder.layer_norm", config.d_model, EPSILON),
        }
    }

    /// Tokens, `[batch, tokens]`, that look at the encoder's output, to `[batch, tokens, width]`.
    pub(super) fn forward(&self, ids: Tensor<2, Int>, source: Tensor<3>) -> Tensor<3> {
        let mut x = self.embed(ids, 0);
        for layer in &self.layers {
            x = layer.forward(x, source.clone(), DecoderLook::plain());
        }
        self.norm.forward(x)
    }

    /// The same for the tokens that come after those in `memories`.
    pub(super) fn forward_cached(&self, ids: Tensor<2, Int>, memories: &mut [Memory]) -> Tensor<3> {
        let mut x = self.embed(ids, memories.first().map_or(0, Memory::len));
        for (layer, memory) in self.layers.iter().zip(memories) {
            x = layer.forward_cached(x, memory, DecoderLook::plain());
        }
        self.norm.forward(x)
    }

    /// The keys and values of the encoder's output, with room for `capacity` tokens.
    pub(super) fn memories(&self, source: &Tensor<3>, capacity: usize) -> Vec<Memory> {
        self.layers.iter().map(|layer| layer.memory(source.clone(), capacity)).collect()
    }

    /// `[batch, tokens, width]` to the scores of the vocabulary, `[batch, tokens, vocabulary]`.
    pub(super) fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        self.vocabulary.scores(x)
    }

    /// Those after the last token, `[batch, vocabulary]`.
    pub(super) fn last_scores(&self, x: Tensor<3>) -> Tensor<2> {
        self.vocabulary.last_scores(x)
    }

    fn embed(&self, ids: Tensor<2, Int>, start: usize) -> Tensor<3> {
        let [_, tokens] = ids.dims();
        let positions = self.positions.weight.val().narrow(0, start, tokens);
        self.vocabulary.embed(ids) + positions.unsqueeze()
    }
}

/// Takes the parts of one layer.
struct Parts<'a, 'w> {
    config: &'a WhisperConfig,
    weights: &'a mut Weights<'w>,
    layer: String,
}

impl Parts<'_, '_> {
    fn norm(&mut self, part: &str) -> Normalization {
        layer_norm(self.weights, &format!("{}.{part}", self.layer), self.config.d_model, EPSILON).into()
    }

    fn attention(&mut self, part: &str, dims: AttentionDims) -> Attention {
        let name = |matrix| format!("{}.{part}.{matrix}", self.layer);
        let names = AttentionNames {
            query: Projection::biased(name("q_proj")),
            key: Projection::plain(name("k_proj")),
            value: Projection::biased(name("v_proj")),
            output: Projection::biased(name("out_proj")),
        };
        Attention::new(self.weights, names, dims)
    }

    fn mlp(&mut self, dims: [usize; 2]) -> AnyMlp {
        let names = ["fc1", "fc2"].map(|matrix| Projection::biased(format!("{}.{matrix}", self.layer)));
        Mlp::new(self.weights, names, dims, self.config.activation_function).into()
    }
}
