use accel_bench::{Bencher, bench, black_box};
use kernels::{kernels as k, other};
fn f(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i as f32 * 0.37).sin()).collect()
}
fn u(n: u32) -> Vec<u32> {
    (0..n).map(|i| i.wrapping_mul(2654435761)).collect()
}
#[bench(backends = ["host"])]
fn sum(b: &mut Bencher) {
    let x = f(1000);
    b.iter(|| k::sum(black_box(&x)))
}
#[bench(backends = ["host"])]
fn dot(b: &mut Bencher) {
    let x = f(1000);
    b.iter(|| k::dot(black_box(&x), &x))
}
#[bench(backends = ["host"])]
fn parse(b: &mut Bencher) {
    let t: Vec<String> = (0..200).map(|i| (i * 7919).to_string()).collect();
    let t = t.join(",");
    b.iter(|| k::parse(black_box(&t)))
}
#[bench(backends = ["host"])]
fn sort(b: &mut Bencher) {
    let x = u(500);
    b.iter(|| k::sort(black_box(&x)))
}
#[bench(backends = ["host"])]
fn softmax(b: &mut Bencher) {
    let x = f(500);
    b.iter(|| k::softmax(black_box(&x)))
}
#[bench(backends = ["host"])]
fn matmul(b: &mut Bencher) {
    let x = f(1024);
    b.iter(|| k::matmul(black_box(&x), &x, 32))
}
#[bench(backends = ["host"])]
fn collatz(b: &mut Bencher) {
    b.iter(|| (1..100).map(|n| k::collatz(black_box(n))).sum::<u32>())
}
#[bench(backends = ["host"])]
fn words(b: &mut Bencher) {
    let t = "the quick brown fox jumps over the lazy dog and then some more words ".repeat(8);
    b.iter(|| k::words(black_box(&t)))
}
#[bench(backends = ["host"])]
fn other_work(b: &mut Bencher) {
    let x = u(300);
    b.iter(|| other::all(black_box(&x)))
}
#[bench(backends = ["host"])]
fn crc(b: &mut Bencher) {
    let x: Vec<u8> = (0..=255).collect();
    b.iter(|| k::crc(black_box(&x)))
}
#[bench(backends = ["host"])]
fn levenshtein(b: &mut Bencher) {
    let x = b"the quick brown fox jumps over the lazy dog";
    let y = b"a quick brown dog jumps over the lazy foxes";
    b.iter(|| k::levenshtein(black_box(x), y))
}
#[bench(backends = ["host"])]
fn tree(b: &mut Bencher) {
    let x = u(200);
    b.iter(|| k::tree(black_box(&x)))
}
#[bench(backends = ["host"])]
fn primes(b: &mut Bencher) {
    b.iter(|| k::primes(black_box(4000)))
}
accel_bench::main!();
