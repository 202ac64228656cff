//! Layer normalisation over the last dimension.

use burn::tensor::module::layer_norm;
use burn::tensor::{Device, Tensor};

use super::work::{Work, input};

/// The epsilon added to the variance: the default of PyTorch and burn.
const EPSILON: f64 = 1e-5;

/// `rows` vectors of `width`, each normalised, scaled and shifted.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    x: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
}

impl LayerNorm {
    /// Draws a `[rows, width]` input, the scale and the shift from `seed`.
    #[must_use]
    pub fn new([rows, width]: [usize; 2], seed: u64, device: &Device) -> Self {
        Self {
            x: input(seed, "x", [rows, width], device),
            scale: input(seed, "scale", [width], device),
            shift: input(seed, "shift", [width], device),
        }
    }

    /// One execution.
    #[must_use]
    pub fn run(&self) -> Tensor<2> {
        layer_norm(self.x.clone(), self.scale.clone(), Some(self.shift.clone()), EPSILON)
    }

    /// The work of one execution: an element is summed, centred, squared and summed again, divided, scaled and
    /// shifted; a row's root and mean are not counted.
    #[must_use]
    pub fn work(&self) -> Work {
        let [rows, width] = self.x.dims();
        Work::new(7 * rows * width, rows * width + 2 * width, rows * width)
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::kernels::tests::{assert_close, cpu, values};

    #[track_caller]
    fn check(rows: usize, width: usize) {
        let kernel = LayerNorm::new([rows, width], 1, &cpu());
        let [x, scale, shift] =
            [values(kernel.x.clone()), values(kernel.scale.clone()), values(kernel.shift.clone())];
        let expected = x.chunks(width).flat_map(|row| {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / width as f32;
            let root = (variance + EPSILON as f32).sqrt();
            row.iter()
                .zip(scale.iter().zip(&shift))
                .map(|(v, (g, b))| (v - mean) / root * g + b)
                .collect::<Vec<_>>()
        });
        assert_close(&values(kernel.run()), expected);
    }

    #[test]
    fn one_row() {
        check(1, 16);
    }

    #[test]
    fn several_rows() {
        check(5, 33);
    }

    #[test]
    fn one_value_is_its_own_mean() {
        check(2, 1);
    }

    #[test]
    fn work() {
        let expected = Work { flops: 7 * 12, bytes: (12 + 8 + 12) * 4, elements: 12 };
        assert_eq!(LayerNorm::new([3, 4], 1, &cpu()).work(), expected);
    }
}
