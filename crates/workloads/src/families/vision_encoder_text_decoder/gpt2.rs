//! The text decoder.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::{Int, Tensor};

use super::gpt2_config::Gpt2Config;
use crate::blocks::embedding::embedding;
use crate::blocks::norm::layer_norm;
use crate::blocks::{
    Attention, AttentionNames, DecoderLayer, DecoderLook, Head, Memory, Mlp, Projection, Vocabulary,
};
use crate::weights::Weights;

/// A GPT-2 that looks at what an encoder made.
#[derive(Module, Debug)]
pub struct Gpt2 {
    words: Vocabulary,
    positions: Embedding,
    layers: Vec<DecoderLayer>,
    norm: LayerNorm,
}

impl Gpt2 {
    /// Takes the parameters, whose names begin with `prefix` and a dot. `config` has no fault.
    pub(super) fn new(config: &Gpt2Config, weights: &mut Weights<'_>, prefix: &str) -> Self {
        let name = |part: &str| format!("{prefix}.transformer.{part}");
        let (width, head) = (config.n_embd, format!("{prefix}.lm_head"));
        let layer = |index| {
            let name = name(&format!("h.{index}"));
            leave_out_masks(weights, &name);
            decoder_layer(config, weights, index, &name)
        };
        let layers = (0..config.n_layer).map(layer).collect();
        let kind = if config.tie_word_embeddings { Head::Tied } else { Head::Own };
        Self {
            words: Vocabulary::new(weights, [&name("wte"), &head], [config.vocab_size, width], kind),
            positions: embedding(weights, &name("wpe"), [config.n_positions, width]),
            layers,
            norm: layer_norm(weights, &name("ln_f"), width, config.layer_norm_epsilon),
        }
    }

    /// The keys and values of `source`, `[batch, tokens, width]`, for each layer, with room for `capacity` tokens.
    #[must_use]
    pub fn memories(&self, source: &Tensor<3>, capacity: usize) -> Vec<Memory> {
        self.layers.iter().map(|layer| layer.memory(source.clone(), capacity)).collect()
    }

    /// `[batch, sequence]` tokens from the first on to hidden states, `[batch, sequence, width]`.
    #[must_use]
    pub fn forward(&self, tokens: Tensor<2, Int>, source: &Tensor<3>) -> Tensor<3> {
        let mut x = self.embed(tokens, 0);
        for layer in &self.layers {
            x = layer.forward(x, source.clone(), DecoderLook::plain());
        }
        self.norm.forward(x)
    }

    /// The same for the tokens that come after those in `memories`, one for each layer.
    pub fn forward_cached(&self, tokens: Tensor<2, Int>, memories: &mut [Memory]) -> Tensor<3> {
        let start = memories.first().map_or(0, Memory::len);
        let mut x = self.embed(tokens, start);
        for (layer, memory) in self.layers.iter().zip(memories) {
            x = layer.forward_cached(x, memory, DecoderLook::plain());
        }
        self.norm.forward(x)
    }

    /// Hidden states, `[batch, sequence, width]`, to the vocabulary's scores, `[batch, sequence, vocabulary]`.
    #[must_use]
    pub fn scores(&self, states: Tensor<3>) -> Tensor<3> {
        self.words.scores(states)
    }

    /// Those after the last token, `[batch, vocabulary]`.
    #[must_use]
    pub fn last_scores(&self, states: Tensor<3>) -> Tensor<2> {
        self.words.last_scores(states)
    }

    fn embed(&self, tokens: Tensor<2, Int>, start: usize) -> Tensor<3> {
        let [_, sequence] = tokens.dims();
        let positions = self.positions.weight.val().narrow(0, start, sequence).unsqueeze::<3>();
        self.words.embed(tokens) + positions
    }
}

/// Older checkpoints store the masks of both attentions.
fn leave_out_masks(weights: &mut Weights<'_>, layer: &str) {
    for attention in ["attn", "crossattention"] {
        for mask in ["bias", "masked_bias"] {
            weights.leave_out(&format!("{layer}.{attention}.{mask}"));
        }
    }
}

/// Takes the parameters of layer `index`, whose names begin with `layer` and a dot.
fn decoder_layer(config: &Gpt2Config, weights: &mut Weights<'_>, index: usize, layer: &str) -> DecoderLayer {
    let name = |part: &str| format!("{layer}.{part}");
    let whole = |part: &str| Projection::part(name(part), 0, 1);
    let [query, key, value] = [0, 1, 2].map(|index| Projection::part(name("attn.c_attn"), index, 3));
    let own = AttentionNames { query, key, value, output: whole("attn.c_proj") };
    let [key, value] = [0, 1].map(|index| Projection::part(name("crossattention.c_attn"), index, 2));
    let [query, output] = ["q_attn", "c_proj"].map(|part| whole(&format!("crossattention.{part}")));
    let source = AttentionNames { query, key, value, output };
    let (width, dims) = (config.n_embd, config.layer(index));
    let mut norm = |part: &str| layer_norm(weights, &name(part), width, config.layer_norm_epsilon).into();
    let [attention_norm, source_norm, mlp_norm] = ["ln_1", "ln_cross_attn", "ln_2"].map(&mut norm);
    let mlp = ["mlp.c_fc", "mlp.c_proj"].map(whole);
    DecoderLayer {
        attention_norm,
        attention: Attention::new(weights, own, dims.own),
        source_norm,
        source_attention: Attention::new(weights, source, dims.source),
        mlp_norm,
        mlp: Mlp::new(weights, mlp, [width, config.inner()], config.activation_function).into(),
    }
}
