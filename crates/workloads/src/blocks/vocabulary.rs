//! Both ends of a language model: token ids to vectors, and vectors to the scores of all tokens.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Int, Tensor};

use super::Projection;
use super::embedding::{TiedEmbedding, embedding};
use super::linear::linear;
use crate::weights::Weights;

/// An embedding, and the head that it is or has beside it.
#[derive(Module, Debug)]
pub struct Vocabulary {
    ends: Ends,
}

/// Whether a head has weights of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    Own,
    /// It is the embedding.
    Tied,
}

/// The names of an embedding and of a head, without `.weight`.
#[derive(Clone, Copy, Debug)]
pub struct VocabularyNames<'a> {
    pub embedding: &'a str,
    pub head: &'a str,
}

#[derive(Module, Debug)]
enum Ends {
    Own(OwnHead),
    Tied(TiedEmbedding),
}

#[derive(Module, Debug)]
struct OwnHead {
    embedding: Embedding,
    head: Linear,
}

impl Vocabulary {
    /// Takes the weights of the embedding, `[entries, width]`, and of the head, of the same shape, where it has its own.
    pub fn new(
        weights: &mut Weights<'_>,
        names: VocabularyNames<'_>,
        [entries, width]: [usize; 2],
        head: Head,
    ) -> Self {
        let ends = match head {
            Head::Own => Ends::Own(OwnHead {
                embedding: embedding(weights, names.embedding, [entries, width]),
                head: linear(weights, Projection::plain(names.head), [width, entries]),
            }),
            Head::Tied => {
                weights.duplicate(&format!("{}.weight", names.head));
                Ends::Tied(TiedEmbedding::new(weights, names.embedding, [entries, width]))
            }
        };
        Self { ends }
    }

    /// `[batch, sequence]` token ids to `[batch, sequence, width]`.
    #[must_use]
    pub fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        match &self.ends {
            Ends::Own(ends) => ends.embedding.forward(ids),
            Ends::Tied(table) => table.embed(ids),
        }
    }

    /// `[batch, sequence, width]` to `[batch, sequence, entries]`.
    #[must_use]
    pub fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        match &self.ends {
            Ends::Own(ends) => ends.head.forward(x),
            Ends::Tied(table) => table.scores(x),
        }
    }

    /// The scores after the last token, `[batch, entries]`.
    #[must_use]
    pub fn last_scores(&self, x: Tensor<3>) -> Tensor<2> {
        let [_, sequence, _] = x.dims();
        self.scores(x.narrow(1, sequence - 1, 1)).squeeze_dim(1)
    }
}
