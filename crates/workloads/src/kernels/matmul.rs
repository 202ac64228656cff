//! The product of two square matrices.

use burn::tensor::{Device, Tensor};

use super::work::{Work, input};

/// `[n, n]` times `[n, n]`.
#[derive(Clone, Debug)]
pub struct Matmul {
    left: Tensor<2>,
    right: Tensor<2>,
}

impl Matmul {
    /// Draws both matrices from `seed`.
    #[must_use]
    pub fn new(n: usize, seed: u64, device: &Device) -> Self {
        Self { left: input(seed, "left", [n, n], device), right: input(seed, "right", [n, n], device) }
    }

    /// One execution.
    #[must_use]
    pub fn run(&self) -> Tensor<2> {
        self.left.clone().matmul(self.right.clone())
    }

    /// The work of one execution.
    #[must_use]
    pub fn work(&self) -> Work {
        let [n, _] = self.left.dims();
        Work::new(2 * n * n * n, 2 * n * n, n * n)
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::kernels::tests::{assert_close, cpu, values};

    #[track_caller]
    fn check(n: usize) {
        let kernel = Matmul::new(n, 1, &cpu());
        let [left, right] = [values(kernel.left.clone()), values(kernel.right.clone())];
        let expected =
            (0..n * n).map(|at| (0..n).map(|k| left[at / n * n + k] * right[k * n + at % n]).sum());
        assert_close(&values(kernel.run()), expected);
    }

    #[test]
    fn one() {
        check(1);
    }

    #[test]
    fn odd() {
        check(7);
    }

    #[test]
    fn even() {
        check(32);
    }

    #[test]
    fn work() {
        let expected = Work { flops: 2 * 64 * 64 * 64, bytes: 3 * 64 * 64 * 4, elements: 64 * 64 };
        assert_eq!(Matmul::new(64, 1, &cpu()).work(), expected);
    }
}
