//! The dimensions of a GPT-2 with cross-attention, and what follows from them alone.

use serde::Deserialize;

use crate::blocks::{ActivationName, AnyMlpDims, AttentionDims, DecoderLayerDims, linear};
use crate::cost::Cost;

/// The dimensions of a GPT-2, by the names of its `config.json`. What is not said is as in the smallest GPT-2: inside the
/// file of a larger model, Hugging Face leaves out what has its usual value.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Gpt2Config {
    pub vocab_size: usize,
    #[serde(alias = "max_position_embeddings")]
    pub n_positions: usize,
    #[serde(alias = "hidden_size")]
    pub n_embd: usize,
    #[serde(alias = "num_hidden_layers")]
    pub n_layer: usize,
    #[serde(alias = "num_attention_heads")]
    pub n_head: usize,
    /// Values inside the MLP: four times the width where nothing is said.
    pub n_inner: Option<usize>,
    pub activation_function: ActivationName,
    pub layer_norm_epsilon: f64,
    pub initializer_range: f32,
    /// True if scores are divided by the root of a head's size.
    pub scale_attn_weights: bool,
    /// True if scores are divided by the layer's number, the first being 1.
    pub scale_attn_by_inverse_layer_idx: bool,
    pub add_cross_attention: bool,
    /// The width that keys and values of the cross-attention are made of, where it is not the decoder's. Hugging Face's
    /// GPT-2 has no layers for another width: there a linear layer projects from encoder to decoder.
    pub cross_attention_hidden_size: Option<usize>,
    pub tie_word_embeddings: bool,
}

impl Default for Gpt2Config {
    /// Without cross-attention, which has to be asked for.
    fn default() -> Self {
        Self { add_cross_attention: false, ..Self::sized(12, 768) }
    }
}

impl Gpt2Config {
    /// GPT-2's vocabulary and positions, cross-attention, and heads of 64.
    #[must_use]
    pub const fn sized(layers: usize, width: usize) -> Self {
        Self {
            vocab_size: 50257,
            n_positions: 1024,
            n_embd: width,
            n_layer: layers,
            n_head: width / 64,
            n_inner: None,
            activation_function: ActivationName::GeluNew,
            layer_norm_epsilon: 1e-5,
            initializer_range: 0.02,
            scale_attn_weights: true,
            scale_attn_by_inverse_layer_idx: false,
            add_cross_attention: true,
            cross_attention_hidden_size: None,
            tie_word_embeddings: true,
        }
    }

    /// What `queries` new tokens of `batch` sequences cost that look at `keys` tokens of their own and `source` of the
    /// encoder's, whose keys and values are there, with the vocabulary's scores of `scored` of them.
    pub(super) fn cost(&self, batch: u64, [queries, keys, source]: [u64; 3], scored: u64) -> Cost {
        let layers = self.layer(0).cached_cost(batch, [queries, keys], source).times(self.n_layer);
        let head = [self.n_embd, self.vocab_size];
        layers.then(Cost {
            live: batch * (queries * self.n_embd as u64 + scored * self.vocab_size as u64),
            ..linear::cost(head, batch * scored)
        })
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let &Self { n_embd, n_head, .. } = self;
        let positive = [
            ("vocab_size", self.vocab_size),
            ("n_positions", self.n_positions),
            ("n_embd", n_embd),
            ("n_layer", self.n_layer),
            ("n_head", n_head),
            ("n_inner", self.inner()),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` of the decoder is 0"));
        }
        if !n_embd.is_multiple_of(n_head) {
            return Some(format!("`n_embd` {n_embd} is not a multiple of `n_head` {n_head}"));
        }
        (!self.add_cross_attention)
            .then(|| "`add_cross_attention` of the decoder is false: it could not see the image".to_owned())
    }

    pub(super) fn inner(&self) -> usize {
        self.n_inner.unwrap_or(4 * self.n_embd)
    }

    pub(super) fn layer(&self, index: usize) -> DecoderLayerDims {
        let even = AttentionDims::even(self.n_embd, self.n_head);
        let head = if self.scale_attn_weights { even.scale } else { 1.0 };
        let by_layer = if self.scale_attn_by_inverse_layer_idx { index + 1 } else { 1 };
        let attention = AttentionDims { scale: head / by_layer as f64, ..even };
        let source_width = self.cross_attention_hidden_size.unwrap_or(self.n_embd);
        DecoderLayerDims {
            own: attention,
            source: AttentionDims { source_width, ..attention },
            mlp: AnyMlpDims::Plain([self.n_embd, self.inner()]),
        }
    }
}
