//! The limits of a device, as burn's kernels reach them: operations and bytes per second, and the cost of a call, a synchronisation and a
//! copy. `cargo accel-bench roofline` places other cases against these. Those on `host` are the CPU without burn: the reference
//! of its CPU backends.

use std::num::NonZero;
use std::thread;

use accel_bench::{Bencher, Error, Throughput, bench, catalogue};
use accel_bench_workloads::cell::{Precision, device_in};
use accel_bench_workloads::kernels::{
    Matmul, Motion, NativeMatmul, NativeMotion, NativeStream, Stream, Work,
};
use accel_bench_workloads::{BURN, check_finite, device};
use burn::tensor::{Tensor, TensorData};

/// Inputs are the same in every process, on every backend and in every commit.
const SEED: u64 = 1;

/// Operations per second: the product of two `n` × `n` matrices.
#[bench(
    category = "hardware",
    backends = BURN,
    tags = ["peak-flops"],
    params(precision = ["f32"], n = [256, 512, 1024, 2048])
)]
fn compute(b: &mut Bencher) -> Result<(), Error> {
    let precision = b.param::<String>("precision");
    let precision: Precision = precision.parse().map_err(|unknown| Error::new(format!("{unknown}")))?;
    let device = device_in(b, precision)?;
    let kernel = Matmul::new(b.param("n"), SEED, &device);
    time(b, kernel.work(), precision.value_bytes(), || kernel.run());
    Ok(())
}

/// Bytes per second: the sum of a vector.
#[bench(
    category = "hardware",
    backends = BURN,
    tags = ["peak-bandwidth"],
    params(kib = [16, 256, 4096, 65536, 262144])
)]
fn read(b: &mut Bencher) {
    stream(b, Motion::Read);
}

/// Bytes per second: a vector times a number.
#[bench(
    category = "hardware",
    backends = BURN,
    tags = ["peak-bandwidth"],
    params(kib = [16, 256, 4096, 65536, 262144])
)]
fn scale(b: &mut Bencher) {
    stream(b, Motion::Scale);
}

/// Bytes per second: the sum of two vectors.
#[bench(
    category = "hardware",
    backends = BURN,
    tags = ["peak-bandwidth"],
    params(kib = [16, 256, 4096, 65536, 262144])
)]
fn add(b: &mut Bencher) {
    stream(b, Motion::Add);
}

/// Bytes per second of STREAM's loops, without burn: on one thread, or on all that the process may use.
#[bench(
    category = "hardware",
    backends = ["host"],
    tags = ["peak-bandwidth"],
    params(motion = ["read", "copy", "triad"], kib = [16, 256, 4096, 262144], threads = ["one", "all"])
)]
fn native(b: &mut Bencher) -> Result<(), Error> {
    let motion: NativeMotion = b.param::<String>("motion").parse().map_err(Error::new)?;
    let threads = match b.param::<String>("threads").as_str() {
        "one" => NonZero::<usize>::MIN,
        _ => thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
    };
    if threads == NonZero::<usize>::MIN && b.param::<String>("threads") == "all" {
        let reason =
            "the process may use one CPU; `[backends.host] cpus = \"all\"` in bench.toml gives it all";
        return Err(Error::unsupported(reason));
    }
    let mut stream = NativeStream::new(motion, elements(b), threads);
    b.metric(catalogue::BYTES_MOVED.of(stream.work().bytes as f64));
    b.iter(|| stream.run());
    Ok(())
}

/// Operations per second without burn: the product of two `n` × `n` matrices, on one thread.
#[bench(
    name = "native-compute",
    category = "hardware",
    backends = ["host"],
    tags = ["peak-flops"],
    params(precision = ["f32"], n = [256, 512, 1024, 2048])
)]
fn native_compute(b: &mut Bencher) {
    let mut matmul = NativeMatmul::new(b.param("n"));
    b.metric(catalogue::FLOPS.of(matmul.work().flops as f64));
    b.metric(catalogue::BYTES_MOVED.of(matmul.work().bytes as f64));
    b.iter(|| matmul.run());
}

/// One call with nothing to do, among many: what the host spends on it.
#[bench(category = "hardware", backends = BURN, tags = ["overhead"])]
fn launch(b: &mut Bencher) {
    let one = one(b);
    b.iter(|| one.clone().add_scalar(1.0));
}

/// One call with nothing to do, and waiting for it.
#[bench(category = "hardware", backends = BURN, tags = ["overhead"])]
fn synchronise(b: &mut Bencher) {
    let one = one(b);
    let device = one.device();
    b.try_iter(|| {
        let done = one.clone().add_scalar(1.0);
        device.sync().map_err(|error| Error::new(error.to_string()))?;
        Ok(done)
    });
}

/// From the host to the device.
#[bench(category = "hardware", backends = BURN, tags = ["copy"], params(kib = [4, 65536]))]
fn upload(b: &mut Bencher) {
    let device = device(b);
    let elements = elements(b);
    b.throughput(Throughput::Bytes(elements as u64 * 4));
    // A copy on the host goes before: where nothing is uploaded, inputs that are made ahead would fill the memory.
    let data = TensorData::new(vec![1.0_f32; elements], [elements]);
    b.iter(|| Tensor::<1>::from_data(data.clone(), &device));
}

/// From the device to the host.
#[bench(category = "hardware", backends = BURN, tags = ["copy"], params(kib = [4, 65536]))]
fn download(b: &mut Bencher) {
    let device = device(b);
    let elements = elements(b);
    let tensor = Tensor::<1>::from_data(TensorData::new(vec![1.0_f32; elements], [elements]), &device);
    b.throughput(Throughput::Bytes(elements as u64 * 4));
    b.iter(|| tensor.clone().into_data());
}

fn one(b: &mut Bencher) -> Tensor<1> {
    let device = device(b);
    Tensor::from_data(TensorData::new(vec![1.0_f32], [1]), &device)
}

/// Elements of a vector of `kib`, in `f32`.
fn elements(b: &Bencher) -> usize {
    b.param::<usize>("kib") * 256
}

fn stream(b: &mut Bencher, motion: Motion) {
    let device = device(b);
    let kernel = Stream::new(motion, elements(b), SEED, &device);
    time(b, kernel.work(), 4, || kernel.run());
}

/// Checks the first output, then times. What the first one takes is the cost of kernels that are compiled and tuned.
fn time<const D: usize>(b: &mut Bencher, work: Work, value_bytes: u64, run: impl Fn() -> Tensor<D>) {
    let first = b.cold("first-forward", &run);
    check_finite(b, "output", first);
    b.metric(catalogue::FLOPS.of(work.flops as f64));
    b.metric(catalogue::BYTES_MOVED.of((work.bytes / 4 * value_bytes) as f64));
    b.iter(run);
}

accel_bench::main!(count_allocations);
