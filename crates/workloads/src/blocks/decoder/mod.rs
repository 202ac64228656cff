//! The stack of a language model that only looks back: embedding, layers that normalise before each half by the root of
//! the mean square, rotary positions, grouped heads, and the scores of the vocabulary. The part between the
//! attentions is a [`FeedForward`].
//!
//! Touvron et al., "LLaMA", 2023: <https://arxiv.org/abs/2302.13971>.

mod dims;
mod feed_forward;
mod layer;
mod workload;

use burn::module::Module;
use burn::nn::RmsNorm;
use burn::tensor::{Device, Int, Tensor};

use self::dims::CacheDims;
use self::layer::CausalLayer;
use super::attention::Look;
use super::cache::KvCache;
use super::mask;
use super::norm::rms_norm;
use super::rotary::Rotary;
use super::vocabulary::Vocabulary;
use crate::weights::Weights;

pub use dims::{DecoderConfig, DecoderDims, DimsError, HeadFields, all_positive};
pub use feed_forward::{FeedForward, GatedDims};

/// A language model over token ids, or over embeddings that another model made.
#[derive(Module, Debug)]
pub struct Decoder<F: Module> {
    vocabulary: Vocabulary,
    rotary: Rotary,
    layers: Vec<CausalLayer<F>>,
    norm: RmsNorm,
    #[module(skip)]
    cache: CacheDims,
    #[module(skip)]
    window: Option<usize>,
}

/// How the checkpoint calls the parts.
#[derive(Clone, Copy, Debug)]
pub struct DecoderNames {
    /// The prefix of the names of embedding, layers and norm: `model.`.
    pub prefix: &'static str,
    /// Such as `lm_head`.
    pub head: &'static str,
}

impl DecoderNames {
    /// Those of a model of text alone.
    pub const TEXT: Self = Self { prefix: "model.", head: "lm_head" };
}

/// The keys and values of the tokens so far, layer by layer.
#[derive(Clone, Debug)]
pub struct DecoderState {
    caches: Vec<KvCache>,
}

impl<F: FeedForward> Decoder<F> {
    /// Asks `weights` for every parameter, under these names.
    #[must_use]
    pub fn assemble_as(names: DecoderNames, dims: &DecoderDims<F::Dims>, weights: &mut Weights<'_>) -> Self {
        let DecoderNames { prefix, head } = names;
        let table = format!("{prefix}embed_tokens");
        let vocabulary = Vocabulary::new(weights, [&table, head], [dims.vocabulary, dims.width], dims.head);
        let layers = (0..dims.layers)
            .map(|index| CausalLayer::new(weights, &format!("{prefix}layers.{index}"), dims))
            .collect();
        // A model that is only counted is not run.
        let positions = if weights.counted().is_some() { 1 } else { dims.positions };
        Self {
            vocabulary,
            rotary: Rotary::new(&dims.frequencies, positions, weights.device()),
            layers,
            norm: rms_norm(weights, &format!("{prefix}norm"), dims.width, dims.epsilon),
            cache: dims.cache(),
            window: dims.window,
        }
    }

    /// The embeddings of token ids: `[batch, sequence]` to `[batch, sequence, width]`.
    #[must_use]
    pub fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        self.vocabulary.embed(ids)
    }

    /// The scores of the vocabulary after every token: `[batch, sequence]` to `[batch, sequence, vocabulary]`.
    ///
    /// # Panics
    /// When the sequence is longer than the model has positions, or on an id out of range, as the backend sees fit.
    #[must_use]
    pub fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        self.forward_embedded(self.embed(ids))
    }

    /// The same for embeddings, `[batch, sequence, width]`.
    ///
    /// # Panics
    /// When the sequence is longer than the model has positions.
    #[must_use]
    pub fn forward_embedded(&self, mut x: Tensor<3>) -> Tensor<3> {
        let [_, sequence, _] = x.dims();
        let look = self.look([sequence, sequence], &x.device());
        for layer in &self.layers {
            x = layer.forward(x, &self.rotary, None, look.clone());
        }
        self.scores(x)
    }

    /// Reads a prompt of embeddings, `[batch, sequence, width]`, and takes memory for `new_tokens` more; gives the scores
    /// of the first of them, `[batch, vocabulary]`.
    ///
    /// # Panics
    /// When the prompt is longer than the model has positions.
    #[must_use]
    pub fn prefill_embedded(&self, x: Tensor<3>, new_tokens: usize) -> (Tensor<2>, DecoderState) {
        let [batch, sequence, _] = x.dims();
        let shape = self.cache.shape(batch, sequence + new_tokens);
        let cache = || KvCache::new(shape, &x.device());
        let mut state = DecoderState { caches: self.layers.iter().map(|_| cache()).collect() };
        (self.advance(x, &mut state), state)
    }

    /// Reads the embeddings of the next tokens; gives the scores of what follows the last one.
    fn advance(&self, mut x: Tensor<3>, state: &mut DecoderState) -> Tensor<2> {
        let [_, queries, _] = x.dims();
        let keys = queries + state.len();
        let look = self.look([queries, keys], &x.device());
        for (layer, cache) in self.layers.iter().zip(&mut state.caches) {
            x = layer.forward(x, &self.rotary, Some(cache), look.clone());
        }
        self.scores(x.narrow(1, queries - 1, 1)).squeeze_dim(1)
    }

    fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        self.vocabulary.scores(self.norm.forward(x))
    }

    /// The view of the last `queries` of `keys` tokens.
    fn look(&self, [queries, keys]: [usize; 2], device: &Device) -> Look {
        match self.window {
            Some(window) if window < keys => Look::Biased(mask::window_bias([queries, keys], window, device)),
            _ => Look::Back,
        }
    }
}

impl DecoderState {
    /// The number of tokens read so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.caches.first().map_or(0, KvCache::len)
    }

    /// True if no token has been read so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
