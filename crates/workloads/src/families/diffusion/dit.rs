//! The model.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::conditioning::{Embedder, modulated, parts};
use super::config::{DitConfig, Embedders, PRESETS, TIME_WIDTH};
use super::layer::{EPSILON, Layer};
use super::schedule::TIME_STEPS;
use crate::blocks::linear::linear;
use crate::blocks::norm::standardised;
use crate::blocks::{Bias, PatchEmbedding, Projection, sin_cos};
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers, uniform};
use crate::workload::{Sampler, Workload};

/// A diffusion transformer, which finds the noise in latent images.
#[derive(Module, Debug)]
pub struct Dit {
    patches: PatchEmbedding,
    /// The positions of the patches, `[patches, width]`.
    positions: Tensor<2>,
    /// Sines and cosines of the time steps, `[time steps, TIME_WIDTH]`.
    waves: Tensor<2>,
    /// One for each layer, or a single one.
    embedders: Vec<Embedder>,
    layers: Vec<Layer>,
    modulation: Linear,
    output: Linear,
    patch_size: usize,
    classes: usize,
}

/// The input of a DiT.
#[derive(Clone, Debug)]
pub struct DitInput {
    /// Noisy images, `[batch, channels, size, size]` of the model's own size.
    pub latents: Tensor<4>,
    /// How many steps of training each is away from an image: below [`TIME_STEPS`], `[batch]`.
    pub timesteps: Tensor<1, Int>,
    /// The class of each image: below the number of classes, or that number for no class, `[batch]`.
    pub class_labels: Tensor<1, Int>,
}

impl Dit {
    /// One forward pass: the noise in each image, and what else the model writes, `[batch, channels written, size, size]`.
    ///
    /// # Panics
    /// When the images are of another size, or on a number out of range, as the backend sees fit.
    #[must_use]
    pub fn forward(&self, input: DitInput) -> Tensor<4> {
        let waves = self.waves.clone().select(0, input.timesteps);
        let condition = |embedder: &Embedder| embedder.forward(waves.clone(), input.class_labels.clone());
        let conditions: Vec<_> = self.embedders.iter().map(condition).collect();
        let mut x = self.patches.forward(input.latents) + self.positions.clone().unsqueeze();
        for (layer, condition) in self.layers.iter().zip(conditions.iter().cycle()) {
            x = layer.forward(x, condition.clone());
        }
        let [shift, scale] = parts(&self.modulation, conditions[0].clone());
        self.image(self.output.forward(modulated(standardised(x, EPSILON), shift, scale)))
    }

    /// The class that means "no class".
    pub(super) const fn no_class(&self) -> usize {
        self.classes
    }

    /// Patches put together: `[batch, patches, side · side · channels]` to `[batch, channels, size, size]`.
    fn image(&self, patches: Tensor<3>) -> Tensor<4> {
        let [batch, count, values] = patches.dims();
        let (side, across) = (self.patch_size, count.isqrt());
        let channels = values / (side * side);
        // Rows of patches, rows in a patch, and so on: six dimensions, the batch among the rows.
        let x = patches.reshape([batch * across, across, side, side, channels]);
        let x = x.permute([0, 4, 2, 1, 3]).reshape([batch, across, channels, side, across * side]);
        x.swap_dims(1, 2).reshape([batch, channels, across * side, across * side])
    }
}

impl Architecture for Dit {
    type Config = DitConfig;

    // Before it had a class of its own it was a `Transformer2DModel`.
    const FAMILY: Option<Family> = Some(Family::Diffusion);
    // Old checkpoints hold the positions, which are computed.
    const NAMING: Naming = Naming { prefix: "", ignored: &["pos_embed.pos_embed"], renamed: &[] };

    fn presets() -> &'static [Preset<DitConfig>] {
        &PRESETS
    }

    fn fault(config: &DitConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(_: &DitConfig) -> f32 {
        0.02
    }

    fn assemble(config: &DitConfig, weights: &mut Weights<'_>) -> Self {
        let (width, device) = (config.width(), weights.device());
        let embedders = match config.embedders {
            Embedders::Each => config.num_layers,
            Embedders::Shared => 1,
        };
        let embedder =
            |index| Embedder::new(config, weights, &format!("transformer_blocks.{index}.norm1.emb"));
        Self {
            embedders: (0..embedders).map(embedder).collect(),
            patches: PatchEmbedding::new(weights, "pos_embed.proj", config.patches(), Bias::With),
            positions: sin_cos::grid(config.sample_size / config.patch_size, width, device),
            waves: sin_cos::time_steps(TIME_STEPS, TIME_WIDTH, device),
            layers: (0..config.num_layers).map(|index| Layer::new(config, weights, index)).collect(),
            modulation: linear(weights, Projection::biased("proj_out_1"), [width, 2 * width]),
            output: linear(weights, Projection::biased("proj_out_2"), [width, config.written()]),
            patch_size: config.patch_size,
            classes: config.classes(),
        }
    }
}

impl Sampler for Dit {
    fn sampled(&self, input: DitInput, steps: usize) -> Tensor<3> {
        self.sample(input, steps).flatten(2, 3)
    }
}

/// An image is of the model's own size: `sequence` says nothing. [`Size::new_tokens`] are steps of [`Dit::sample`].
impl Workload for Dit {
    type Input = DitInput;

    fn excess(config: &DitConfig, size: Size) -> Option<String> {
        if size.new_tokens > TIME_STEPS {
            return Some(format!("its schedule has {TIME_STEPS} steps, {} are asked for", size.new_tokens));
        }
        let (read, written) = (config.in_channels, config.written_channels());
        (size.new_tokens > 0 && written < read)
            .then(|| format!("it writes {written} channels, too few to sample the {read} that it reads"))
    }

    fn input(config: &DitConfig, size: Size, seed: u64, device: &Device) -> DitInput {
        let shape = [size.batch, config.in_channels, config.sample_size, config.sample_size];
        let latents = uniform(seed, "latents", shape.iter().product(), 1.0);
        let numbers = |name, bound: usize| {
            let bound = u32::try_from(bound).unwrap_or(u32::MAX);
            let numbers = integers(seed, name, size.batch, bound);
            Tensor::from_data(TensorData::new(numbers, [size.batch]), device)
        };
        DitInput {
            latents: Tensor::from_data(TensorData::new(latents, shape), device),
            timesteps: numbers("timesteps", TIME_STEPS),
            class_labels: numbers("class_labels", config.classes()),
        }
    }

    /// The image's channels for tokens: `[batch, channels written, size · size]`.
    fn pass(&self, input: DitInput) -> Tensor<3> {
        self.forward(input).flatten(2, 3)
    }

    fn cost(config: &DitConfig, size: Size) -> Cost {
        config.cost(size)
    }
}
