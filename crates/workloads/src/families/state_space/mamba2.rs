//! The model.

use burn::module::Module;
use burn::nn::RmsNorm;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{Mamba2Config, PRESETS};
use super::mixer::{Mixer, MixerMemory};
use crate::blocks::norm::rms_norm;
use crate::blocks::{Head, Vocabulary};
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::{Generator, Workload};

/// Mamba-2 with its head.
#[derive(Module, Debug)]
pub struct Mamba2 {
    vocabulary: Vocabulary,
    layers: Vec<Layer>,
    norm: RmsNorm,
}

/// The input of a Mamba-2. Both tensors are `[batch, sequence]`.
#[derive(Clone, Debug)]
pub struct Mamba2Input {
    /// Token numbers below the size of the vocabulary.
    pub input_ids: Tensor<2, Int>,
    /// 1 for a token, 0 for padding before it. Without it nothing is padding.
    pub attention_mask: Option<Tensor<2, Int>>,
}

/// The state of a Mamba-2 between tokens: of the same size after a thousand tokens as after one.
#[derive(Clone, Debug)]
pub struct Mamba2State(Vec<MixerMemory>);

impl Mamba2Input {
    /// No padding.
    #[must_use]
    pub fn tokens(input_ids: Tensor<2, Int>) -> Self {
        Self { input_ids, attention_mask: None }
    }

    /// The factor of each token, `[batch, sequence, 1]`.
    fn mask(&self) -> Option<Tensor<3>> {
        self.attention_mask.clone().map(|mask| mask.float().unsqueeze_dim(2))
    }
}

impl Mamba2 {
    /// One forward pass over whole texts: the scores of the vocabulary after each token, `[batch, sequence, vocabulary]`.
    ///
    /// # Panics
    /// On an id out of range, as the backend sees fit.
    #[must_use]
    pub fn forward(&self, input: Mamba2Input) -> Tensor<3> {
        let mask = input.mask();
        let x = self.vocabulary.embed(input.input_ids);
        let x = self.layers.iter().fold(x, |x, layer| layer.forward(x, mask.as_ref()));
        self.vocabulary.scores(self.norm.forward(x))
    }
}

impl Architecture for Mamba2 {
    type Config = Mamba2Config;

    const FAMILY: Option<Family> = Some(Family::StateSpace);
    const NAMING: Naming = Naming {
        prefix: "",
        ignored: &[],
        // As the first checkpoints have it.
        renamed: &[("backbone.embedding.", "backbone.embeddings.")],
    };

    fn presets() -> &'static [Preset<Mamba2Config>] {
        &PRESETS
    }

    fn fault(config: &Mamba2Config) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &Mamba2Config) -> f32 {
        config.initializer_range
    }

    fn assemble(config: &Mamba2Config, weights: &mut Weights<'_>) -> Self {
        let &Mamba2Config { vocab_size, hidden_size: width, layer_norm_epsilon, .. } = config;
        let names = ["backbone.embeddings", "lm_head"];
        let head = if config.tie_word_embeddings { Head::Tied } else { Head::Own };
        Self {
            vocabulary: Vocabulary::new(weights, names, [vocab_size, width], head),
            layers: (0..config.num_hidden_layers).map(|index| Layer::new(config, weights, index)).collect(),
            norm: rms_norm(weights, "backbone.norm_f", width, layer_norm_epsilon),
        }
    }
}

impl Workload for Mamba2 {
    type Input = Mamba2Input;

    /// Nothing: a text can be of any length.
    fn excess(_: &Mamba2Config, _: Size) -> Option<String> {
        None
    }

    fn input(config: &Mamba2Config, size: Size, seed: u64, device: &Device) -> Mamba2Input {
        let shape = [size.batch, size.sequence];
        let bound = u32::try_from(config.vocab_size).unwrap_or(u32::MAX);
        let ids = integers(seed, "input_ids", shape.iter().product(), bound);
        Mamba2Input::tokens(Tensor::from_data(TensorData::new(ids, shape), device))
    }

    fn pass(&self, input: Mamba2Input) -> Tensor<3> {
        self.forward(input)
    }

    fn cost(config: &Mamba2Config, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for Mamba2 {
    type State = Mamba2State;

    /// The prompt by chunks. A state takes no more memory for more tokens.
    fn prefill(&self, input: Mamba2Input, _: usize) -> (Tensor<2>, Mamba2State) {
        let mask = input.mask();
        let mut x = self.vocabulary.embed(input.input_ids);
        let mut memories = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (y, memory) = layer.prefill(x, mask.as_ref());
            memories.push(memory);
            x = y;
        }
        (self.vocabulary.last_scores(self.norm.forward(x)), Mamba2State(memories))
    }

    /// One token by the recurrence.
    fn step(&self, tokens: Tensor<2, Int>, Mamba2State(memories): &mut Mamba2State) -> Tensor<2> {
        let mut x = self.vocabulary.embed(tokens);
        for (layer, memory) in self.layers.iter().zip(memories) {
            (x, *memory) = layer.step(x, memory.clone());
        }
        self.vocabulary.last_scores(self.norm.forward(x))
    }
}

/// A mixer whose input is normalised.
#[derive(Module, Debug)]
struct Layer {
    norm: RmsNorm,
    mixer: Mixer,
}

impl Layer {
    fn new(config: &Mamba2Config, weights: &mut Weights<'_>, index: usize) -> Self {
        let name = |part: &str| format!("backbone.layers.{index}.{part}");
        Self {
            norm: rms_norm(weights, &name("norm"), config.hidden_size, config.layer_norm_epsilon),
            mixer: Mixer::new(config, weights, &name("mixer")),
        }
    }

    fn forward(&self, x: Tensor<3>, mask: Option<&Tensor<3>>) -> Tensor<3> {
        x.clone() + self.mixer.forward(self.norm.forward(x), mask)
    }

    fn prefill(&self, x: Tensor<3>, mask: Option<&Tensor<3>>) -> (Tensor<3>, MixerMemory) {
        let (y, memory) = self.mixer.prefill(self.norm.forward(x.clone()), mask);
        (x + y, memory)
    }

    fn step(&self, x: Tensor<3>, memory: MixerMemory) -> (Tensor<3>, MixerMemory) {
        let (y, memory) = self.mixer.step(self.norm.forward(x.clone()), memory);
        (x + y, memory)
    }
}
