//! Both ends of a language model: token ids to embeddings, and states to the scores of all tokens.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Int, Tensor};

use super::embedding::{TiedEmbedding, embedding};
use super::linear::{self, Projection, linear};
use crate::cost::Cost;
use crate::weights::Weights;

/// An embedding and a head, which may be one.
#[derive(Module, Debug)]
pub enum Vocabulary {
    Own(Ends),
    Tied(TiedEmbedding),
}

/// An embedding and a head of its own.
#[derive(Module, Debug)]
pub struct Ends {
    embedding: Embedding,
    head: Linear,
}

/// The matrix that scores the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A linear layer.
    Own,
    /// The embedding.
    Tied,
}

impl Vocabulary {
    /// Takes `{table}.weight`, `[entries, width]`, and `{head}.weight` of the same shape: where they are one, a checkpoint
    /// may hold the second or not.
    pub fn new(
        weights: &mut Weights<'_>,
        [table, head]: [&str; 2],
        [entries, width]: [usize; 2],
        kind: Head,
    ) -> Self {
        match kind {
            Head::Own => Self::Own(Ends {
                embedding: embedding(weights, table, [entries, width]),
                head: linear(weights, Projection::plain(head), [width, entries]),
            }),
            Head::Tied => {
                weights.duplicate(&format!("{head}.weight"));
                Self::Tied(TiedEmbedding::new(weights, table, [entries, width]))
            }
        }
    }

    /// `[batch, sequence]` token ids to `[batch, sequence, width]`.
    #[must_use]
    pub fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        match self {
            Self::Own(ends) => ends.embedding.forward(ids),
            Self::Tied(table) => table.embed(ids),
        }
    }

    /// `[batch, sequence, width]` to the scores, `[batch, sequence, entries]`.
    #[must_use]
    pub fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Own(ends) => ends.head.forward(x),
            Self::Tied(table) => table.scores(x),
        }
    }

    /// The scores after the last token, `[batch, entries]`.
    #[must_use]
    pub fn last_scores(&self, x: Tensor<3>) -> Tensor<2> {
        let [_, sequence, _] = x.dims();
        self.scores(x.narrow(1, sequence - 1, 1)).squeeze_dim(1)
    }
}

/// The cost of the scores of `entries` after `tokens` tokens; [`Cost::live`] counts the states and the scores.
#[must_use]
pub fn cost([entries, width]: [usize; 2], tokens: u64) -> Cost {
    Cost { live: tokens * (width + entries) as u64, ..linear::cost([width, entries], tokens) }
}
