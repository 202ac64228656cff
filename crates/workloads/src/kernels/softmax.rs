//! Softmax over the last dimension.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::work::{Work, input};

/// `rows` distributions over `columns`.
#[derive(Clone, Debug)]
pub struct Softmax {
    x: Tensor<2>,
}

impl Softmax {
    /// Draws a `[rows, columns]` input from `seed`.
    #[must_use]
    pub fn new([rows, columns]: [usize; 2], seed: u64, device: &Device) -> Self {
        Self { x: input(seed, "x", [rows, columns], device) }
    }

    /// One execution.
    #[must_use]
    pub fn run(&self) -> Tensor<2> {
        softmax(self.x.clone(), 1)
    }

    /// The work of one execution: an element is compared, shifted, raised, summed and divided.
    #[must_use]
    pub fn work(&self) -> Work {
        let elements = self.x.dims().iter().product();
        Work::new(5 * elements, elements, elements)
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::kernels::tests::{assert_close, cpu, softmax_rows, values};

    #[track_caller]
    fn check(rows: usize, columns: usize) {
        let kernel = Softmax::new([rows, columns], 1, &cpu());
        let expected = softmax_rows(&values(kernel.x.clone()), columns);
        assert_close(&values(kernel.run()), expected.into_iter());
    }

    #[test]
    fn one_value_is_certain() {
        check(3, 1);
    }

    #[test]
    fn one_row() {
        check(1, 10);
    }

    #[test]
    fn several_rows() {
        check(5, 33);
    }

    #[test]
    fn work() {
        let expected = Work { flops: 5 * 12, bytes: 2 * 12 * 4, elements: 12 };
        assert_eq!(Softmax::new([3, 4], 1, &cpu()).work(), expected);
    }
}
