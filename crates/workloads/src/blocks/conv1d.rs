//! Convolutions over time.

use burn::module::Param;
use burn::nn::PaddingConfig1d;
use burn::nn::conv::Conv1d;

use crate::weights::Weights;

/// The size of a convolution over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv1dDims {
    /// Channels read.
    pub input: usize,
    /// Channels written.
    pub output: usize,
    /// Steps that one output sees.
    pub kernel: usize,
    /// Steps between outputs.
    pub stride: usize,
    /// Zeros on either side.
    pub padding: usize,
}

/// Takes `{name}.weight`, `[output, input, kernel]`, and `{name}.bias`, `[output]`.
pub fn conv1d(weights: &mut Weights<'_>, name: &str, dims: Conv1dDims) -> Conv1d {
    let weight = weights.spread(&format!("{name}.weight"), [dims.output, dims.input, dims.kernel]);
    let bias = weights.zeros(&format!("{name}.bias"), dims.output);
    Conv1d {
        weight: Param::from_tensor(weight),
        bias: Some(Param::from_tensor(bias)),
        stride: dims.stride,
        kernel_size: dims.kernel,
        dilation: 1,
        groups: 1,
        padding: PaddingConfig1d::Explicit(dims.padding, dims.padding),
    }
}

impl Conv1dDims {
    /// Outputs for an input of `length` steps.
    #[must_use]
    pub const fn steps(&self, length: usize) -> usize {
        (length + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Floating-point operations for `steps` outputs, a multiply-add counted as two.
    #[must_use]
    pub const fn flops(&self, steps: u64) -> u64 {
        2 * steps * (self.input * self.kernel) as u64 * self.output as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(length: usize, stride: usize, expected: usize) {
        let dims = Conv1dDims { input: 2, output: 3, kernel: 3, stride, padding: 1 };
        assert_eq!(dims.steps(length), expected);
    }

    #[test]
    fn every_step() {
        check(3000, 1, 3000);
    }

    #[test]
    fn every_other_step() {
        check(3000, 2, 1500);
    }

    #[test]
    fn every_other_step_of_an_odd_number() {
        check(7, 2, 4);
    }

    #[test]
    fn flops_are_two_for_each_weight_and_step() {
        let dims = Conv1dDims { input: 2, output: 3, kernel: 5, stride: 1, padding: 2 };
        assert_eq!(dims.flops(10), 2 * 10 * 2 * 3 * 5);
    }
}
