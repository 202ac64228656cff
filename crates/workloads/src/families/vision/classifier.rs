//! The models of the family under one name.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;

use super::resnet::ResNet;
use super::resnet_config::ResNetConfig;
use super::vit::{self, Vit};
use super::vit_config::VitConfig;
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, uniform};
use crate::workload::Workload;

/// A model that classifies images.
#[derive(Module, Debug)]
pub enum Classifier {
    Vit(Vit),
    ResNet(ResNet),
}

/// The dimensions of any of them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "model_type", rename_all = "lowercase")]
pub enum ClassifierConfig {
    Vit(VitConfig),
    ResNet(ResNetConfig),
}

/// The six sizes of ViT: layers, width and the width inside the MLP, heads, and pixels of a patch; and ResNet-50. The heads
/// are those of the published models: ViT-Ti, S, B, L, H and bigG.
static PRESETS: [Preset<ClassifierConfig>; 7] = [
    preset("vit-tiny", VitConfig::sized(12, [192, 768], 3, 16)),
    preset("vit-small", VitConfig::sized(12, [384, 1536], 6, 16)),
    preset("vit-base", VitConfig::sized(12, [768, 3072], 12, 16)),
    preset("vit-large", VitConfig::sized(24, [1024, 4096], 16, 16)),
    preset("vit-xl", VitConfig::sized(32, [1280, 5120], 16, 14)),
    preset("vit-xxl", VitConfig::sized(48, [1664, 8192], 16, 14)),
    Preset { name: "resnet-50", config: ClassifierConfig::ResNet(ResNetConfig::resnet_50()) },
];

const fn preset(name: &'static str, config: VitConfig) -> Preset<ClassifierConfig> {
    Preset { name, config: ClassifierConfig::Vit(config) }
}

impl ClassifierConfig {
    /// Channels, height and width of an image.
    #[must_use]
    pub const fn image(&self) -> [usize; 3] {
        match self {
            Self::Vit(config) => config.image(),
            Self::ResNet(config) => [config.num_channels, config.image_size[0], config.image_size[1]],
        }
    }
}

impl Classifier {
    /// `[batch, channels, height, width]` to the classes' scores, `[batch, classes]`.
    ///
    /// # Panics
    /// When the images are not of the size that the model has positions for.
    #[must_use]
    pub fn forward(&self, pixel_values: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Vit(model) => model.forward(pixel_values),
            Self::ResNet(model) => model.forward(pixel_values),
        }
    }
}

impl Architecture for Classifier {
    type Config = ClassifierConfig;

    const FAMILY: Option<Family> = Some(Family::Vision);
    const NAMING: Naming =
        Naming { prefix: "", ignored: &["vit.pooler.", "vit.embeddings.mask_token"], renamed: vit::RENAMED };

    fn presets() -> &'static [Preset<ClassifierConfig>] {
        &PRESETS
    }

    fn fault(config: &ClassifierConfig) -> Option<String> {
        match config {
            ClassifierConfig::Vit(config) => config.fault(),
            ClassifierConfig::ResNet(config) => config.fault(),
        }
    }

    fn deviation(config: &ClassifierConfig) -> f32 {
        match config {
            ClassifierConfig::Vit(config) => config.initializer_range,
            ClassifierConfig::ResNet(_) => ResNetConfig::DEVIATION,
        }
    }

    fn assemble(config: &ClassifierConfig, weights: &mut Weights<'_>) -> Self {
        match config {
            ClassifierConfig::Vit(config) => Self::Vit(Vit::new(config, weights)),
            ClassifierConfig::ResNet(config) => Self::ResNet(ResNet::new(config, weights)),
        }
    }
}

/// [`Size::batch`] counts images; `sequence` is not used.
impl Workload for Classifier {
    type Input = Tensor<4>;

    const EXTENT: Option<&'static str> = Some("image-size");

    fn extent(config: &ClassifierConfig) -> Option<usize> {
        match config {
            ClassifierConfig::Vit(config) => Some(config.image_size[0]),
            ClassifierConfig::ResNet(config) => Some(config.image_size[0]),
        }
    }

    fn extended(config: ClassifierConfig, extent: usize) -> ClassifierConfig {
        match config {
            ClassifierConfig::Vit(config) => {
                ClassifierConfig::Vit(VitConfig { image_size: [extent; 2], ..config })
            }
            ClassifierConfig::ResNet(config) => {
                ClassifierConfig::ResNet(ResNetConfig { image_size: [extent; 2], ..config })
            }
        }
    }

    fn excess(_config: &ClassifierConfig, size: Size) -> Option<String> {
        (size.new_tokens > 0).then(|| format!("it writes no tokens, {} are asked for", size.new_tokens))
    }

    fn input(config: &ClassifierConfig, size: Size, seed: u64, device: &Device) -> Tensor<4> {
        images(config.image(), size.batch, seed, device)
    }

    fn pass(&self, input: Tensor<4>) -> Tensor<3> {
        self.forward(input).unsqueeze_dim(1)
    }

    fn cost(config: &ClassifierConfig, size: Size) -> Cost {
        match config {
            ClassifierConfig::Vit(config) => config.cost(size.batch as u64),
            ClassifierConfig::ResNet(config) => config.cost(size.batch as u64),
        }
    }
}

/// `[batch, channels, height, width]` values drawn from `seed`, as they are after images were normalised: mean 0,
/// deviation 1.
#[must_use]
pub fn images([channels, height, width]: [usize; 3], batch: usize, seed: u64, device: &Device) -> Tensor<4> {
    let values = uniform(seed, "pixel_values", batch * channels * height * width, 1.0);
    Tensor::from_data(TensorData::new(values, [batch, channels, height, width]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::preset_table::{self, preset};

    fn cost(name: &str, batch: usize) -> Cost {
        Classifier::cost(preset::<Classifier>(name), Size { batch, sequence: 0, new_tokens: 0 })
    }

    /// Multiply-adds of one image as they are published, in 10⁹.
    #[track_caller]
    fn check_flops(name: &str, published: f64) {
        let found = cost(name, 1).flops as f64 / 2e9;
        assert!((found / published - 1.0).abs() < 1e-2, "{name}: {found} where {published} are published");
    }

    #[test]
    fn presets() {
        preset_table::check::<Classifier>(&[
            ("vit-tiny", 5.72),
            ("vit-small", 22.05),
            ("vit-base", 86.57),
            ("vit-large", 304.3),
            ("vit-xl", 632.1),
            ("vit-xxl", 1844.0),
            ("resnet-50", 25.6),
        ]);
    }

    #[test]
    fn resnet_50() {
        // Running statistics are among them: 53,120 in addition to the published 25,557,032.
        let device = crate::device_named("ndarray").expect("the backend is built in");
        assert_eq!(
            model::num_params::<Classifier>(preset::<Classifier>("resnet-50"), &device),
            25_557_032 + 53_120
        );
    }

    #[test]
    fn resnet_50_takes_the_published_flops() {
        check_flops("resnet-50", 4.09);
    }

    #[test]
    fn vit_base_takes_the_published_flops() {
        check_flops("vit-base", 17.58);
    }

    #[test]
    fn flops_grow_with_the_batch() {
        for name in ["vit-tiny", "resnet-50"] {
            let [one, eight] = [1, 8].map(|batch| cost(name, batch));
            assert_eq!((eight.flops, eight.live), (8 * one.flops, 8 * one.live));
        }
    }
}
