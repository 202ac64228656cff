//! The dimensions of a decoder, what is wrong with them, and what follows from them alone.

use thiserror::Error;

use crate::blocks::attention::{self, AttentionDims};
use crate::blocks::linear::{self, Bias};
use crate::blocks::vocabulary::Head;
use crate::cost::{Cost, Size};

use super::feed_forward::FeedForward;

/// The dimensions of a [`Decoder`](super::Decoder); `D` are those of its feed-forward halves.
#[derive(Clone, Debug)]
pub struct DecoderDims<D> {
    pub vocabulary: usize,
    pub width: usize,
    pub layers: usize,
    pub attention: AttentionDims,
    /// Biases of the four linear layers of every attention.
    pub attention_bias: Bias,
    pub feed_forward: D,
    /// The longest text, prompt and answer together.
    pub positions: usize,
    /// Frequencies of the rotary positions: half as many as a head has values.
    pub frequencies: Vec<f64>,
    /// Attention window in tokens, itself included; `None` is full causal attention.
    pub window: Option<usize>,
    /// The epsilon of the norms.
    pub epsilon: f64,
    pub head: Head,
}

/// A configuration that describes a decoder.
pub trait DecoderConfig {
    type FeedForward: FeedForward;

    /// The dimensions.
    ///
    /// # Errors
    /// Says what is wrong with a configuration that makes no model.
    fn dims(&self) -> Result<DecoderDims<<Self::FeedForward as FeedForward>::Dims>, DimsError>;
}

/// The fields of a `config.json` that make up the heads.
#[derive(Clone, Copy, Debug)]
pub struct HeadFields {
    pub hidden_size: usize,
    pub num_attention_heads: usize,
    /// As many as there are heads, where it is absent.
    pub num_key_value_heads: Option<usize>,
    /// The width of a head; where it is absent, the heads together are as wide as the model.
    pub head_dim: Option<usize>,
}

impl HeadFields {
    /// # Errors
    /// Says which fields make no attention with rotary positions.
    pub fn attention(&self) -> Result<AttentionDims, DimsError> {
        let &Self { hidden_size, num_attention_heads: heads, num_key_value_heads, head_dim } = self;
        let key_heads = num_key_value_heads.unwrap_or(heads);
        all_positive(&[
            ("hidden_size", hidden_size),
            ("num_attention_heads", heads),
            ("num_key_value_heads", key_heads),
            ("head_dim", head_dim.unwrap_or(1)),
        ])?;
        if !heads.is_multiple_of(key_heads) {
            return Err(DimsError::multiple(
                ("num_attention_heads", heads),
                ("num_key_value_heads", key_heads),
            ));
        }
        if head_dim.is_none() && !hidden_size.is_multiple_of(heads) {
            return Err(DimsError::multiple(("hidden_size", hidden_size), ("num_attention_heads", heads)));
        }
        let size = head_dim.unwrap_or(hidden_size / heads);
        if !size.is_multiple_of(2) {
            return Err(DimsError::OddHead(size));
        }
        Ok(AttentionDims::grouped(hidden_size, heads, key_heads, size))
    }
}

/// # Errors
/// Names the first field that is 0.
pub fn all_positive(fields: &[(&'static str, usize)]) -> Result<(), DimsError> {
    match fields.iter().find(|(_, value)| *value == 0) {
        Some((name, _)) => Err(DimsError::Zero(name)),
        None => Ok(()),
    }
}

/// Why fields of a `config.json` make no decoder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DimsError {
    #[error("`{0}` is 0")]
    Zero(&'static str),
    #[error("`{name}` {value} is not a multiple of `{of}` {divisor}")]
    NotAMultiple { name: &'static str, value: usize, of: &'static str, divisor: usize },
    #[error("heads have {0} values (`head_dim`), which rotary positions can't pair")]
    OddHead(usize),
    #[error("`num_experts_per_tok` {chosen} is above `num_local_experts` {experts}")]
    TooManyChosen { chosen: usize, experts: usize },
}

impl DimsError {
    fn multiple((name, value): (&'static str, usize), (of, divisor): (&'static str, usize)) -> Self {
        Self::NotAMultiple { name, value, of, divisor }
    }
}

/// The size of the memory for keys and values.
#[derive(Clone, Copy, Debug)]
pub(super) struct CacheDims {
    key_heads: usize,
    head_size: usize,
}

impl CacheDims {
    pub(super) const fn shape(self, batch: usize, tokens: usize) -> [usize; 4] {
        [batch, self.key_heads, tokens, self.head_size]
    }
}

impl<D> DecoderDims<D> {
    pub(super) const fn cache(&self) -> CacheDims {
        CacheDims { key_heads: self.attention.key_heads, head_size: self.attention.head_size }
    }

    /// Says what of the model `size` goes beyond.
    #[must_use]
    pub fn excess(&self, size: Size) -> Option<String> {
        let tokens = size.sequence + size.new_tokens;
        (tokens > self.positions)
            .then(|| format!("it has {} positions, {tokens} are asked for", self.positions))
    }

    /// The cost of one pass, or with [`Size::new_tokens`] of the prompt and each token.
    #[must_use]
    pub fn cost<F: FeedForward<Dims = D>>(&self, size: Size) -> Cost {
        let [batch, sequence, new_tokens] = [size.batch, size.sequence, size.new_tokens].map(|n| n as u64);
        if new_tokens == 0 {
            return self.read_cost::<F>(batch, [sequence, sequence], sequence);
        }
        let prompt = self.read_cost::<F>(batch, [sequence, sequence], 1);
        // The last token is written and never read.
        let steps = (1..new_tokens).map(|step| self.read_cost::<F>(batch, [1, sequence + step], 1));
        let shape = self.cache().shape(size.batch, size.sequence + size.new_tokens);
        let cache = 2 * (self.layers * shape.iter().product::<usize>()) as u64;
        Cost { cache, ..steps.fold(prompt, Cost::then) }
    }

    /// The cost of reading the last `queries` of `keys` tokens and of scoring the vocabulary after `scored` of them.
    fn read_cost<F: FeedForward<Dims = D>>(
        &self,
        batch: u64,
        [queries, keys]: [u64; 2],
        scored: u64,
    ) -> Cost {
        let (tokens, width) = (batch * queries, self.width as u64);
        let layer = attention::cost(self.attention, batch, queries, keys).then(F::cost(
            self.width,
            &self.feed_forward,
            tokens,
        ));
        let head = Cost {
            live: batch * scored * self.vocabulary as u64,
            ..linear::cost([self.width, self.vocabulary], batch * scored)
        };
        let parts = layer.times(self.layers).then(head);
        let rotary = 2 * self.positions * self.attention.head_size;
        // The way around a half and what its norm gives.
        Cost { live: 2 * tokens * width + parts.live + rotary as u64, ..parts }
    }
}
