//! Images as sequences: each patch becomes a vector.
//!
//! Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021: <https://arxiv.org/abs/2010.11929>.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::convolution::{ConvolutionDims, conv2d};
use super::linear::Bias;
use crate::cost::Cost;
use crate::weights::Weights;

/// One linear map for all patches: a convolution whose kernels lie side by side.
#[derive(Module, Debug)]
pub struct PatchEmbedding {
    projection: Conv2d,
}

/// The size of a patch embedding: lengths are `[height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchDims {
    pub image: [usize; 2],
    pub patch: [usize; 2],
    /// Channels of the image: 3 where it is red, green and blue.
    pub channels: usize,
    /// Values of the vector that a patch becomes.
    pub width: usize,
}

impl PatchDims {
    /// How many patches an image has.
    #[must_use]
    pub const fn patches(&self) -> usize {
        (self.image[0] / self.patch[0]) * (self.image[1] / self.patch[1])
    }

    /// Says what is wrong with lengths of images that patches do not fill. The names are those of `config.json`.
    #[must_use]
    pub fn fault(&self, [image_name, patch_name]: [&str; 2]) -> Option<String> {
        if self.patch.contains(&0) || self.image.contains(&0) {
            return Some(format!("`{image_name}` or `{patch_name}` is 0"));
        }
        let pairs = self.image.into_iter().zip(self.patch);
        let uneven = |(image, patch): &(usize, usize)| !image.is_multiple_of(*patch);
        let (image, patch) = pairs.into_iter().find(uneven)?;
        Some(format!("`{image_name}` {image} is not a multiple of `{patch_name}` {patch}"))
    }

    /// What `batch` images cost.
    #[must_use]
    pub fn cost(&self, batch: u64) -> Cost {
        self.convolution().cost(batch, self.image)
    }

    /// Values of `batch` images, which whoever runs the model holds all the while.
    #[must_use]
    pub const fn pixels(&self, batch: u64) -> u64 {
        batch * (self.channels * self.image[0] * self.image[1]) as u64
    }

    const fn convolution(&self) -> ConvolutionDims<2> {
        ConvolutionDims::tiles([self.channels, self.width], self.patch)
    }
}

impl PatchEmbedding {
    /// Takes `{name}.weight`, `[width, channels, height, width of a patch]`, and with a bias `{name}.bias`.
    pub fn new(weights: &mut Weights<'_>, name: &str, dims: PatchDims, bias: Bias) -> Self {
        Self { projection: conv2d(weights, name, dims.convolution(), bias) }
    }

    /// `[batch, channels, height, width]` to `[batch, patches, width of a vector]`, row of patches by row.
    #[must_use]
    pub fn forward(&self, images: Tensor<4>) -> Tensor<3> {
        self.projection.forward(images).flatten::<3>(2, 3).swap_dims(1, 2)
    }
}

/// A vector for the whole image before those of its patches, and to each of them the vector of its position: `class` is
/// `[1, 1, width]`, `patches` `[batch, patches, width]` and `positions` `[1, 1 + patches, width]`.
#[must_use]
pub fn with_class(class: Tensor<3>, patches: Tensor<3>, positions: Tensor<3>) -> Tensor<3> {
    let [batch, _, width] = patches.dims();
    Tensor::cat(vec![class.expand([batch, 1, width]), patches], 1) + positions
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMS: PatchDims = PatchDims { image: [32, 48], patch: [16, 8], channels: 3, width: 5 };

    #[track_caller]
    fn check_fault(dims: PatchDims, expected: Option<&str>) {
        assert_eq!(dims.fault(["image_size", "patch_size"]).as_deref(), expected);
    }

    #[test]
    fn patches_of_both_directions() {
        assert_eq!(DIMS.patches(), 12);
    }

    #[test]
    fn patches_that_fill_the_image() {
        check_fault(DIMS, None);
    }

    #[test]
    fn patches_that_leave_a_rest() {
        check_fault(
            PatchDims { patch: [16, 9], ..DIMS },
            Some("`image_size` 48 is not a multiple of `patch_size` 9"),
        );
    }

    #[test]
    fn patches_of_nothing() {
        check_fault(PatchDims { patch: [0, 8], ..DIMS }, Some("`image_size` or `patch_size` is 0"));
    }

    #[test]
    fn every_pixel_is_read_once() {
        assert_eq!(DIMS.cost(2).flops, 2 * 2 * 32 * 48 * 3 * 5);
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn patches_go_row_by_row() {
        use crate::weights::Weights;
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let dims = PatchDims { image: [2, 4], patch: [1, 2], channels: 1, width: 1 };
        let mut embedding = PatchEmbedding::new(&mut Weights::count(&device), "", dims, Bias::Without);
        embedding.projection.weight = burn::module::Param::from_tensor(Tensor::ones([1, 1, 1, 2], &device));
        let image = Tensor::<1>::from_floats([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &device);
        let found = embedding.forward(image.reshape([1, 1, 2, 4])).into_data();
        assert_eq!(found.try_into_vec::<f32>().expect("it is f32"), [1.0, 5.0, 9.0, 13.0]);
    }
}
