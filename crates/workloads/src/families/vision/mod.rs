//! Vision: image classifiers, ViT and ResNet, as `transformers.ViTForImageClassification` and
//! `transformers.ResNetForImageClassification` compute them.
//!
//! Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021: <https://arxiv.org/abs/2010.11929>. He et al., "Deep
//! Residual Learning for Image Recognition", 2016: <https://arxiv.org/abs/1512.03385>.

mod classes;
mod classifier;
mod resnet;
mod resnet_config;
mod vit;
mod vit_config;

use std::path::Path;

use burn::tensor::{Device, Tensor};

use crate::model::{self, ModelError};
use crate::parity::HostTensors;

pub use classes::Classes;
pub use classifier::{Classifier, ClassifierConfig, images};
pub use resnet::ResNet;
pub use resnet_config::{LayerType, ResNetConfig};
pub(super) use vit::RENAMED;
pub use vit::{Vit, VitEncoder};
pub use vit_config::VitConfig;

/// Feeds `pixel_values` to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let config = model::read_config::<Classifier>(folder)?;
    let pixel_values = inputs.floats("pixel_values", device)?;
    // A ResNet reads images of any size.
    if let ClassifierConfig::Vit(_) = config {
        check_images(&pixel_values, config.image())?;
    }
    let classifier: Classifier = model::load(folder, device)?;
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", classifier.forward(pixel_values))?;
    Ok(outputs)
}

/// # Errors
/// When they have not these channels, this height and this width.
pub(super) fn check_images(pixel_values: &Tensor<4>, expected: [usize; 3]) -> Result<(), ModelError> {
    let [_, found @ ..] = pixel_values.dims();
    if found == expected {
        return Ok(());
    }
    let reason = format!("its images are of {found:?} where {expected:?} are wanted");
    Err(ModelError::Input { name: "pixel_values", reason })
}
