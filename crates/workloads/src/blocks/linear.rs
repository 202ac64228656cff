//! Linear layers: `y = x · W + b`.

use burn::module::Param;
use burn::nn::Linear;

use crate::cost::Cost;
use crate::weights::{Order, Weights};

/// True if a linear layer adds a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    With,
    Without,
}

/// A linear layer by its name in a checkpoint, which holds `{name}.weight` and, with a bias, `{name}.bias`.
#[derive(Clone, Debug)]
pub struct Projection {
    pub name: String,
    pub bias: Bias,
    pub order: Order,
}

impl Projection {
    /// With a bias, stored `[output, input]`.
    #[must_use]
    pub fn biased(name: impl Into<String>) -> Self {
        Self { name: name.into(), bias: Bias::With, order: Order::OutputFirst }
    }

    /// Without a bias, stored `[output, input]`.
    #[must_use]
    pub fn plain(name: impl Into<String>) -> Self {
        Self { name: name.into(), bias: Bias::Without, order: Order::OutputFirst }
    }

    /// With a bias, part `index` of `parts` that are stored side by side as `[input, parts · output]`: GPT-2.
    #[must_use]
    pub fn part(name: impl Into<String>, index: usize, parts: usize) -> Self {
        Self { name: name.into(), bias: Bias::With, order: Order::InputFirst { index, parts } }
    }
}

/// Takes the parameters of a layer from `input` to `output` values.
pub fn linear(weights: &mut Weights<'_>, layer: Projection, [input, output]: [usize; 2]) -> Linear {
    let Projection { name, bias, order } = layer;
    let weight = weights.linear(&format!("{name}.weight"), [input, output], order);
    let bias = match bias {
        Bias::With => Some(Param::from_tensor(weights.linear_bias(&format!("{name}.bias"), output, order))),
        Bias::Without => None,
    };
    Linear { weight: Param::from_tensor(weight), bias }
}

/// The cost of a layer over `tokens` tokens at once, without the values that it reads and writes. Its matrix is read once for
/// all of them.
#[must_use]
pub const fn cost([input, output]: [usize; 2], tokens: u64) -> Cost {
    let matrix = input as u64 * output as u64;
    let read = if tokens > 0 { matrix } else { 0 };
    Cost { flops: 2 * tokens * matrix, read, live: 0, cache: 0 }
}
