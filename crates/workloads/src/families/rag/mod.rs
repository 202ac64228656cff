//! Retrieval-augmented generation: a question is encoded, the passages most like it are found by comparing with each, and a
//! language model reads them before it answers.
//!
//! Lewis et al., "Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", 2020:
//! <https://arxiv.org/abs/2005.11401>. Its models are those of the families encoder-only and decoder-only, so that parity is
//! checked there.

mod config;
mod index;
mod pipeline;

pub use config::RagConfig;
pub use index::Index;
pub use pipeline::{Rag, RagInput};
