//! Every family's run in a parity folder: loads the model, feeds it the recorded inputs and returns its outputs, named as the
//! reference implementation names them.

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};

use super::host::HostTensors;
use crate::cost::Size;
use crate::families::decoder_only::Llama;
use crate::families::diffusion::{Dit, DitInput, TIME_STEPS};
use crate::families::encoder_decoder::{T5, T5Input};
use crate::families::encoder_only::{Bert, EncoderInput};
use crate::families::mixture_of_experts::Mixtral;
use crate::families::multimodal::{Llava, LlavaConfig, LlavaInput};
use crate::families::speech::{SpeechInput, Whisper, WhisperConfig};
use crate::families::state_space::{Mamba2, Mamba2Input};
use crate::families::vision::{Classifier, ClassifierConfig};
use crate::families::vision_encoder_text_decoder::{CaptionInput, Captioner, CaptionerConfig};
use crate::family::Family;
use crate::generation::greedy;
use crate::model::{self, ModelError};
use crate::workload::{Generator, Workload as _};

type Reproduced = Result<HostTensors, ModelError>;

/// The outputs of the model in `folder`, a model of `family`, for these inputs.
///
/// # Errors
/// When the model cannot be loaded, the inputs do not fit it, or the device fails.
pub(super) fn reproduce(family: Family, folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    match family {
        Family::EncoderOnly => bert(folder, inputs, device),
        Family::DecoderOnly => language_model::<Llama>(folder, inputs, device),
        Family::MixtureOfExperts => language_model::<Mixtral>(folder, inputs, device),
        Family::EncoderDecoder => t5(folder, inputs, device),
        Family::Vision => classifier(folder, inputs, device),
        Family::VisionEncoderTextDecoder => captioner(folder, inputs, device),
        Family::Speech => whisper(folder, inputs, device),
        Family::Multimodal => llava(folder, inputs, device),
        Family::Diffusion => dit(folder, inputs, device),
        Family::StateSpace => mamba2(folder, inputs, device),
    }
}

/// A single output.
fn one<const D: usize>(name: &str, output: Tensor<D>) -> Reproduced {
    let mut outputs = HostTensors::default();
    outputs.read_back(name, output)?;
    Ok(outputs)
}

fn invalid<T>(name: &'static str, reason: String) -> Result<T, ModelError> {
    Err(ModelError::Input { name, reason })
}

fn bert(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let bert: Bert = model::load(folder, device)?;
    let output = bert.forward(EncoderInput {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
        token_type_ids: inputs.optional_integers("token_type_ids", device)?,
    });
    let mut outputs = one("last_hidden_state", output.last_hidden_state)?;
    outputs.read_back("pooler_output", output.pooler_output)?;
    Ok(outputs)
}

/// The number of tokens that the reference generates.
const NEW_TOKENS: usize = 8;

/// The `logits` of every token, and `greedy_tokens` where the model has positions for them.
fn language_model<M: Generator<Input = Tensor<2, Int>>>(
    folder: &Path,
    inputs: &HostTensors,
    device: &Device,
) -> Reproduced {
    let config = model::read_config::<M>(folder)?;
    let ids: Tensor<2, Int> = inputs.integers("input_ids", device)?;
    refuse_mask(inputs, device)?;
    let [batch, sequence] = ids.dims();
    let excess = |new_tokens| M::excess(&config, Size { batch, sequence, new_tokens });
    if let Some(reason) = excess(0) {
        return invalid("input_ids", reason);
    }
    let language_model: M = model::load(folder, device)?;
    let mut outputs = one("logits", language_model.pass(ids.clone()))?;
    if excess(NEW_TOKENS).is_none() {
        outputs.tokens("greedy_tokens", &greedy(&language_model, ids, NEW_TOKENS, &mut || ())?);
    }
    Ok(outputs)
}

fn refuse_mask(inputs: &HostTensors, device: &Device) -> Result<(), ModelError> {
    if inputs.optional_integers::<2>("attention_mask", device)?.is_none() {
        return Ok(());
    }
    invalid("attention_mask", "texts of different lengths in one batch are not implemented".to_owned())
}

fn t5(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let t5: T5 = model::load(folder, device)?;
    let logits = t5.forward(T5Input {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    });
    one("logits", logits)
}

fn classifier(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let config = model::read_config::<Classifier>(folder)?;
    let pixel_values = inputs.floats("pixel_values", device)?;
    // A ResNet reads images of any size.
    if let ClassifierConfig::Vit(_) = config {
        check_images(&pixel_values, config.image())?;
    }
    let classifier: Classifier = model::load(folder, device)?;
    one("logits", classifier.forward(pixel_values))
}

