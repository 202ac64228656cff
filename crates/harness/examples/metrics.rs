//! Metrics of a benchmark's own: what happens once, what happens many times in an iteration, and a number that is known.
//!
//! ```sh
//! cargo run -p accel-bench --release --example metrics -- --bench
//! ```

use std::time::Instant;

use accel_bench::{Bencher, Direction, Metric, Throughput, bench, black_box};

/// Tokens of one iteration.
const TOKENS: usize = 16;

#[bench(category = "inference", backends = ["host"], models = ["small", "large"])]
fn generate(b: &mut Bencher) {
    let width: usize = if b.param::<String>("model") == "small" { 1_000 } else { 10_000 };
    // Once in a process, before anything is warm: the metric `load-ms`.
    let weights = b.cold("load", || (0..width).map(|i| i as f32).collect::<Vec<_>>());
    b.metric(Metric::new("num-params", "parameters", Direction::Neither, width as f64));
    b.throughput(Throughput::Tokens(TOKENS as u64));
    let gaps = b.series("itl-ms", "ms", Direction::Lower);
    b.iter(|| {
        let mut last = Instant::now();
        for _ in 0..TOKENS {
            black_box(black_box(&weights).iter().sum::<f32>());
            let now = Instant::now();
            gaps.push((now - last).as_secs_f64() * 1e3);
            last = now;
        }
    });
}

accel_bench::main!();
