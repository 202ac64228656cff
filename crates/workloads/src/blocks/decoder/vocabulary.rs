//! What stands at both ends of a decoder: token ids to embeddings, and states to the scores of all tokens.

use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Int, Tensor};

use super::{DecoderDims, DecoderNames, Head};
use crate::blocks::Projection;
use crate::blocks::embedding::{TiedEmbedding, embedding};
use crate::blocks::linear::linear;
use crate::weights::Weights;

#[derive(Module, Debug)]
pub(super) enum Vocabulary {
    Own(Ends),
    Tied(TiedEmbedding),
}

/// An embedding and a head of its own.
#[derive(Module, Debug)]
pub(super) struct Ends {
    embedding: Embedding,
    head: Linear,
}

impl Vocabulary {
    pub(super) fn new<D>(weights: &mut Weights<'_>, names: DecoderNames, dims: &DecoderDims<D>) -> Self {
        let DecoderNames { prefix, head } = names;
        let table = format!("{prefix}embed_tokens");
        let shape = [dims.vocabulary, dims.width];
        match dims.head {
            Head::Own => Self::Own(Ends {
                embedding: embedding(weights, &table, shape),
                head: linear(weights, Projection::plain(head), [dims.width, dims.vocabulary]),
            }),
            Head::Tied => {
                weights.duplicate(&format!("{head}.weight"));
                Self::Tied(TiedEmbedding::new(weights, &table, shape))
            }
        }
    }

    /// `[batch, sequence]` token ids to `[batch, sequence, width]`.
    pub(super) fn embed(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        match self {
            Self::Own(ends) => ends.embedding.forward(ids),
            Self::Tied(table) => table.embed(ids),
        }
    }

    /// `[batch, sequence, width]` to `[batch, sequence, vocabulary]`.
    pub(super) fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Own(ends) => ends.head.forward(x),
            Self::Tied(table) => table.scores(x),
        }
    }
}
