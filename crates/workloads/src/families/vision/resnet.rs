//! The residual network.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{AdaptiveAvgPool2d, MaxPool2d};
use burn::nn::{BatchNorm, Linear, PaddingConfig2d};
use burn::tensor::Tensor;

use super::resnet_config::{Layer, ResNetConfig};
use crate::blocks::convolution::conv2d;
use crate::blocks::linear::linear;
use crate::blocks::norm::batch_norm;
use crate::blocks::{ActivationName, Bias, ConvolutionDims, Projection};
use crate::weights::Weights;

/// A ResNet with its classifier, in inference mode: its norms use the statistics of training.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Convolution,
    pool: MaxPool2d,
    layers: Vec<Residual>,
    average: AdaptiveAvgPool2d,
    classifier: Linear,
}

impl ResNet {
    pub(super) fn new(config: &ResNetConfig, weights: &mut Weights<'_>) -> Self {
        let stem = Some(config.hidden_act);
        let ConvolutionDims { kernel, stride, padding: [rows, columns], .. } = ResNetConfig::POOL;
        let layer = |layer: &Layer| Residual::new(config, weights, layer);
        Self {
            layers: config.layers().iter().map(layer).collect(),
            stem: Convolution::new(weights, "resnet.embedder.embedder", config.stem(), stem),
            pool: MaxPool2d {
                stride,
                kernel_size: kernel,
                padding: PaddingConfig2d::Explicit(rows, columns, rows, columns),
                dilation: [1, 1],
                ceil_mode: false,
            },
            average: AdaptiveAvgPool2d { output_size: [1, 1] },
            // Number 0 of the checkpoint's sequence flattens.
            classifier: linear(
                weights,
                Projection::biased("classifier.1"),
                [config.width(), config.classes.count()],
            ),
        }
    }

    /// `[batch, channels, height, width]` to the classes' scores, `[batch, classes]`.
    #[must_use]
    pub fn forward(&self, pixel_values: Tensor<4>) -> Tensor<2> {
        let mut x = self.pool.forward(self.stem.forward(pixel_values));
        for layer in &self.layers {
            x = layer.forward(x);
        }
        self.classifier.forward(self.average.forward(x).flatten(1, 3))
    }
}

/// Convolutions whose result is added to what they read.
#[derive(Module, Debug)]
struct Residual {
    convolutions: Vec<Convolution>,
    shortcut: Option<Convolution>,
    #[module(skip)]
    activation: ActivationName,
}

impl Residual {
    fn new(config: &ResNetConfig, weights: &mut Weights<'_>, layer: &Layer) -> Self {
        let name = format!("resnet.encoder.stages.{}.layers.{}", layer.stage, layer.index);
        let last = layer.convolutions.len() - 1;
        // Inside a layer it is always ReLU: the configuration's activation comes at its end.
        let activation = |index| (index < last).then_some(ActivationName::Relu);
        let convolutions = layer.convolutions.iter().enumerate().map(|(index, &dims)| {
            Convolution::new(weights, &format!("{name}.layer.{index}"), dims, activation(index))
        });
        Self {
            convolutions: convolutions.collect(),
            shortcut: layer
                .shortcut
                .map(|dims| Convolution::new(weights, &format!("{name}.shortcut"), dims, None)),
            activation: config.hidden_act,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.convolutions.iter().fold(x.clone(), |y, convolution| convolution.forward(y));
        let x = match &self.shortcut {
            Some(shortcut) => shortcut.forward(x),
            None => x,
        };
        self.activation.apply(y + x)
    }
}

/// A convolution, its norm and, where there is one, an activation.
#[derive(Module, Debug)]
struct Convolution {
    convolution: Conv2d,
    norm: BatchNorm,
    #[module(skip)]
    activation: Option<ActivationName>,
}

impl Convolution {
    fn new(
        weights: &mut Weights<'_>,
        name: &str,
        dims: ConvolutionDims<2>,
        activation: Option<ActivationName>,
    ) -> Self {
        Self {
            convolution: conv2d(weights, &format!("{name}.convolution"), dims, Bias::Without),
            norm: batch_norm(weights, &format!("{name}.normalization"), dims.channels[1]),
            activation,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = self.norm.forward(self.convolution.forward(x));
        match self.activation {
            Some(activation) => activation.apply(x),
            None => x,
        }
    }
}
