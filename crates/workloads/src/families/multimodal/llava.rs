//! The model.

use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use super::clip::ClipTower;
use super::config::{LlavaConfig, PRESETS, Select};
use crate::blocks::decoder::{DecoderNames, DecoderState};
use crate::blocks::{Bias, Mlp, Projection};
use crate::cost::{Cost, Size};
use crate::families::decoder_only::Llama;
use crate::families::vision;
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::{Generator, Workload};

/// A tower that sees, a projector, and a language model.
#[derive(Module, Debug)]
pub struct Llava {
    tower: ClipTower,
    projector: Mlp,
    text: Llama,
    /// After how many layers the tower's states are taken.
    feature_layers: Vec<usize>,
    #[module(skip)]
    select: Select,
    #[module(skip)]
    image_token: i64,
}

/// The input of a LLaVA.
#[derive(Clone, Debug)]
pub struct LlavaInput {
    /// `[batch, sequence]`: token numbers below the size of the vocabulary, and for every vector that an image becomes the
    /// number of the placeholder: [`LlavaConfig::image_tokens`] for an image, in the order of the images.
    pub input_ids: Tensor<2, Int>,
    /// `[images, channels, height, width]`, of the size that the tower has positions for.
    pub pixel_values: Tensor<4>,
}

impl Llava {
    /// The vocabulary's scores after every token, `[batch, sequence, vocabulary]`.
    ///
    /// # Panics
    /// When the text is longer than the language model has positions.
    #[must_use]
    pub fn forward(&self, input: LlavaInput) -> Tensor<3> {
        self.text.forward_embedded(self.embed(input))
    }

    /// Words and images as the language model reads them: `[batch, sequence, width]`.
    fn embed(&self, input: LlavaInput) -> Tensor<3> {
        let LlavaInput { input_ids, pixel_values } = input;
        let [batch, sequence] = input_ids.dims();
        let is_image = input_ids.clone().equal_elem(self.image_token);
        let views = self.views(pixel_values);
        let [places, width] = views.dims();
        // The next image token comes at the next placeholder; elsewhere, any one will do.
        let next = (counted(is_image.clone()) - 1).clamp(0, places as i64 - 1);
        let views = views.select(0, next.reshape([batch * sequence])).reshape([batch, sequence, width]);
        // The placeholder's number may lie beyond the table of words.
        let words = self.text.embed(input_ids.mask_fill(is_image.clone(), 0));
        words.mask_where(is_image.unsqueeze_dim::<3>(2).expand([batch, sequence, width]), views)
    }

    /// The embeddings of the images, one after the other: `[images · tokens, width of the language model]`.
    fn views(&self, pixel_values: Tensor<4>) -> Tensor<2> {
        let states = self.tower.forward(pixel_values, &self.feature_layers);
        let chosen = states.into_iter().map(|states| match self.select {
            Select::Full => states,
            Select::Default => {
                let [_, tokens, _] = states.dims();
                states.narrow(1, 1, tokens - 1)
            }
        });
        self.projector.forward(Tensor::cat(chosen.collect(), 2)).flatten(0, 1)
    }
}

/// How many places there are up to each token, it included, of its text and all texts before.
fn counted(is_place: Tensor<2, Bool>) -> Tensor<2, Int> {
    let places = is_place.int();
    let of_texts = places.clone().sum_dim(1);
    // Text by text: the time that a sum along n tokens takes grows with n² on some backends.
    let before = of_texts.clone().cumsum(0) - of_texts;
    places.cumsum(1) + before
}

impl Architecture for Llava {
    type Config = LlavaConfig;

    const FAMILY: Option<Family> = Some(Family::Multimodal);
    const NAMING: Naming = Naming {
        prefix: "model.",
        ignored: &[
            "vision_tower.embeddings.position_ids",
            "vision_tower.vision_model.embeddings.position_ids",
        ],
        renamed: &[
            ("language_model.lm_head.", "lm_head."),
            ("language_model.model.", "language_model."),
            ("vision_tower.vision_model.", "vision_tower."),
        ],
    };

    fn presets() -> &'static [Preset<LlavaConfig>] {
        &PRESETS
    }

    fn fault(config: &LlavaConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &LlavaConfig) -> f32 {
        config.text().initializer_range
    }

    fn assemble(config: &LlavaConfig, weights: &mut Weights<'_>) -> Self {
        let bias = if config.multimodal_projector_bias { Bias::With } else { Bias::Without };
        let layer = |part| Projection { bias, ..Projection::plain(format!("multi_modal_projector.{part}")) };
        let names = DecoderNames { prefix: "language_model.", head: "lm_head" };
        Self {
            tower: ClipTower::new(config.tower(), weights, "vision_tower"),
            projector: Mlp::between(
                weights,
                ["linear_1", "linear_2"].map(layer),
                config.projector(),
                config.projector_hidden_act,
            ),
            text: Llama::assemble_part(&config.text(), names, weights),
            feature_layers: config.feature_layers().unwrap_or_default(),
            select: config.vision_feature_select_strategy,
            image_token: config.image_token(),
        }
    }
}

/// [`Size::batch`] counts texts with an image each, [`Size::sequence`] the tokens of a text without those of its image.
impl Workload for Llava {
    type Input = LlavaInput;

    fn excess(config: &LlavaConfig, size: Size) -> Option<String> {
        Llama::excess(&config.text(), config.text_size(size))
    }

    /// The first token, the image, and the other tokens.
    fn input(config: &LlavaConfig, size: Size, seed: u64, device: &Device) -> LlavaInput {
        let (token, tower) = (config.image_token(), config.tower());
        let bound = u32::try_from(config.text().vocab_size).unwrap_or(u32::MAX);
        // Where the image's number lies among those of the words, its neighbour takes its place.
        let word = |id: i64| if id == token { (id + 1) % i64::from(bound) } else { id };
        let ids = integers(seed, "input_ids", size.batch * size.sequence, bound);
        let words: Vec<i64> = ids.into_iter().map(word).collect();
        let image = vec![token; config.image_tokens()];
        let text = |index: usize| {
            let words = &words[index * size.sequence..(index + 1) * size.sequence];
            let (first, rest) = words.split_at(size.sequence.min(1));
            [first, &image, rest].concat()
        };
        let ids: Vec<i64> = (0..size.batch).flat_map(text).collect();
        let shape = [size.batch, config.text_size(size).sequence];
        LlavaInput {
            input_ids: Tensor::from_data(TensorData::new(ids, shape), device),
            pixel_values: vision::images(tower.image(), size.batch, seed, device),
        }
    }

    fn pass(&self, input: LlavaInput) -> Tensor<3> {
        self.forward(input)
    }

    fn cost(config: &LlavaConfig, size: Size) -> Cost {
        config.cost(size)
    }
}

impl Generator for Llava {
    type State = DecoderState;

    fn prefill(&self, input: LlavaInput, new_tokens: usize) -> (Tensor<2>, DecoderState) {
        self.text.prefill_embedded(self.embed(input), new_tokens)
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut DecoderState) -> Tensor<2> {
        self.text.step(tokens, state)
    }
}
