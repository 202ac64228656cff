//! Single operations in `f32`.

use accel_bench::{Bencher, Throughput, bench, catalogue};
use accel_bench_workloads::kernels::{Attention, LayerNorm, Matmul, Softmax, Work};
use accel_bench_workloads::{BURN, check_finite, device};
use burn::tensor::Tensor;

/// Inputs are the same in every process, on every backend and in every commit.
const SEED: u64 = 1;

/// The product of two `n` × `n` matrices.
#[bench(
    category = "kernel",
    backends = BURN,
    tags = ["gemm", "compute-bound"],
    params(n = [64, 128, 256])
)]
fn matmul(b: &mut Bencher) {
    let device = device(b);
    let kernel = Matmul::new(b.param("n"), SEED, &device);
    time(b, kernel.work(), || kernel.run());
}

/// Softmax over the columns of a matrix.
#[bench(
    category = "kernel",
    backends = BURN,
    tags = ["reduction", "memory-bound"],
    params(rows = [512], columns = [512])
)]
fn softmax(b: &mut Bencher) {
    let device = device(b);
    let kernel = Softmax::new([b.param("rows"), b.param("columns")], SEED, &device);
    time(b, kernel.work(), || kernel.run());
}

/// Layer normalisation of the rows of a matrix.
#[bench(
    category = "kernel",
    backends = BURN,
    tags = ["reduction", "memory-bound"],
    params(rows = [512], width = [768])
)]
fn layer_norm(b: &mut Bencher) {
    let device = device(b);
    let kernel = LayerNorm::new([b.param("rows"), b.param("width")], SEED, &device);
    time(b, kernel.work(), || kernel.run());
}

/// Scaled dot-product attention without a mask.
#[bench(
    category = "kernel",
    backends = BURN,
    tags = ["attention", "compute-bound"],
    params(batch_size = [1], heads = [12], sequence_length = [128], head_size = [64])
)]
fn attention(b: &mut Bencher) {
    let device = device(b);
    let shape = [b.param("batch-size"), b.param("heads"), b.param("sequence-length"), b.param("head-size")];
    let kernel = Attention::new(shape, SEED, &device);
    time(b, kernel.work(), || kernel.run());
}

/// Checks the output once, then times.
fn time<const D: usize>(b: &mut Bencher, work: Work, run: impl Fn() -> Tensor<D>) {
    check_finite(b, "output", run());
    b.throughput(Throughput::Elements(work.elements));
    b.throughput(Throughput::Bytes(work.bytes));
    b.metric(catalogue::FLOPS.of(work.flops as f64));
    b.iter(run);
}

accel_bench::main!(count_allocations);
