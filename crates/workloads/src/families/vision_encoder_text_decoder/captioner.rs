//! Both models together.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{CaptionerConfig, PRESETS};
use super::gpt2::Gpt2;
use crate::blocks::linear::linear;
use crate::blocks::{Memory, Projection};
use crate::cost::{Cost, Size};
use crate::families::vision::{self, VitEncoder};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::{Generator, Workload};

/// An encoder of images, and a decoder that writes about them.
#[derive(Module, Debug)]
pub struct Captioner {
    encoder: VitEncoder,
    /// Where the widths of the two differ.
    bridge: Option<Linear>,
    decoder: Gpt2,
}

/// The input: one text for each image.
#[derive(Clone, Debug)]
pub struct CaptionInput {
    /// `[batch, channels, height, width]`, of the size that the encoder has positions for.
    pub pixel_values: Tensor<4>,
    /// `[batch, sequence]`: token numbers below the size of the vocabulary.
    pub decoder_input_ids: Tensor<2, Int>,
}

/// The state between tokens, layer by layer.
#[derive(Clone, Debug)]
pub struct CaptionState {
    memories: Vec<Memory>,
}

impl Captioner {
    /// The vocabulary's scores after every token, `[batch, sequence, vocabulary]`.
    ///
    /// # Panics
    /// When the text is longer than the decoder has positions, or on a number out of range, as the backend sees fit.
    #[must_use]
    pub fn forward(&self, input: CaptionInput) -> Tensor<3> {
        let source = self.encode(input.pixel_values);
        self.decoder.scores(self.decoder.forward(input.decoder_input_ids, &source))
    }

    /// The states of the images as the decoder reads them: `[batch, 1 + patches, width of the decoder]`.
    fn encode(&self, pixel_values: Tensor<4>) -> Tensor<3> {
        let encoded = self.encoder.forward(pixel_values);
        match &self.bridge {
            Some(bridge) => bridge.forward(encoded),
            None => encoded,
        }
    }

    /// The scores after the last of `tokens`, `[batch, vocabulary]`.
    fn next(&self, tokens: Tensor<2, Int>, state: &mut CaptionState) -> Tensor<2> {
        self.decoder.last_scores(self.decoder.forward_cached(tokens, &mut state.memories))
    }
}

impl Architecture for Captioner {
    type Config = CaptionerConfig;

    const FAMILY: Option<Family> = Some(Family::VisionEncoderTextDecoder);
    const NAMING: Naming = Naming {
        prefix: "",
        ignored: &["encoder.pooler.", "encoder.embeddings.mask_token"],
        renamed: vision::RENAMED,
    };

    fn presets() -> &'static [Preset<CaptionerConfig>] {
        &PRESETS
    }

    fn fault(config: &CaptionerConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &CaptionerConfig) -> f32 {
        config.gpt2().initializer_range
    }

    fn assemble(config: &CaptionerConfig, weights: &mut Weights<'_>) -> Self {
        Self {
            encoder: VitEncoder::new(config.vit(), weights, "encoder"),
            bridge: config
                .bridge()
                .map(|widths| linear(weights, Projection::biased("enc_to_dec_proj"), widths)),
            decoder: Gpt2::new(config.gpt2(), weights, "decoder"),
        }
    }
}

/// [`Size::batch`] counts images and texts, [`Size::sequence`] the tokens of a text: those of the images are not among them.
impl Workload for Captioner {
    type Input = CaptionInput;

    fn excess(config: &CaptionerConfig, size: Size) -> Option<String> {
        let (positions, wanted) = (config.gpt2().n_positions, size.sequence + size.new_tokens);
        if size.sequence == 0 {
            return Some("it needs a token to go on from, 0 are asked for".to_owned());
        }
        (wanted > positions).then(|| format!("it has {positions} positions, {wanted} are asked for"))
    }

    fn input(config: &CaptionerConfig, size: Size, seed: u64, device: &Device) -> CaptionInput {
        let (vit, shape) = (config.vit(), [size.batch, size.sequence]);
        let bound = u32::try_from(config.gpt2().vocab_size).unwrap_or(u32::MAX);
        let ids = integers(seed, "decoder_input_ids", size.batch * size.sequence, bound);
        CaptionInput {
            pixel_values: vision::images(vit.image(), size.batch, seed, device),
            decoder_input_ids: Tensor::from_data(TensorData::new(ids, shape), device),
        }
    }

    fn pass(&self, input: CaptionInput) -> Tensor<3> {
        self.forward(input)
    }

    fn cost(config: &CaptionerConfig, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for Captioner {
    type State = CaptionState;

    fn prefill(&self, input: CaptionInput, new_tokens: usize) -> (Tensor<2>, CaptionState) {
        let [_, sequence] = input.decoder_input_ids.dims();
        let source = self.encode(input.pixel_values);
        let mut state = CaptionState { memories: self.decoder.memories(&source, sequence + new_tokens) };
        drop(source);
        (self.next(input.decoder_input_ids, &mut state), state)
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut CaptionState) -> Tensor<2> {
        self.next(tokens, state)
    }
}
