//! The pipeline: encode the question, search, read what was found and the question, answer.

use std::sync::LazyLock;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::RagConfig;
use super::index::{self, Index};
use crate::cost::{Cost, Size};
use crate::families::decoder_only::Llama;
use crate::families::encoder_only::{Bert, EncoderInput};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::{Generator, Workload};

/// An encoder and a language model.
#[derive(Module, Debug)]
pub struct Rag {
    encoder: Bert,
    generator: Llama,
    found: usize,
    passage_tokens: usize,
    /// The size of the generator's vocabulary.
    vocabulary: usize,
}

/// The question, and the passages that are searched.
#[derive(Clone, Debug)]
pub struct RagInput {
    /// As the encoder reads it.
    pub question: EncoderInput,
    /// The same question as the generator reads it: `[batch, tokens]`.
    pub prompt: Tensor<2, Int>,
    pub index: Index,
}

static PRESETS: LazyLock<[Preset<RagConfig>; 6]> = LazyLock::new(RagConfig::presets);

impl Rag {
    /// The numbers of the passages that are most like each question: `[batch, found]`.
    #[must_use]
    pub fn search(&self, question: EncoderInput, index: &Index) -> Tensor<2, Int> {
        index.search(index::pooled(self.encoder.forward(question).last_hidden_state), self.found)
    }

    /// The generator's prompt: the passages that were found, the best first, then the question.
    fn prompt(&self, input: RagInput) -> Tensor<2, Int> {
        let passages = self.search(input.question, &input.index);
        let context = index::tokens(passages, self.passage_tokens, self.vocabulary);
        Tensor::cat(vec![context, input.prompt], 1)
    }
}

impl Architecture for Rag {
    type Config = RagConfig;

    // Two models make it, so no one folder is one.
    const FAMILY: Option<Family> = None;
    const NAMING: Naming = Naming { prefix: "", ignored: &[], renamed: &[] };

    fn presets() -> &'static [Preset<RagConfig>] {
        &*PRESETS
    }

    fn fault(config: &RagConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &RagConfig) -> f32 {
        Llama::deviation(&config.generator)
    }

    fn assemble(config: &RagConfig, weights: &mut Weights<'_>) -> Self {
        Self {
            encoder: Bert::assemble(&config.encoder, weights),
            generator: Llama::assemble(&config.generator, weights),
            found: config.found,
            passage_tokens: config.passage_tokens,
            vocabulary: config.generator.vocab_size,
        }
    }
}

impl Workload for Rag {
    type Input = RagInput;

    fn excess(config: &RagConfig, size: Size) -> Option<String> {
        Bert::excess(&config.encoder, size)
            .or_else(|| Llama::excess(&config.generator, config.generated(size)))
    }

    fn input(config: &RagConfig, size: Size, seed: u64, device: &Device) -> RagInput {
        let shape = [size.batch, size.sequence];
        let vocabulary = u32::try_from(config.generator.vocab_size).unwrap_or(u32::MAX);
        let prompt = integers(seed, "prompt", shape.iter().product(), vocabulary);
        RagInput {
            question: EncoderInput::random(&config.encoder, shape, seed, device),
            prompt: Tensor::from_data(TensorData::new(prompt, shape), device),
            index: Index::random([config.passages, config.encoder.hidden_size], seed, device),
        }
    }

    fn pass(&self, input: RagInput) -> Tensor<3> {
        self.generator.forward(self.prompt(input))
    }

    fn cost(config: &RagConfig, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for Rag {
    type State = <Llama as Generator>::State;

    fn prefill(&self, input: RagInput, new_tokens: usize) -> (Tensor<2>, Self::State) {
        self.generator.prefill(self.prompt(input), new_tokens)
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut Self::State) -> Tensor<2> {
        self.generator.step(tokens, state)
    }
}
