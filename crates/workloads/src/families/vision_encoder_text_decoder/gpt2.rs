//! The text decoder.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::{Int, Tensor};

use super::Gpt2Config;
use crate::blocks::embedding::embedding;
use crate::blocks::norm::layer_norm;
use crate::blocks::vocabulary::Head;
use crate::blocks::{
    AttentionNames, KeysValues, KvCache, PlainDecoder, PlainDecoderNames, PlainEncoderNames, Projection,
    Vocabulary,
};
use crate::weights::Weights;

/// A GPT-2 that looks at what an encoder made.
#[derive(Module, Debug)]
pub struct Gpt2 {
    words: Vocabulary,
    positions: Embedding,
    layers: Vec<PlainDecoder>,
    norm: LayerNorm,
}

impl Gpt2 {
    /// Takes the parameters, whose names begin with `prefix` and a dot. `config` has no fault.
    pub(super) fn new(config: &Gpt2Config, weights: &mut Weights<'_>, prefix: &str) -> Self {
        let name = |part: &str| format!("{prefix}.transformer.{part}");
        let (width, head) = (config.n_embd, format!("{prefix}.lm_head"));
        let layer = |weights: &mut Weights<'_>, index: usize| {
            let name = name(&format!("h.{index}"));
            leave_out_masks(weights, &name);
            PlainDecoder::new(weights, layer_names(&name), config.layer(index))
        };
        let kind = if config.tie_word_embeddings { Head::Tied } else { Head::Own };
        Self {
            words: Vocabulary::new(weights, [&name("wte"), &head], [config.vocab_size, width], kind),
            positions: embedding(weights, &name("wpe"), [config.n_positions, width]),
            layers: (0..config.n_layer).map(|index| layer(weights, index)).collect(),
            norm: layer_norm(weights, &name("ln_f"), width, config.layer_norm_epsilon),
        }
    }

    /// What each layer looks at of `source`, `[batch, tokens, width]`.
    #[must_use]
    pub fn sources(&self, source: &Tensor<3>) -> Vec<KeysValues> {
        self.layers.iter().map(|layer| layer.keys_values(source.clone())).collect()
    }

    /// `[batch, sequence]` tokens from the first on to hidden states, `[batch, sequence, width]`.
    #[must_use]
    pub fn forward(&self, tokens: Tensor<2, Int>, source: &Tensor<3>) -> Tensor<3> {
        let mut x = self.embed(tokens, 0);
        for layer in &self.layers {
            x = layer.forward(x, layer.keys_values(source.clone()));
        }
        self.norm.forward(x)
    }

    /// The same for the tokens that come after those in `caches`; `sources` and `caches` are one for each layer.
    pub fn forward_cached(
        &self,
        tokens: Tensor<2, Int>,
        sources: &[KeysValues],
        caches: &mut [KvCache],
    ) -> Tensor<3> {
        let start = caches.first().map_or(0, KvCache::len);
        let mut x = self.embed(tokens, start);
        for ((layer, source), cache) in self.layers.iter().zip(sources).zip(caches) {
            x = layer.forward_cached(x, source.clone(), cache);
        }
        self.norm.forward(x)
    }

    /// Hidden states, `[batch, sequence, width]`, to the vocabulary's scores, `[batch, sequence, vocabulary]`.
    #[must_use]
    pub fn scores(&self, states: Tensor<3>) -> Tensor<3> {
        self.words.scores(states)
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

fn layer_names(layer: &str) -> PlainDecoderNames {
    let name = |part: &str| format!("{layer}.{part}");
    let whole = |part: &str| Projection::part(name(part), 0, 1);
    let own = |index| Projection::part(name("attn.c_attn"), index, 3);
    let cross = |index| Projection::part(name("crossattention.c_attn"), index, 2);
    PlainDecoderNames {
        own: PlainEncoderNames {
            attention_norm: name("ln_1"),
            attention: AttentionNames {
                query: own(0),
                key: own(1),
                value: own(2),
                output: whole("attn.c_proj"),
            },
            mlp_norm: name("ln_2"),
            mlp: ["mlp.c_fc", "mlp.c_proj"].map(whole),
        },
        cross_norm: name("ln_cross_attn"),
        cross: AttentionNames {
            query: whole("crossattention.q_attn"),
            key: cross(0),
            value: cross(1),
            output: whole("crossattention.c_proj"),
        },
    }
}
