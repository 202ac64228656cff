//! Encoder-only models: one forward pass.

use accel_bench::{Bencher, Direction, Error, Metric, Throughput, bench};
use accel_bench_workloads::families::encoder_only::{Bert, EncoderInput};
use accel_bench_workloads::workload::{Size, Workload as _};
use accel_bench_workloads::{check_finite, device, model};

/// Weights and inputs are the same in every process, on every backend and in every commit.
const SEED: u64 = 1;

/// BERT with its pooler. The parameter `model` is a preset, `bert-tiny` to `bert-xxl`, or the path of a Hugging
/// Face folder.
#[bench(
    category = "inference",
    models = ["bert-tiny"],
    backends = ["ndarray", "tch", "wgpu", "cuda"],
    tags = ["encoder", "transformer"],
    params(batch_size = [1], sequence_length = [128])
)]
fn forward(b: &mut Bencher) -> Result<(), Error> {
    let name: String = b.param("model");
    let (batch, sequence): (usize, usize) = (b.param("batch-size"), b.param("sequence-length"));
    let config = model::config::<Bert>(&name)?;
    let positions = config.max_position_embeddings;
    if sequence > positions {
        return Err(Error::unsupported(format!(
            "`{name}` has {positions} positions, {sequence} are asked for"
        )));
    }

    let device = device(b);
    let bert: Bert = model::open(&name, SEED, &device)?;
    let input = EncoderInput::random(&config, [batch, sequence], SEED, &device);
    let output = bert.forward(input.clone());
    check_finite(b, "last_hidden_state", output.last_hidden_state);
    check_finite(b, "pooler_output", output.pooler_output);

    b.throughput(Throughput::Samples(batch as u64));
    b.throughput(Throughput::Tokens((batch * sequence) as u64));
    b.metric(Metric::new(
        "num-params",
        "parameters",
        Direction::Neither,
        model::num_params::<Bert>(&config, &device) as f64,
    ));
    let size = Size { batch, sequence, new_tokens: 0 };
    let flops = Bert::cost(&config, size).flops;
    b.metric(Metric::new("flops", "flop", Direction::Neither, flops as f64).source("analytic"));
    b.iter(|| bert.forward(input.clone()));
    Ok(())
}

accel_bench::main!();
