//! The cases of the quick suite for Criterion, to compare its verdicts with ours on one machine and the same code:
//! see `docs/calibration.md`.

#![expect(clippy::expect_used, reason = "a benchmark without its model has nothing to say")]

use accel_bench_workloads::families::encoder_only::{Bert, EncoderInput};
use accel_bench_workloads::kernels::{Attention, LayerNorm, Matmul, Softmax};
use accel_bench_workloads::{device_named, model};
use criterion::{Criterion, criterion_group, criterion_main};

/// That of the other targets.
const SEED: u64 = 1;

fn kernels(c: &mut Criterion) {
    let device = device_named("ndarray").expect("a build with ndarray");
    for n in [64, 128, 256] {
        let matmul = Matmul::new(n, SEED, &device);
        c.bench_function(&format!("matmul/{n}"), |b| b.iter(|| matmul.run()));
    }
    let softmax = Softmax::new([512, 512], SEED, &device);
    c.bench_function("softmax", |b| b.iter(|| softmax.run()));
    let layer_norm = LayerNorm::new([512, 768], SEED, &device);
    c.bench_function("layer_norm", |b| b.iter(|| layer_norm.run()));
    let attention = Attention::new([1, 12, 128, 64], SEED, &device);
    c.bench_function("attention", |b| b.iter(|| attention.run()));
}

fn forward(c: &mut Criterion) {
    let device = device_named("ndarray").expect("a build with ndarray");
    let config = model::config::<Bert>("bert-tiny").expect("a preset");
    let bert: Bert = model::open("bert-tiny", SEED, &device).expect("random weights");
    let input = EncoderInput::random(&config, [1, 128], SEED, &device);
    c.bench_function("forward/bert-tiny", |b| b.iter(|| bert.forward(input.clone())));
}

criterion_group!(benches, forward, kernels);
criterion_main!(benches);
