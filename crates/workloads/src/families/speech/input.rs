//! The input of a Whisper.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::WhisperConfig;
use super::mel::{LogMel, SAMPLE_RATE};
use crate::weights::{integers, uniform};

/// The features of the audio, and the text so far.
#[derive(Clone, Debug)]
pub struct SpeechInput {
    /// `[batch, bands, frames]`, as [`LogMel`] makes them; as many frames as the model has positions for.
    pub input_features: Tensor<3>,
    /// `[batch, tokens]`: token numbers below the size of the vocabulary.
    pub decoder_input_ids: Tensor<2, Int>,
}

impl SpeechInput {
    /// So many seconds of noise drawn from `seed`, other noise in each sequence, and then silence to the end of the
    /// window that the model hears; and `prompt_tokens` tokens. Seconds beyond the window are cut off, as
    /// `transformers.WhisperFeatureExtractor` does.
    #[must_use]
    pub fn random(
        config: &WhisperConfig,
        batch: usize,
        prompt_tokens: usize,
        audio_seconds: f64,
        seed: u64,
        device: &Device,
    ) -> Self {
        let window = config.samples();
        let heard = window.min((audio_seconds * SAMPLE_RATE as f64) as usize);
        let log_mel = LogMel::new(config.num_mel_bins);
        let features = |sequence: usize| {
            let mut samples = uniform(seed, &format!("audio.{sequence}"), heard, LOUDNESS);
            samples.resize(window, 0.0);
            log_mel.features(&samples)
        };
        let features: Vec<f32> = (0..batch).flat_map(features).collect();
        let bound = u32::try_from(config.vocab_size).unwrap_or(u32::MAX);
        let ids = integers(seed, "decoder_input_ids", batch * prompt_tokens, bound);
        let shape = [batch, config.num_mel_bins, config.frames()];
        Self {
            input_features: Tensor::from_data(TensorData::new(features, shape), device),
            decoder_input_ids: Tensor::from_data(TensorData::new(ids, [batch, prompt_tokens]), device),
        }
    }
}

/// The standard deviation of the noise, about that of speech where 1 is the loudest that can be recorded.
const LOUDNESS: f32 = 0.1;
