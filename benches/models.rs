//! The model families: one pass, or writing token after token. What a model can be is a preset, or the path of a Hugging
//! Face folder.

use accel_bench::{Bencher, Error, bench};
use accel_bench_workloads::cell;
use accel_bench_workloads::families::encoder_only::Bert;

/// BERT: hidden states of all tokens.
#[bench(
    name = "encoder-only",
    category = "inference",
    models = ["bert-tiny"],
    backends = ["ndarray", "tch", "wgpu", "cuda"],
    tags = ["text", "transformer"],
    params(batch_size = [1], sequence_length = [128], precision = ["f32"])
)]
fn encoder_only(b: &mut Bencher) -> Result<(), Error> {
    cell::pass::<Bert>(b)
}

accel_bench::main!(count_allocations);
