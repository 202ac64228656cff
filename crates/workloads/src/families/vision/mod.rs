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

pub use classes::Classes;
pub use classifier::{Classifier, ClassifierConfig, images};
pub use resnet::ResNet;
pub use resnet_config::{LayerType, ResNetConfig};
pub(super) use vit::RENAMED;
pub use vit::{Vit, VitEncoder};
pub use vit_config::VitConfig;
