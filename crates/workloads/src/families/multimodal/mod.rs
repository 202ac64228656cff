//! Multimodal: LLaVA, a CLIP tower whose view of an image stands among the words that a Llama reads, as
//! `transformers.LlavaForConditionalGeneration` computes it.
//!
//! Liu et al., "Visual Instruction Tuning", 2023: <https://arxiv.org/abs/2304.08485>; the tower is that of Radford et al.,
//! "Learning Transferable Visual Models From Natural Language Supervision", 2021: <https://arxiv.org/abs/2103.00020>.

mod clip;
mod clip_config;
mod config;
mod llava;

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};

use crate::families::decoder_only::Llama;
use crate::families::vision;
use crate::model::{self, ModelError};
use crate::parity::HostTensors;
use crate::workload::{Size, Workload as _};

pub use clip::ClipTower;
pub use clip_config::ClipConfig;
pub use config::{FeatureLayers, LlavaConfig, Select, TextModel, VisionTower};
pub use llava::{Llava, LlavaInput};

/// Feeds `input_ids` and `pixel_values` to the model in `folder`.
///
/// # Errors
/// When the model cannot be loaded, the inputs are not such, or the device fails.
pub(super) fn reproduce(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let config = model::read_config::<Llava>(folder)?;
    if inputs.optional_integers::<2>("attention_mask", device)?.is_some() {
        let reason = "texts of different lengths in one batch are not implemented".to_owned();
        return Err(ModelError::Input { name: "attention_mask", reason });
    }
    let input = LlavaInput {
        input_ids: inputs.integers("input_ids", device)?,
        pixel_values: inputs.floats("pixel_values", device)?,
    };
    check(&config, &input)?;
    let llava: Llava = model::load(folder, device)?;
    let mut outputs = HostTensors::default();
    outputs.read_back("logits", llava.forward(input))?;
    Ok(outputs)
}

/// # Errors
/// When the images are of another size, or the texts too long or without one place for each vector that the images become.
fn check(config: &LlavaConfig, input: &LlavaInput) -> Result<(), ModelError> {
    vision::check_images(&input.pixel_values, config.tower().image())?;
    let [batch, sequence] = input.input_ids.dims();
    if let Some(reason) = Llama::excess(&config.text(), Size { batch, sequence, new_tokens: 0 }) {
        return Err(ModelError::Input { name: "input_ids", reason });
    }
    let [images, ..] = input.pixel_values.dims();
    let vectors = images * config.image_tokens();
    let places: Tensor<1, Int> = input.input_ids.clone().equal_elem(config.image_token()).int().sum();
    let places = places.try_into_data().map_err(|error| ModelError::Device(error.to_string()))?;
    let places = places.iter::<i64>().sum::<i64>();
    if places == vectors as i64 {
        return Ok(());
    }
    let reason = format!("it has {places} places for images where the images become {vectors} vectors");
    Err(ModelError::Input { name: "input_ids", reason })
}
