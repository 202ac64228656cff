//! The dimensions of a ResNet, and what follows from them alone.

use std::borrow::Cow;

use serde::Deserialize;

use super::classes::Classes;
use crate::blocks::{ActivationName, ConvolutionDims, linear, sides};
use crate::cost::Cost;

/// The dimensions of a ResNet, by the names of its `config.json`. What is not said is as in ResNet-50.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResNetConfig {
    pub num_channels: usize,
    /// Channels that the stem writes.
    pub embedding_size: usize,
    /// Channels that each stage writes.
    pub hidden_sizes: Cow<'static, [usize]>,
    /// Layers of each stage.
    pub depths: Cow<'static, [usize]>,
    pub layer_type: LayerType,
    pub hidden_act: ActivationName,
    pub downsample_in_first_stage: bool,
    /// True if a bottleneck halves the sides by its first convolution rather than its second.
    pub downsample_in_bottleneck: bool,
    /// Height and width of the images that are drawn: the model itself reads images of any size. Hugging Face's
    /// configurations do not say it.
    #[serde(deserialize_with = "sides::number_or_pair")]
    pub image_size: [usize; 2],
    #[serde(flatten)]
    pub classes: Classes,
}

/// The convolutions of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerType {
    /// Two kernels of 3 × 3: ResNet-18 and 34.
    Basic,
    /// A kernel of 3 × 3 over a quarter of the channels, between two of 1 × 1: ResNet-50 and larger.
    #[default]
    Bottleneck,
}

/// One residual layer: convolutions one after the other, the last without an activation.
pub(super) struct Layer {
    pub(super) stage: usize,
    pub(super) index: usize,
    pub(super) convolutions: Vec<ConvolutionDims<2>>,
    /// The convolution of the shortcut, where the layer's input cannot be added as it is.
    pub(super) shortcut: Option<ConvolutionDims<2>>,
}

impl Default for ResNetConfig {
    fn default() -> Self {
        Self::resnet_50()
    }
}

impl ResNetConfig {
    /// The standard deviation of drawn weights. Configurations do not say one; with this, the layers neither drown what
    /// they are added to nor vanish against it.
    pub(super) const DEVIATION: f32 = 0.02;

    /// The pool after the stem.
    pub(super) const POOL: ConvolutionDims<2> = ConvolutionDims::even([1, 1], 3, 2);

    /// ResNet-50 for images of 224 × 224 and 1000 classes.
    #[must_use]
    pub const fn resnet_50() -> Self {
        Self {
            num_channels: 3,
            embedding_size: 64,
            hidden_sizes: Cow::Borrowed(&[256, 512, 1024, 2048]),
            depths: Cow::Borrowed(&[3, 4, 6, 3]),
            layer_type: LayerType::Bottleneck,
            hidden_act: ActivationName::Relu,
            downsample_in_first_stage: false,
            downsample_in_bottleneck: false,
            image_size: [224; 2],
            classes: Classes::new(1000),
        }
    }

    pub(super) const fn stem(&self) -> ConvolutionDims<2> {
        ConvolutionDims::even([self.num_channels, self.embedding_size], 7, 2)
    }

    /// Channels that the last stage writes. There is one: [`ResNetConfig::fault`] says so.
    pub(super) fn width(&self) -> usize {
        self.hidden_sizes.last().copied().unwrap_or(self.embedding_size)
    }

    /// All residual layers, stage by stage.
    pub(super) fn layers(&self) -> Vec<Layer> {
        let mut input = self.embedding_size;
        let mut layers = Vec::new();
        for (stage, (&output, &depth)) in self.hidden_sizes.iter().zip(self.depths.iter()).enumerate() {
            for index in 0..depth {
                let halves = index == 0 && (stage > 0 || self.downsample_in_first_stage);
                let stride = if halves { 2 } else { 1 };
                let shortcut =
                    ConvolutionDims { padding: [0; 2], ..ConvolutionDims::even([input, output], 1, stride) };
                layers.push(Layer {
                    stage,
                    index,
                    convolutions: self.convolutions([input, output], stride),
                    shortcut: (input != output || halves).then_some(shortcut),
                });
                input = output;
            }
        }
        layers
    }

    fn convolutions(&self, [input, output]: [usize; 2], stride: usize) -> Vec<ConvolutionDims<2>> {
        let square = ConvolutionDims::even;
        let reduced = output / 4;
        let [first, second] = if self.downsample_in_bottleneck { [stride, 1] } else { [1, stride] };
        match self.layer_type {
            LayerType::Basic => vec![square([input, output], 3, stride), square([output, output], 3, 1)],
            LayerType::Bottleneck => vec![
                square([input, reduced], 1, first),
                square([reduced, reduced], 3, second),
                square([reduced, output], 1, 1),
            ],
        }
    }

    /// What `batch` images cost.
    pub(super) fn cost(&self, batch: u64) -> Cost {
        // Whoever runs the model holds the images all the while.
        let pixels = batch * (self.num_channels * self.image_size[0] * self.image_size[1]) as u64;
        let mut sides = Self::POOL.output(self.stem().output(self.image_size));
        let mut cost = self.stem().cost(batch, self.image_size);
        for layer in self.layers() {
            let (of_layer, output) = layer.cost(batch, sides);
            cost = cost.then(Cost { live: of_layer.live + pixels, ..of_layer });
            sides = output;
        }
        cost.then(linear::cost([self.width(), self.classes.count()], batch))
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let (stages, depths) = (self.hidden_sizes.len(), self.depths.len());
        if stages != depths || stages == 0 {
            return Some(format!("`hidden_sizes` names {stages} stages and `depths` {depths}"));
        }
        // A bottleneck works on a quarter of the channels.
        let least = if self.layer_type == LayerType::Bottleneck { 4 } else { 1 };
        let smallest = |numbers: &[usize]| numbers.iter().min().copied().unwrap_or(0);
        let bounds = [
            ("num_channels", self.num_channels, 1),
            ("embedding_size", self.embedding_size, 1),
            ("hidden_sizes", smallest(&self.hidden_sizes), least),
            ("depths", smallest(&self.depths), 1),
            ("image_size", smallest(&self.image_size), 1),
        ];
        let small = bounds.into_iter().find(|&(_, value, least)| value < least);
        let small =
            small.map(|(name, value, least)| format!("`{name}` has {value}, at least {least} is wanted"));
        small.or_else(|| self.classes.fault())
    }
}

impl Layer {
    /// The cost over `batch` images of `sides`, and the sides of what it writes.
    fn cost(&self, batch: u64, sides: [usize; 2]) -> (Cost, [usize; 2]) {
        let (mut cost, mut reached) = (Cost::default(), sides);
        for convolution in &self.convolutions {
            cost = cost.then(convolution.cost(batch, reached));
            reached = convolution.output(reached);
        }
        if let Some(shortcut) = &self.shortcut {
            cost = cost.then(shortcut.cost(batch, sides));
        }
        // The shortcut is alive during the convolutions.
        let waiting = self.convolutions.first().map_or(0, |first| first.channels[0] * sides[0] * sides[1]);
        (Cost { live: cost.live + batch * waiting as u64, ..cost }, reached)
    }
}
