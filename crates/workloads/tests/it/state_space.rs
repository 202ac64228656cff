//! Mamba-2: what is recorded, and what must hold of any.

use accel_bench_workloads::families::state_space::{Mamba2, Mamba2Config, Mamba2Input};
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::{Int, Tensor, TensorData};

use crate::folder::{cpu, family, outcome};
use crate::writing::{Text, check_cache};

fn recorded() -> Mamba2 {
    model::load(&family("state-space"), &cpu()).expect("the folder is sound")
}

/// Two groups of heads, and chunks of four tokens.
fn small() -> Mamba2Config {
    Mamba2Config {
        vocab_size: 60,
        hidden_size: 16,
        num_hidden_layers: 3,
        num_heads: 4,
        head_dim: 8,
        state_size: 6,
        n_groups: 2,
        chunk_size: 4,
        initializer_range: 0.3,
        ..Mamba2Config::default()
    }
}

fn ids(tokens: &[Vec<i64>]) -> Mamba2Input {
    let shape = [tokens.len(), tokens[0].len()];
    Mamba2Input::tokens(Tensor::from_data(TensorData::new(tokens.concat(), shape), &cpu()))
}

impl Text for Mamba2Input {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.input_ids
    }
}

fn prompts(length: i64) -> Vec<Vec<i64>> {
    vec![(0..length).map(|at| 3 + (at * 5) % 16).collect(), (0..length).map(|at| 3 + (at * 7) % 17).collect()]
}

#[test]
fn recorded_outputs() {
    let outcome = outcome(&family("state-space"));
    assert!(outcome.is_ok(), "{outcome}");
}

#[test]
fn recorded_model_writes_what_it_finds_without_a_state() {
    check_cache(&recorded(), ids(&prompts(6)), 9);
}

#[test]
fn after_whole_chunks() {
    check_cache(&model::random::<Mamba2>(&small(), 1, &cpu()), ids(&prompts(8)), 7);
}

#[test]
fn after_chunks_and_a_rest() {
    check_cache(&model::random::<Mamba2>(&small(), 2, &cpu()), ids(&prompts(11)), 7);
}

#[test]
fn after_a_token() {
    check_cache(&model::random::<Mamba2>(&small(), 3, &cpu()), ids(&prompts(1)), 9);
}

#[test]
fn with_a_tied_head_and_biases() {
    let config = Mamba2Config { tie_word_embeddings: true, use_bias: true, use_conv_bias: false, ..small() };
    check_cache(&model::random::<Mamba2>(&config, 4, &cpu()), ids(&prompts(5)), 7);
}

#[test]
fn with_limited_steps() {
    let config = Mamba2Config { time_step_limit: [Some(0.5), Some(0.7)], ..small() };
    check_cache(&model::random::<Mamba2>(&config, 5, &cpu()), ids(&prompts(5)), 7);
}

#[test]
fn built_parameters_are_as_computed() {
    let config = model::config::<Mamba2>("mamba2-tiny").expect("it is a preset");
    let built: Mamba2 = model::random(&config, 1, &cpu());
    assert_eq!(built.num_params() as u64, model::num_params::<Mamba2>(&config, &cpu()));
}

#[test]
fn a_tied_head_holds_no_more() {
    let [tied, own] = [true, false].map(|tie_word_embeddings| {
        model::num_params::<Mamba2>(&Mamba2Config { tie_word_embeddings, ..small() }, &cpu())
    });
    assert_eq!(own - tied, 60 * 16);
}

#[test]
fn an_input_is_of_the_asked_for_size() {
    let size = Size { batch: 3, sequence: 5, new_tokens: 0 };
    let input = Mamba2::input(&small(), size, 1, &cpu());
    let built: Mamba2 = model::random(&small(), 1, &cpu());
    assert_eq!(built.pass(input).dims(), [3, 5, 60]);
}

#[test]
fn padding_before_a_text_does_not_matter() {
    let scores = |tokens: &[i64], mask: &[i64]| {
        let mask = Tensor::from_data(TensorData::new(mask.to_vec(), [1, mask.len()]), &cpu());
        let input = Mamba2Input { attention_mask: Some(mask), ..ids(&[tokens.to_vec()]) };
        let scores = recorded().forward(input).narrow(1, tokens.len() - 1, 1);
        scores.into_data().try_into_vec::<f32>().expect("it is f32")
    };
    let [padded, alone] = [scores(&[9, 9, 4, 5, 6], &[0, 0, 1, 1, 1]), scores(&[4, 5, 6], &[1, 1, 1])];
    assert!(padded.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-5), "{padded:?}");
}
