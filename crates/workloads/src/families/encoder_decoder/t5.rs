//! The model.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{PRESETS, T5Config};
use super::stacks::{T5Decoder, T5Encoder, source_look};
use crate::blocks::{Head, Look, Memory, Vocabulary, mask};
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::{Generator, Workload};

/// T5 with its head over the vocabulary.
#[derive(Module, Debug)]
pub struct T5 {
    /// The tokens of both halves, and the head.
    vocabulary: Vocabulary,
    encoder: T5Encoder,
    decoder: T5Decoder,
    /// The factor on the decoder's output, where there is one.
    #[module(skip)]
    scale: Option<f64>,
}

/// The input of a T5.
#[derive(Clone, Debug)]
pub struct T5Input {
    /// The source, `[batch, tokens]`: token numbers below the size of the vocabulary.
    pub input_ids: Tensor<2, Int>,
    /// The mask, of the same shape: 1 for a token and 0 for padding. Without it nothing is padding.
    pub attention_mask: Option<Tensor<2, Int>>,
    /// The text so far, `[batch, tokens]`.
    pub decoder_input_ids: Tensor<2, Int>,
}

/// The state of a T5 between tokens.
#[derive(Clone, Debug)]
pub struct T5State {
    memories: Vec<Memory>,
    source_look: Look,
    /// The bias of the last token of a full cache; the bias of an earlier token is the end of it.
    row: Tensor<4>,
    length: usize,
}

impl T5Input {
    /// A source and a text of token numbers drawn from `seed`, both `[batch, sequence]`, no padding.
    #[must_use]
    pub fn random(config: &T5Config, shape: [usize; 2], seed: u64, device: &Device) -> Self {
        let bound = u32::try_from(config.vocab_size).unwrap_or(u32::MAX);
        let tokens = |name| {
            let ids = integers(seed, name, shape.iter().product(), bound);
            Tensor::from_data(TensorData::new(ids, shape), device)
        };
        Self {
            input_ids: tokens("input_ids"),
            attention_mask: None,
            decoder_input_ids: tokens("decoder_input_ids"),
        }
    }

    /// The same with a text of nothing but the token that it starts with.
    #[must_use]
    pub fn started(self, config: &T5Config) -> Self {
        let [batch, _] = self.input_ids.dims();
        let start = Tensor::full([batch, 1], config.start_token(), &self.input_ids.device());
        Self { decoder_input_ids: start, ..self }
    }
}

impl T5 {
    /// The scores of the vocabulary after each token of the text: `[batch, tokens, vocabulary]`.
    #[must_use]
    pub fn forward(&self, input: T5Input) -> Tensor<3> {
        let source = self.encode(input.input_ids, input.attention_mask.clone());
        let x = self.vocabulary.embed(input.decoder_input_ids);
        let x = self.decoder.forward(x, source, source_look(input.attention_mask));
        self.vocabulary.scores(self.scaled(x))
    }

    /// The encoder's output, `[batch, tokens, width]`.
    fn encode(&self, ids: Tensor<2, Int>, attention_mask: Option<Tensor<2, Int>>) -> Tensor<3> {
        self.encoder.forward(self.vocabulary.embed(ids), attention_mask.map(mask::attention_bias))
    }

    /// The decoder's output as the head reads it.
    fn scaled(&self, x: Tensor<3>) -> Tensor<3> {
        match self.scale {
            Some(scale) => x * scale,
            None => x,
        }
    }
}

impl Architecture for T5 {
    type Config = T5Config;

    const FAMILY: Option<Family> = Some(Family::EncoderDecoder);
    const NAMING: Naming = Naming {
        prefix: "",
        // Old checkpoints have a bias there that no version used.
        ignored: &["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias."],
        renamed: &[],
    };

    fn presets() -> &'static [Preset<T5Config>] {
        &PRESETS
    }

    fn fault(config: &T5Config) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &T5Config) -> f32 {
        config.deviation()
    }

    fn assemble(config: &T5Config, weights: &mut Weights<'_>) -> Self {
        weights.duplicate("encoder.embed_tokens.weight");
        weights.duplicate("decoder.embed_tokens.weight");
        // transformers 5 says of every T5 that its head is tied, and reads a head of its own where there is one; a
        // model whose outputs are not scaled is one that was made so.
        let tied =
            config.tie_word_embeddings && (config.scales_outputs() || !weights.holds("lm_head.weight"));
        let head = if tied { Head::Tied } else { Head::Own };
        let shape = [config.vocab_size, config.d_model];
        Self {
            vocabulary: Vocabulary::new(weights, ["shared", "lm_head"], shape, head),
            encoder: T5Encoder::new(config, weights),
            decoder: T5Decoder::new(config, weights),
            scale: config.scales_outputs().then(|| (config.d_model as f64).sqrt().recip()),
        }
    }
}

/// [`Size::sequence`] is the tokens of the source. In a single pass the text is as long; where tokens are written, it is
/// the token that a text starts with.
impl Workload for T5 {
    type Input = T5Input;

    /// Distances have no end.
    fn excess(_: &T5Config, _: Size) -> Option<String> {
        None
    }

    fn input(config: &T5Config, size: Size, seed: u64, device: &Device) -> T5Input {
        let input = T5Input::random(config, [size.batch, size.sequence], seed, device);
        if size.new_tokens == 0 { input } else { input.started(config) }
    }

    fn pass(&self, input: T5Input) -> Tensor<3> {
        self.forward(input)
    }

    fn cost(config: &T5Config, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for T5 {
    type State = T5State;

    fn prefill(&self, input: T5Input, new_tokens: usize) -> (Tensor<2>, T5State) {
        let [_, prompt] = input.decoder_input_ids.dims();
        let capacity = prompt + new_tokens;
        let source = self.encode(input.input_ids, input.attention_mask.clone());
        let mut state = T5State {
            memories: self.decoder.memories(&source, capacity),
            source_look: source_look(input.attention_mask),
            row: self.decoder.last_row(capacity),
            length: prompt,
        };
        drop(source);
        let x = self.vocabulary.embed(input.decoder_input_ids);
        let x = self.decoder.prefill(x, &mut state.memories, state.source_look.clone());
        (self.vocabulary.last_scores(self.scaled(x)), state)
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut T5State) -> Tensor<2> {
        state.length += 1;
        let [_, _, _, capacity] = state.row.dims();
        let row = state.row.clone().narrow(3, capacity - state.length, state.length);
        let x = self.vocabulary.embed(tokens);
        let x = self.decoder.step(x, &mut state.memories, row, state.source_look.clone());
        self.vocabulary.last_scores(self.scaled(x))
    }
}
