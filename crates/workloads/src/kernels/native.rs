//! The CPU without burn: loops over vectors, and a product of matrices. What burn's CPU backends reach is held against these.

use std::num::NonZero;
use std::thread;

use super::Work;

/// The loops of STREAM (John D. McCalpin, *Memory bandwidth and machine balance in current high performance computers*, IEEE
/// TCCA Newsletter, 1995), in `f32`, and one that only reads. All memory was written before.
#[derive(Clone, Debug)]
pub struct NativeStream {
    left: Vec<f32>,
    right: Vec<f32>,
    into: Vec<f32>,
    motion: NativeMotion,
    threads: usize,
}

/// The vectors that move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeMotion {
    /// One vector is read: its sum.
    Read,
    /// One is read and one written.
    Copy,
    /// Two are read and one written: `left + 3 · right`.
    Triad,
}

impl std::str::FromStr for NativeMotion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "copy" => Ok(Self::Copy),
            "triad" => Ok(Self::Triad),
            other => Err(format!("`{other}` is not a valid motion: there are read, copy and triad")),
        }
    }
}

/// Partial sums of a loop that reads, so that it needs no order of additions and the compiler can use vectors.
const LANES: usize = 16;

impl NativeStream {
    /// Vectors of `elements`, each thread with as large a part as any other.
    #[must_use]
    pub fn new(motion: NativeMotion, elements: usize, threads: NonZero<usize>) -> Self {
        let vector = |value: f32| vec![value; elements];
        Self { left: vector(1.0), right: vector(2.0), into: vector(0.0), motion, threads: threads.get() }
    }

    /// One execution; the number that it ends with: a sum, or the last that was written.
    pub fn run(&mut self) -> f32 {
        let (motion, part) = (self.motion, self.left.len().div_ceil(self.threads).max(1));
        if self.threads == 1 {
            return step(motion, &self.left, &self.right, &mut self.into);
        }
        let parts = self.left.chunks(part).zip(self.right.chunks(part)).zip(self.into.chunks_mut(part));
        thread::scope(|scope| {
            let running: Vec<_> = parts
                .map(|((left, right), into)| scope.spawn(move || step(motion, left, right, into)))
                .collect();
            let ends = running.into_iter().filter_map(|part| part.join().ok());
            if motion == NativeMotion::Read { ends.sum() } else { ends.last().unwrap_or_default() }
        })
    }

    /// The work of one execution.
    #[must_use]
    pub fn work(&self) -> Work {
        let elements = self.left.len();
        match self.motion {
            NativeMotion::Read => Work::new(elements, elements, 1),
            NativeMotion::Copy => Work::new(0, elements, elements),
            NativeMotion::Triad => Work::new(2 * elements, 2 * elements, elements),
        }
    }
}

fn step(motion: NativeMotion, left: &[f32], right: &[f32], into: &mut [f32]) -> f32 {
    match motion {
        NativeMotion::Read => {
            let mut sums = [0.0; LANES];
            let (whole, rest) = left.as_chunks::<LANES>();
            for chunk in whole {
                sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
            }
            return sums.iter().chain(rest).sum();
        }
        NativeMotion::Copy => into.copy_from_slice(left),
        NativeMotion::Triad => {
            for ((into, left), right) in into.iter_mut().zip(left).zip(right) {
                *into = left + 3.0 * right;
            }
        }
    }
    into.last().copied().unwrap_or_default()
}

/// The product of two square matrices by the crate that ndarray, and so burn's backend of that name, multiplies with.
#[derive(Clone, Debug)]
pub struct NativeMatmul {
    left: Vec<f32>,
    right: Vec<f32>,
    product: Vec<f32>,
    n: usize,
}

impl NativeMatmul {
    #[must_use]
    pub fn new(n: usize) -> Self {
        let values = |step: usize| (0..n * n).map(|at| (at * step % 17) as f32 / 17.0).collect();
        Self { left: values(3), right: values(5), product: vec![0.0; n * n], n }
    }

    /// One execution; the product's last element.
    #[expect(unsafe_code, reason = "the crate takes pointers")]
    pub fn run(&mut self) -> f32 {
        let (n, row) = (self.n, self.n.cast_signed());
        let (left, right, product) = (self.left.as_ptr(), self.right.as_ptr(), self.product.as_mut_ptr());
        // SAFETY: all three have n × n elements, rows one after the other, and the product is no one else's.
        unsafe {
            matrixmultiply::sgemm(n, n, n, 1.0, left, row, 1, right, row, 1, 0.0, product, row, 1);
        }
        self.product.last().copied().unwrap_or_default()
    }

    /// The work of one execution.
    #[must_use]
    pub fn work(&self) -> Work {
        Work::new(2 * self.n.pow(3), 2 * self.n * self.n, self.n * self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(count: usize) -> NonZero<usize> {
        NonZero::new(count).expect("at least one")
    }

    #[track_caller]
    fn check(motion: &str, elements: usize, count: usize, expected: f32, bytes: u64) {
        let motion = motion.parse().expect("a motion");
        let mut stream = NativeStream::new(motion, elements, threads(count));
        assert_eq!((stream.run(), stream.work().bytes), (expected, bytes), "{motion:?} on {count} threads");
        let written = if motion == NativeMotion::Read { 0.0 } else { expected };
        assert!(stream.into.iter().all(|value| *value == written));
    }

    #[test]
    fn every_element_moves_on_any_number_of_threads() {
        for count in [1, 2, 3, 7] {
            check("read", 100, count, 100.0, 404);
            check("copy", 100, count, 1.0, 800);
            check("triad", 100, count, 7.0, 1200);
            check("read", 3, count, 3.0, 16);
        }
        assert!("scale".parse::<NativeMotion>().expect_err("it is not there").contains("triad"));
    }

    #[test]
    fn the_product_is_that_of_three_loops() {
        let n = 9;
        let mut matmul = NativeMatmul::new(n);
        let last: f32 = (0..n).map(|k| matmul.left[(n - 1) * n + k] * matmul.right[k * n + n - 1]).sum();
        assert!((matmul.run() - last).abs() < 1e-5);
        assert_eq!(matmul.work().flops, 2 * 9 * 9 * 9);
    }
}
