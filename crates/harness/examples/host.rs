//! Plain code: parameters, throughput, and an error that is not a fault.
//!
//! ```sh
//! cargo run -p accel-bench --release --example host -- --bench
//! ```

use accel_bench::{Bencher, Error, Throughput, bench, black_box};

#[bench(category = "sorting", backends = ["host"], params(length = [100, 10_000], order = ["random", "sorted"]))]
fn sort(b: &mut Bencher) -> Result<(), Error> {
    let (length, order): (u64, String) = (b.param("length"), b.param("order"));
    // A multiplicative generator: the same numbers in every process.
    let random = (0..length).map(|i| i.wrapping_mul(6_364_136_223_846_793_005) >> 33);
    let mut numbers: Vec<u64> = random.collect();
    match order.as_str() {
        "random" => {}
        "sorted" => numbers.sort_unstable(),
        other => return Err(Error::unsupported(format!("no order is called `{other}`"))),
    }
    b.throughput(Throughput::Elements(length));
    // The setup is not timed: each iteration sorts numbers of its own.
    b.iter_batched(
        || numbers.clone(),
        |mut numbers| {
            black_box(&mut numbers).sort_unstable();
            numbers
        },
    );
    Ok(())
}

accel_bench::main!(count_allocations);
