//! A convolution over the tokens that looks back only, each channel by itself.

use burn::module::{Module, Param};
use burn::nn::PaddingConfig1d;
use burn::nn::conv::Conv1d;
use burn::tensor::{Device, Tensor};

use super::linear::{self, Bias};
use crate::cost::Cost;
use crate::weights::Weights;

/// A depthwise convolution of each token with the `kernel − 1` tokens before it.
#[derive(Module, Debug)]
pub struct CausalConv {
    conv: Conv1d,
}

/// The tokens that the next ones are convolved with, `[batch, kernel − 1, channels]`.
#[derive(Clone, Debug)]
pub struct Window(Tensor<3>);

impl Window {
    /// The zeros before the first token. `kernel` is at least 2.
    #[must_use]
    pub fn empty(batch: usize, [channels, kernel]: [usize; 2], device: &Device) -> Self {
        Self(Tensor::zeros([batch, kernel - 1, channels], device))
    }
}

impl CausalConv {
    /// Takes `{name}.weight`, `[channels, 1, kernel]`, and with a bias `{name}.bias`, `[channels]`.
    pub fn new(weights: &mut Weights<'_>, name: &str, [channels, kernel]: [usize; 2], bias: Bias) -> Self {
        let weight = weights.spread(&format!("{name}.weight"), [channels, 1, kernel]);
        let bias = match bias {
            Bias::With => Some(Param::from_tensor(weights.zeros(&format!("{name}.bias"), channels))),
            Bias::Without => None,
        };
        let conv = Conv1d {
            weight: Param::from_tensor(weight),
            bias,
            stride: 1,
            kernel_size: kernel,
            dilation: 1,
            groups: channels,
            padding: PaddingConfig1d::Valid,
        };
        Self { conv }
    }

    /// Convolves `x`, `[batch, sequence, channels]`, which follows `window`; gives the same shape, and the window that
    /// what comes next follows.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, Window(before): Window) -> (Tensor<3>, Window) {
        let ([_, sequence, _], [_, kept, _]) = (x.dims(), before.dims());
        let all = Tensor::cat(vec![before, x], 1);
        let after = all.clone().narrow(1, sequence, kept);
        (self.conv.forward(all.swap_dims(1, 2)).swap_dims(1, 2), Window(after))
    }
}

/// The cost over `tokens` tokens, without the values that it reads and writes: a layer to one value for each channel.
#[must_use]
pub fn cost([channels, kernel]: [usize; 2], tokens: u64) -> Cost {
    linear::cost([kernel, 1], tokens).times(channels)
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    /// One channel with the kernel 1, 10, 100 over pieces of one text, one after the other.
    #[track_caller]
    fn check(pieces: &[&[f32]], expected: &[f32]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let mut conv = CausalConv::new(&mut Weights::random(1, 0.0, &device), "conv", [1, 3], Bias::With);
        let kernel = Tensor::<1>::from_floats([1.0, 10.0, 100.0], &device).reshape([1, 1, 3]);
        conv.conv.weight = Param::from_tensor(kernel);
        let mut window = Window::empty(1, [1, 3], &device);
        let mut found = Vec::new();
        for piece in pieces {
            let x = Tensor::from_data(TensorData::new(piece.to_vec(), [1, piece.len(), 1]), &device);
            let (y, after) = conv.forward(x, window);
            found.extend(y.into_data().try_into_vec::<f32>().expect("it is f32"));
            window = after;
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_stands_before_the_first() {
        check(&[&[1.0]], &[100.0]);
    }

    #[test]
    fn the_last_weighs_the_last_of_the_kernel() {
        check(&[&[1.0, 2.0, 3.0, 4.0]], &[100.0, 210.0, 321.0, 432.0]);
    }

    #[test]
    fn token_by_token() {
        check(&[&[1.0], &[2.0], &[3.0], &[4.0]], &[100.0, 210.0, 321.0, 432.0]);
    }

    #[test]
    fn a_prompt_and_a_token() {
        check(&[&[1.0, 2.0, 3.0], &[4.0]], &[100.0, 210.0, 321.0, 432.0]);
    }
}
