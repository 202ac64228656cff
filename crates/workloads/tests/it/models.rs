//! Models by name, and what a BERT does beyond what is recorded.

use accel_bench_workloads::families::encoder_only::{Bert, BertConfig, EncoderInput};
use accel_bench_workloads::model;
use burn::module::Module as _;
use burn::tensor::{Int, Tensor};

use crate::folder::{cpu, recorded};

#[track_caller]
fn check_unknown(name: &str, hint: &str) {
    let error = model::config::<Bert>(name).expect_err("an unknown name");
    assert_eq!(error.to_string(), format!("no model is called `{name}`: {hint}"));
}

fn tiny() -> (BertConfig, Bert) {
    let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
    (config, model::random(&config, 1, &cpu()))
}

/// The recorded model: small enough to be run by many tests.
fn smallest() -> Bert {
    let path = recorded();
    model::open(path.to_str().expect("the path is text"), 1, &cpu()).expect("the folder is sound")
}

fn ids<const B: usize, const S: usize>(ids: [[i64; S]; B]) -> Tensor<2, Int> {
    Tensor::from_data(ids, &cpu())
}

/// The last hidden state as rows: one a token, all sequences together.
fn states(input: EncoderInput) -> Vec<Vec<f32>> {
    let state = smallest().forward(input).last_hidden_state;
    let [_, _, width] = state.dims();
    let values: Vec<f32> = state.into_data().try_into_vec().expect("it is f32");
    values.chunks(width).map(<[f32]>::to_vec).collect()
}

#[track_caller]
fn assert_close(a: &[Vec<f32>], b: &[Vec<f32>]) {
    let close = a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(close && a.len() == b.len(), "{a:?} {b:?}");
}

#[test]
fn misspelt_preset() {
    check_unknown("bert-tinny", "did you mean `bert-tiny`?");
}

#[test]
fn misspelt_size() {
    check_unknown("bert-lage", "did you mean `bert-large`?");
}

#[test]
fn nothing_like_a_preset() {
    check_unknown("resnet", "name a preset, or a folder by a path such as `./my-model`");
}

#[test]
fn path_that_leads_nowhere() {
    let error = model::config::<Bert>("./nowhere").expect_err("a missing folder");
    assert_eq!(error.to_string(), "can't read `./nowhere/config.json`");
}

#[test]
fn folder_by_its_path() {
    let path = recorded();
    let config =
        model::config::<Bert>(path.to_str().expect("the path is text")).expect("the folder is sound");
    assert_eq!((config.hidden_size, config.num_attention_heads, config.vocab_size), (12, 3, 24));
}

#[test]
fn built_parameters_are_as_computed() {
    let (config, bert) = tiny();
    assert_eq!(bert.num_params() as u64, model::num_params::<Bert>(&config, &cpu()));
}

#[test]
fn shapes_of_the_outputs() {
    let (config, bert) = tiny();
    let output = bert.forward(EncoderInput::random(&config, [2, 9], 1, &cpu()));
    assert_eq!((output.last_hidden_state.dims(), output.pooler_output.dims()), ([2, 9, 128], [2, 128]));
}

#[test]
fn a_mask_of_ones_is_no_mask() {
    let input = EncoderInput::tokens(ids([[3, 4, 5]]));
    let masked = EncoderInput { attention_mask: Some(ids([[1, 1, 1]])), ..input.clone() };
    assert_close(&states(input), &states(masked));
}

#[test]
fn segments_of_zeros_are_no_segments() {
    let input = EncoderInput::tokens(ids([[3, 4, 5]]));
    let segmented = EncoderInput { token_type_ids: Some(ids([[0, 0, 0]])), ..input.clone() };
    assert_close(&states(input), &states(segmented));
}

#[test]
fn padding_does_not_matter() {
    let alone = states(EncoderInput::tokens(ids([[3, 4]])));
    let mask = Some(ids([[1, 1, 0, 0]]));
    let padded = states(EncoderInput { attention_mask: mask, ..EncoderInput::tokens(ids([[3, 4, 9, 7]])) });
    assert_close(&alone, &padded[..2]);
}

#[test]
fn sequences_of_a_batch_do_not_matter_to_each_other() {
    let together = states(EncoderInput::tokens(ids([[3, 4, 5], [6, 7, 8]])));
    assert_close(&together[..3], &states(EncoderInput::tokens(ids([[3, 4, 5]]))));
    assert_close(&together[3..], &states(EncoderInput::tokens(ids([[6, 7, 8]]))));
}

#[test]
fn positions_matter() {
    let [forth, back] = [[[3, 4]], [[4, 3]]].map(|tokens| states(EncoderInput::tokens(ids(tokens))));
    assert!((forth[0][0] - back[1][0]).abs() > 1e-4);
}
