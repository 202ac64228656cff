//! Convolutions over images.

use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;

use super::Bias;
use crate::weights::Weights;
use crate::workload::Cost;

/// The size of a convolution: lengths are `[height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionDims {
    /// Read and written.
    pub channels: [usize; 2],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Rows of zeros above and below, columns of zeros left and right.
    pub padding: [usize; 2],
}

impl ConvolutionDims {
    /// A square kernel of odd length over as many places as there are, every `stride`th of them.
    #[must_use]
    pub const fn square(channels: [usize; 2], kernel: usize, stride: usize) -> Self {
        Self { channels, kernel: [kernel; 2], stride: [stride; 2], padding: [kernel / 2; 2] }
    }

    /// Kernels side by side, each place in one of them, and no padding.
    #[must_use]
    pub const fn tiles(channels: [usize; 2], kernel: [usize; 2]) -> Self {
        Self { channels, kernel, stride: kernel, padding: [0; 2] }
    }

    /// The height and width of what is written for an image of `sides`, at least as large as the kernel.
    #[must_use]
    pub const fn output(&self, sides: [usize; 2]) -> [usize; 2] {
        let [height, width] = sides;
        [
            (height + 2 * self.padding[0] - self.kernel[0]) / self.stride[0] + 1,
            (width + 2 * self.padding[1] - self.kernel[1]) / self.stride[1] + 1,
        ]
    }

    /// What it costs over `batch` images of `sides`; [`Cost::live`] counts what is read and what is written.
    #[must_use]
    pub fn cost(&self, batch: u64, sides: [usize; 2]) -> Cost {
        let count = |lengths: &[usize]| lengths.iter().map(|&length| length as u64).product::<u64>();
        let [read, written] = [count(&sides), count(&self.output(sides))].map(|places| batch * places);
        let [input, output] = self.channels.map(|channels| channels as u64);
        Cost {
            flops: 2 * written * output * input * count(&self.kernel),
            live: read * input + written * output,
            ..Cost::default()
        }
    }
}

/// Takes `{name}.weight`, `[channels written, channels read, height, width]`, and with a bias `{name}.bias`.
pub fn convolution(weights: &mut Weights<'_>, name: &str, dims: ConvolutionDims, bias: Bias) -> Conv2d {
    let ConvolutionDims { channels: [input, output], kernel: [height, width], stride, padding } = dims;
    let weight = weights.spread(&format!("{name}.weight"), [output, input, height, width]);
    let bias = match bias {
        Bias::With => Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), output))),
        Bias::Without => None,
    };
    let [rows, columns] = padding;
    Conv2d {
        weight: Param::from_tensor(weight),
        bias,
        stride,
        kernel_size: dims.kernel,
        dilation: [1, 1],
        groups: 1,
        padding: PaddingConfig2d::Explicit(rows, columns, rows, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dims: ConvolutionDims, sides: [usize; 2], expected: [usize; 2]) {
        assert_eq!(dims.output(sides), expected);
    }

    #[test]
    fn an_odd_kernel_keeps_the_sides() {
        check(ConvolutionDims::square([1, 1], 3, 1), [5, 8], [5, 8]);
    }

    #[test]
    fn a_stride_halves_them() {
        check(ConvolutionDims::square([1, 1], 7, 2), [224, 225], [112, 113]);
    }

    #[test]
    fn tiles_part_them() {
        check(ConvolutionDims::tiles([1, 1], [16, 8]), [224, 224], [14, 28]);
    }

    #[test]
    fn a_pixel_takes_a_product_of_the_channels() {
        let dims = ConvolutionDims::square([3, 5], 1, 1);
        assert_eq!(dims.cost(2, [4, 4]), Cost { flops: 2 * 2 * 16 * 15, live: 2 * 16 * 8, cache: 0 });
    }

    #[test]
    fn a_kernel_takes_one_for_each_of_its_places() {
        let [small, large] =
            [1, 3].map(|kernel| ConvolutionDims::square([3, 5], kernel, 1).cost(1, [4, 4]).flops);
        assert_eq!(large, 9 * small);
    }
}
