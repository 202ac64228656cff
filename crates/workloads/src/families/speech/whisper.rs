//! The model.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};

use super::config::{PRESETS, WhisperConfig};
use super::input::SpeechInput;
use super::mel::SAMPLE_RATE;
use super::stacks::{WhisperDecoder, WhisperEncoder};
use crate::blocks::Memory;
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights};
use crate::workload::{Generator, Workload};

/// Whisper with its head over the vocabulary.
#[derive(Module, Debug)]
pub struct Whisper {
    encoder: WhisperEncoder,
    decoder: WhisperDecoder,
}

/// The state of a Whisper between tokens.
#[derive(Clone, Debug)]
pub struct WhisperState {
    memories: Vec<Memory>,
}

impl Whisper {
    /// The scores of the vocabulary after each token: `[batch, tokens, vocabulary]`.
    ///
    /// # Panics
    /// On more tokens than the model has positions for, or on other numbers of bands or frames than it reads.
    #[must_use]
    pub fn forward(&self, input: SpeechInput) -> Tensor<3> {
        let source = self.encoder.forward(input.input_features);
        self.decoder.scores(self.decoder.forward(input.decoder_input_ids, source))
    }
}

impl Architecture for Whisper {
    type Config = WhisperConfig;

    const FAMILY: Option<Family> = Some(Family::Speech);
    const NAMING: Naming = Naming { prefix: "model.", ignored: &[], renamed: &[] };

    fn presets() -> &'static [Preset<WhisperConfig>] {
        &PRESETS
    }

    fn fault(config: &WhisperConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &WhisperConfig) -> f32 {
        config.init_std
    }

    fn assemble(config: &WhisperConfig, weights: &mut Weights<'_>) -> Self {
        Self { encoder: WhisperEncoder::new(config, weights), decoder: WhisperDecoder::new(config, weights) }
    }
}

/// [`Size::sequence`] is the tokens of the text that the decoder starts with; what is heard fills the window.
/// A hundred frames a second, halved by the second convolution.
const POSITIONS_PER_SECOND: usize = 50;

impl Workload for Whisper {
    type Input = SpeechInput;

    const EXTENT: Option<&'static str> = Some("audio-seconds");

    fn extent(config: &WhisperConfig) -> Option<usize> {
        Some(config.max_source_positions / POSITIONS_PER_SECOND)
    }

    /// A window of this many seconds, in place of Whisper's usual 30.
    fn extended(config: WhisperConfig, extent: usize) -> WhisperConfig {
        WhisperConfig { max_source_positions: extent * POSITIONS_PER_SECOND, ..config }
    }

    fn excess(config: &WhisperConfig, size: Size) -> Option<String> {
        let (positions, tokens) = (config.max_target_positions, size.sequence + size.new_tokens);
        (tokens > positions).then(|| format!("its decoder has {positions} positions, {tokens} are asked for"))
    }

    fn input(config: &WhisperConfig, size: Size, seed: u64, device: &Device) -> SpeechInput {
        let seconds = config.samples() as f64 / SAMPLE_RATE as f64;
        SpeechInput::random(config, size.batch, size.sequence, seconds, seed, device)
    }

    fn pass(&self, input: SpeechInput) -> Tensor<3> {
        self.forward(input)
    }

    fn cost(config: &WhisperConfig, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for Whisper {
    type State = WhisperState;

    fn prefill(&self, input: SpeechInput, new_tokens: usize) -> (Tensor<2>, WhisperState) {
        let [_, prompt] = input.decoder_input_ids.dims();
        let source = self.encoder.forward(input.input_features);
        let mut memories = self.decoder.memories(&source, prompt + new_tokens);
        drop(source);
        let x = self.decoder.forward_cached(input.decoder_input_ids, &mut memories);
        (self.decoder.last_scores(x), WhisperState { memories })
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut WhisperState) -> Tensor<2> {
        self.decoder.last_scores(self.decoder.forward_cached(tokens, &mut state.memories))
    }
}
