//! Convolutions over images and over time.

use burn::module::Param;
use burn::nn::conv::{Conv1d, Conv2d};
use burn::nn::{PaddingConfig1d, PaddingConfig2d};
use burn::tensor::Tensor;

use super::linear::{self, Bias};
use crate::cost::Cost;
use crate::weights::Weights;

/// The size of a convolution over `D` sides: one of time, or the height and width of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionDims<const D: usize> {
    /// Read and written.
    pub channels: [usize; 2],
    pub kernel: [usize; D],
    pub stride: [usize; D],
    /// Zeros before and after each side.
    pub padding: [usize; D],
}

/// Takes `{name}.weight`, `[channels written, channels read, steps]`, and with a bias `{name}.bias`.
pub fn conv1d(weights: &mut Weights<'_>, name: &str, dims: ConvolutionDims<1>, bias: Bias) -> Conv1d {
    let ConvolutionDims { channels: [input, output], kernel: [kernel], stride: [stride], padding: [padding] } =
        dims;
    let weight = weights.spread(&format!("{name}.weight"), [output, input, kernel]);
    Conv1d {
        weight: Param::from_tensor(weight),
        bias: added(weights, name, output, bias),
        stride,
        kernel_size: kernel,
        dilation: 1,
        groups: 1,
        padding: PaddingConfig1d::Explicit(padding, padding),
    }
}

/// Takes `{name}.weight`, `[channels written, channels read, height, width]`, and with a bias `{name}.bias`.
pub fn conv2d(weights: &mut Weights<'_>, name: &str, dims: ConvolutionDims<2>, bias: Bias) -> Conv2d {
    let ConvolutionDims { channels: [input, output], kernel, stride, padding: [rows, columns] } = dims;
    let [height, width] = kernel;
    let weight = weights.spread(&format!("{name}.weight"), [output, input, height, width]);
    Conv2d {
        weight: Param::from_tensor(weight),
        bias: added(weights, name, output, bias),
        stride,
        kernel_size: kernel,
        dilation: [1, 1],
        groups: 1,
        padding: PaddingConfig2d::Explicit(rows, columns, rows, columns),
    }
}

fn added(weights: &mut Weights<'_>, name: &str, channels: usize, bias: Bias) -> Option<Param<Tensor<1>>> {
    match bias {
        Bias::With => Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), channels))),
        Bias::Without => None,
    }
}

impl<const D: usize> ConvolutionDims<D> {
    /// A kernel of odd sides over as many places as there are, every `stride`th of them.
    #[must_use]
    pub const fn even(channels: [usize; 2], kernel: usize, stride: usize) -> Self {
        Self { channels, kernel: [kernel; D], stride: [stride; D], padding: [kernel / 2; D] }
    }

    /// Kernels side by side, each place in one of them, and no padding.
    #[must_use]
    pub const fn tiles(channels: [usize; 2], kernel: [usize; D]) -> Self {
        Self { channels, kernel, stride: kernel, padding: [0; D] }
    }

    /// The sides of what is written for what has `sides`, none shorter than the kernel's.
    #[must_use]
    pub fn output(&self, sides: [usize; D]) -> [usize; D] {
        let places =
            |side: usize| (sides[side] + 2 * self.padding[side] - self.kernel[side]) / self.stride[side] + 1;
        std::array::from_fn(places)
    }

    /// The cost over `batch` images or sounds of `sides`; [`Cost::live`] counts what is read and what is written.
    #[must_use]
    pub fn cost(&self, batch: u64, sides: [usize; D]) -> Cost {
        let count = |lengths: &[usize]| lengths.iter().map(|&length| length as u64).product::<u64>();
        let [read, written] = [count(&sides), count(&self.output(sides))].map(|places| batch * places);
        let [input, output] = self.channels;
        // At each place, a linear layer over all that the kernel covers.
        let layer = linear::cost([input * self.kernel.iter().product::<usize>(), output], written);
        Cost { live: read * input as u64 + written * output as u64, ..layer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<const D: usize>(dims: ConvolutionDims<D>, sides: [usize; D], expected: [usize; D]) {
        assert_eq!(dims.output(sides), expected);
    }

    #[test]
    fn an_odd_kernel_keeps_the_sides() {
        check(ConvolutionDims::even([1, 1], 3, 1), [5, 8], [5, 8]);
    }

    #[test]
    fn a_stride_halves_them() {
        check(ConvolutionDims::even([1, 1], 7, 2), [224, 225], [112, 113]);
    }

    #[test]
    fn time_has_one_side() {
        check(ConvolutionDims::even([1, 1], 3, 1), [3000], [3000]);
        check(ConvolutionDims::even([1, 1], 3, 2), [3000], [1500]);
        check(ConvolutionDims::even([1, 1], 3, 2), [7], [4]);
    }

    #[test]
    fn a_step_takes_one_for_each_of_the_kernel() {
        assert_eq!(ConvolutionDims::even([2, 3], 5, 1).cost(1, [10]).flops, 2 * 10 * 2 * 3 * 5);
    }

    #[test]
    fn tiles_part_them() {
        check(ConvolutionDims::tiles([1, 1], [16, 8]), [224, 224], [14, 28]);
    }

    #[test]
    fn a_pixel_takes_a_product_of_the_channels() {
        let dims = ConvolutionDims::even([3, 5], 1, 1);
        assert_eq!(
            dims.cost(2, [4, 4]),
            Cost { flops: 2 * 2 * 16 * 15, read: 15, live: 2 * 16 * 8, cache: 0 }
        );
    }

    #[test]
    fn a_kernel_takes_one_for_each_of_its_places() {
        let [small, large] =
            [1, 3].map(|kernel| ConvolutionDims::even([3, 5], kernel, 1).cost(1, [4, 4]).flops);
        assert_eq!(large, 9 * small);
    }
}
