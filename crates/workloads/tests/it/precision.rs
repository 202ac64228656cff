//! Models in fewer bits than they were trained in.

use accel_bench_workloads::cell::Precision;
use accel_bench_workloads::families::encoder_only::Bert;
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::tensor::Device;

use crate::folder::cpu;

const SIZE: Size = Size { batch: 1, sequence: 8, new_tokens: 0 };

fn output(precision: Precision, device: &Device) -> Vec<f32> {
    let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
    let bert = precision.keep(model::random::<Bert>(&config, 1, device), device);
    let output = bert.pass(Bert::input(&config, SIZE, 1, device)).into_data();
    output.convert::<f32>().try_into_vec().expect("it is f32")
}

/// The largest difference from `f32`, relative to the largest value.
fn error(precision: Precision) -> f64 {
    let device = cpu();
    let [found, expected] = [precision, Precision::F32].map(|precision| output(precision, &device));
    let scale = expected.iter().fold(0.0, |most: f32, value| most.max(value.abs()));
    let worst = found.iter().zip(&expected).fold(0.0, |most: f32, (a, b)| most.max((a - b).abs()));
    f64::from(worst / scale)
}

#[test]
fn eight_bits_are_close_but_not_equal() {
    let error = error(Precision::Q8);
    assert!(error > 0.0 && error < Precision::Q8.tolerance(), "{error}");
}

#[test]
fn f32_is_itself() {
    assert_eq!(error(Precision::F32), 0.0);
}

#[track_caller]
fn check_supported(precision: Precision, expected: bool) {
    assert_eq!(precision.is_supported(&cpu()), expected);
}

#[test]
fn ndarray_quantises_to_eight_bits() {
    check_supported(Precision::Q8, true);
}

#[test]
fn ndarray_does_not_quantise_to_four_bits() {
    check_supported(Precision::Q4, false);
}

#[test]
fn ndarray_has_no_half_precision() {
    check_supported(Precision::F16, false);
    check_supported(Precision::Bf16, false);
}

#[track_caller]
fn check_name(name: &str, expected: Result<Precision, &str>) {
    assert_eq!(name.parse::<Precision>().map_err(|error| error.to_string()), expected.map_err(str::to_owned));
}

#[test]
fn names() {
    for precision in Precision::ALL {
        check_name(&precision.to_string(), Ok(precision));
    }
    check_name("fp16", Err("no precision is called `fp16`: there are f32, f16, bf16, q8 and q4"));
}
