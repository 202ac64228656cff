//! A seed makes one model and one input.

use accel_bench_workloads::families::encoder_only::{Bert, EncoderInput};
use accel_bench_workloads::model;
use burn::tensor::TensorData;

use crate::folder::cpu;

/// The pooler's output of `bert-tiny` with weights and input from these seeds.
fn output(weights: u64, input: u64) -> TensorData {
    let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
    let bert: Bert = model::open("bert-tiny", weights, &cpu()).expect("it is a preset");
    bert.forward(EncoderInput::random(&config, [1, 8], input, &cpu())).pooler_output.into_data()
}

#[test]
fn equal_seeds_give_equal_outputs() {
    assert_eq!(output(1, 1), output(1, 1));
}

#[test]
fn another_seed_gives_other_weights() {
    assert_ne!(output(1, 1), output(2, 1));
}

#[test]
fn another_seed_gives_another_input() {
    assert_ne!(output(1, 1), output(1, 2));
}

#[test]
fn outputs_are_finite_and_not_all_alike() {
    let values: Vec<f32> = output(1, 1).try_into_vec().expect("it is f32");
    assert!(values.iter().all(|value| value.is_finite() && value.abs() <= 1.0), "{values:?}");
    assert!(values.iter().any(|value| (value - values[0]).abs() > 1e-3), "{values:?}");
}