/// # Errors
/// When they do not have these channels, this height and this width.
fn check_images(pixel_values: &Tensor<4>, expected: [usize; 3]) -> Result<(), ModelError> {
    let [_, found @ ..] = pixel_values.dims();
    if found == expected {
        return Ok(());
    }
    invalid("pixel_values", format!("its images are of {found:?} where {expected:?} are wanted"))
}

fn captioner(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let input = CaptionInput {
        pixel_values: inputs.floats("pixel_values", device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    };
    check_captions(&model::read_config::<Captioner>(folder)?, &input)?;
    let captioner: Captioner = model::load(folder, device)?;
    one("logits", captioner.forward(input))
}

/// # Errors
/// When the images are of another size, or the texts are too long or not one for each image.
fn check_captions(config: &CaptionerConfig, input: &CaptionInput) -> Result<(), ModelError> {
    check_images(&input.pixel_values, config.vit().image())?;
    let ([images, ..], [batch, sequence]) = (input.pixel_values.dims(), input.decoder_input_ids.dims());
    let unpaired = (images != batch).then(|| format!("it has {batch} texts where there are {images} images"));
    let excess = Captioner::excess(config, Size { batch, sequence, new_tokens: 0 });
    unpaired.or(excess).map_or(Ok(()), |reason| invalid("decoder_input_ids", reason))
}

fn whisper(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let whisper: Whisper = model::load(folder, device)?;
    let logits = whisper.forward(SpeechInput {
        input_features: features(&model::read_config::<Whisper>(folder)?, inputs, device)?,
        decoder_input_ids: inputs.integers("decoder_input_ids", device)?,
    });
    one("logits", logits)
}

/// The recorded features, where the model has positions for exactly as many: those of its window.
fn features(config: &WhisperConfig, inputs: &HostTensors, device: &Device) -> Result<Tensor<3>, ModelError> {
    let features = inputs.floats("input_features", device)?;
    let [_, bands, frames] = features.dims();
    let [wanted_bands, wanted] = [config.num_mel_bins, config.frames()];
    if [bands, frames] == [wanted_bands, wanted] {
        return Ok(features);
    }
    let found = format!("it has {bands} bands and {frames} frames");
    invalid("input_features", format!("{found} where {wanted_bands} and {wanted} are wanted"))
}

fn llava(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let config = model::read_config::<Llava>(folder)?;
    refuse_mask(inputs, device)?;
    let input = LlavaInput {
        input_ids: inputs.integers("input_ids", device)?,
        pixel_values: inputs.floats("pixel_values", device)?,
    };
    check_dialogue(&config, &input)?;
    let llava: Llava = model::load(folder, device)?;
    one("logits", llava.forward(input))
}

/// # Errors
/// When the images are of another size, or the texts are too long or do not have one place for each vector that the images
/// become.
fn check_dialogue(config: &LlavaConfig, input: &LlavaInput) -> Result<(), ModelError> {
    check_images(&input.pixel_values, config.tower().image())?;
    let [batch, sequence] = input.input_ids.dims();
    if let Some(reason) = Llama::excess(&config.text(), Size { batch, sequence, new_tokens: 0 }) {
        return invalid("input_ids", reason);
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
    invalid("input_ids", reason)
}

fn dit(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let dit: Dit = model::load(folder, device)?;
    let sample = dit.forward(DitInput {
        latents: inputs.floats("hidden_states", device)?,
        timesteps: timesteps(inputs, device)?,
        class_labels: inputs.integers("class_labels", device)?,
    });
    one("sample", sample)
}

/// The reference accepts any number as a time step; here only those of the schedule are valid.
fn timesteps(inputs: &HostTensors, device: &Device) -> Result<Tensor<1, Int>, ModelError> {
    let timesteps = inputs.integers::<1>("timestep", device)?;
    let beyond = |step: &i64| !(0..TIME_STEPS as i64).contains(step);
    match timesteps.to_data().iter::<i64>().find(beyond) {
        Some(step) => {
            invalid("timestep", format!("{step} is not a time step: they go from 0 to {}", TIME_STEPS - 1))
        }
        None => Ok(timesteps),
    }
}

fn mamba2(folder: &Path, inputs: &HostTensors, device: &Device) -> Reproduced {
    let mamba: Mamba2 = model::load(folder, device)?;
    let logits = mamba.forward(Mamba2Input {
        input_ids: inputs.integers("input_ids", device)?,
        attention_mask: inputs.optional_integers("attention_mask", device)?,
    });
    one("logits", logits)
}
