//! Whisper as its users see it: what is recorded, writing with and without a cache, and what it hears.

use accel_bench_workloads::families::speech::{SpeechInput, Whisper, WhisperConfig, mel};
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::tensor::{Int, Tensor, TensorData};

use crate::folder::{Folder, cpu, family, outcome, read, write};
use crate::writing::{Text, check_cache, check_steps};

const FAMILY: &str = "speech";

fn recorded() -> (WhisperConfig, Whisper) {
    let folder = family(FAMILY);
    let config = model::read_config::<Whisper>(&folder).expect("the folder is sound");
    (config, model::load(&folder, &cpu()).expect("the folder is sound"))
}

impl Text for SpeechInput {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.decoder_input_ids
    }
}

/// A model of two layers with weights drawn from a seed, that hears 0.2 seconds.
fn drawn(tie_word_embeddings: bool) -> (WhisperConfig, Whisper) {
    let mut config = model::config::<Whisper>("whisper-tiny").expect("it is a preset");
    config.vocab_size = 200;
    config.d_model = 32;
    [config.encoder_layers, config.decoder_layers] = [2, 2];
    [config.encoder_ffn_dim, config.decoder_ffn_dim] = [48, 64];
    [config.encoder_attention_heads, config.decoder_attention_heads] = [4, 2];
    config.max_source_positions = 10;
    config.tie_word_embeddings = tie_word_embeddings;
    // Large weights, so that what is written does not hang on one token.
    config.init_std = 0.4;
    (config, model::random(&config, 3, &cpu()))
}

#[test]
fn gives_what_is_recorded() {
    let outcome = outcome(&family(FAMILY));
    assert!(outcome.is_ok(), "{outcome}");
}

#[test]
fn the_recorded_model_writes_with_a_cache_what_it_writes_without() {
    let (config, whisper) = recorded();
    let size = Size { batch: 2, sequence: 4, new_tokens: 12 };
    check_cache(&whisper, Whisper::input(&config, size, 1, &cpu()), 12);
}

/// Reads a text of 10 tokens, all but the first `prompt` of them one by one.
#[track_caller]
fn check_text((config, whisper): (WhisperConfig, Whisper), prompt: usize) {
    check_steps(&whisper, SpeechInput::random(&config, 2, 10, 0.1, 1, &cpu()), prompt);
}

#[test]
fn reads_token_by_token_as_at_once() {
    check_text(recorded(), 1);
    check_text(recorded(), 6);
    check_text(drawn(true), 3);
}

#[test]
fn a_drawn_model_writes_with_a_cache_what_it_writes_without() {
    let (config, whisper) = drawn(true);
    let size = Size { batch: 2, sequence: 3, new_tokens: 20 };
    check_cache(&whisper, Whisper::input(&config, size, 1, &cpu()), 20);
}

#[test]
fn writes_with_a_head_of_its_own() {
    let (config, whisper) = drawn(false);
    check_cache(&whisper, SpeechInput::random(&config, 2, 3, 0.1, 2, &cpu()), 16);
}

#[test]
fn a_text_longer_than_the_positions() {
    let (config, _) = recorded();
    let excess = |sequence| Whisper::excess(&config, Size { batch: 1, sequence, new_tokens: 16 });
    assert_eq!(excess(4), None);
    assert_eq!(excess(5).as_deref(), Some("its decoder has 20 positions, 21 are asked for"));
}

#[test]
fn positions_of_another_length() {
    let folder = Folder::of(FAMILY);
    let folder = folder.config("\"max_source_positions\": 6", "\"max_source_positions\": 5");
    let line = outcome(folder.path()).to_string();
    assert!(
        line.contains("misshapen `model.encoder.embed_positions.weight`") || line.contains("FAILED"),
        "{line}"
    );
}

#[test]
fn features_of_another_length() {
    let folder = Folder::of(FAMILY);
    let mut inputs = read(&folder.file("inputs.safetensors"));
    let features = inputs.get_mut("input_features").expect("it is there");
    features.shape = vec![2, 10, 6];
    write(&folder.file("inputs.safetensors"), &inputs);
    let line = outcome(folder.path()).to_string();
    assert!(line.contains("it has 10 bands and 6 frames where 5 and 12 are wanted"), "{line}");
}

#[test]
fn the_head_of_its_own_that_is_missing() {
    let folder = Folder::of(FAMILY);
    assert!(outcome(folder.path()).is_ok(), "it is tied");
    let folder = folder.config("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
    let line = outcome(folder.path()).to_string();
    assert!(line.contains("missing `proj_out.weight`"), "{line}");
}

/// 0.15 s of a rising tone and 0.05 s of silence: the formula of `fixture.py`.
fn chirp() -> Vec<f32> {
    let sample = |index: usize| {
        let time = index as f64 / mel::SAMPLE_RATE as f64;
        (0.4 * (std::f64::consts::TAU * (150.0 * time + 20_000.0 * time * time)).sin()) as f32
    };
    (0..2400).map(sample).chain([0.0; 800]).collect()
}

/// The features equal those of `transformers.WhisperFeatureExtractor`, which computes in `f32`.
#[track_caller]
fn check_heard(bands: usize) {
    let stored = &read(&family(FAMILY).join("features.safetensors"))[&format!("bands_{bands}")];
    assert_eq!(stored.shape, [bands, 20]);
    let (expected, _) = stored.bytes.as_chunks::<4>();
    let found = mel::LogMel::new(bands).features(&chirp());
    assert_eq!(found.len(), expected.len());
    let far =
        found.iter().zip(expected).map(|(found, expected)| (found - f32::from_le_bytes(*expected)).abs());
    let far = far.fold(0.0, f32::max);
    assert!(far < 1e-4, "{far}");
}

#[test]
fn eighty_bands_are_those_of_the_reference() {
    check_heard(80);
}

#[test]
fn a_hundred_and_twenty_eight_bands_are_those_of_the_reference() {
    check_heard(128);
}

/// The features of an input of this many seconds, of which 0.2 are audible.
fn heard(seconds: f64, seed: u64) -> TensorData {
    let (config, _) = drawn(true);
    SpeechInput::random(&config, 2, 3, seconds, seed, &cpu()).input_features.into_data()
}

#[test]
fn sequences_hear_different_noise() {
    let features = heard(0.2, 1);
    assert_eq!(features.shape().as_slice(), [2, 80, 20]);
    let values: Vec<f32> = features.iter().collect();
    assert_ne!(values[..1600], values[1600..]);
}

#[test]
fn the_rest_of_the_window_is_silent() {
    let values: Vec<f32> = heard(0.1, 1).iter().take(80 * 20).collect();
    let silence = values.iter().copied().fold(f32::INFINITY, f32::min);
    let frames = &values[..20];
    assert!(frames[..9].iter().all(|&value| value > silence), "{frames:?}");
    assert!(frames[12..].iter().all(|&value| value == silence), "{frames:?}");
}

#[test]
fn what_goes_beyond_the_window_is_cut_off() {
    assert_eq!(heard(0.2, 1), heard(5.0, 1));
}

#[test]
fn a_seed_makes_one_input() {
    assert_eq!(heard(0.2, 1), heard(0.2, 1));
    assert_ne!(heard(0.2, 1), heard(0.2, 2));
}
