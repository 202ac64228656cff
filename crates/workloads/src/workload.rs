//! A model as a workload: inputs, one pass, its cost, and generation token by token.

use burn::tensor::{Device, Int, Tensor};

use crate::model::Architecture;

pub use crate::cost::{Cost, Size};

/// A model as a workload: everything from seeds and dimensions, so that it is the same on every machine.
pub trait Workload: Architecture {
    /// The input of one pass, on the device.
    type Input: Clone;

    /// The parameter that sets the size of an image or a sound: `image-size` in pixels, `audio-seconds`.
    const EXTENT: Option<&'static str> = None;

    /// How large it is in the model's own configuration.
    #[must_use]
    fn extent(config: &Self::Config) -> Option<usize> {
        let _ = config;
        None
    }

    /// The configuration of a model for something else in size. Weights that were trained for one do not fit another.
    #[must_use]
    fn extended(config: Self::Config, extent: usize) -> Self::Config {
        let _ = extent;
        config
    }

    /// Says what of the model `size` goes beyond, such as its positions.
    fn excess(config: &Self::Config, size: Size) -> Option<String>;

    /// An input of this size, drawn from `seed`. `size` has no [`Workload::excess`].
    fn input(config: &Self::Config, size: Size, seed: u64, device: &Device) -> Self::Input;

    /// One pass over the whole input, without a cache; `[batch, tokens, values]`: hidden states, or the scores of the
    /// vocabulary or classes.
    fn pass(&self, input: Self::Input) -> Tensor<3>;

    /// The cost of one iteration of this size: one pass, or with [`Size::new_tokens`] the prompt and each token.
    fn cost(config: &Self::Config, size: Size) -> Cost;
}

/// A model that writes token after token.
pub trait Generator: Workload {
    /// The state between tokens.
    type State;

    /// Reads the prompt and takes memory for `new_tokens` more; gives the scores of the first of them, `[batch,
    /// vocabulary]`.
    fn prefill(&self, input: Self::Input, new_tokens: usize) -> (Tensor<2>, Self::State);

    /// Reads one token of each sequence, `[batch, 1]`; gives the scores of the next, `[batch, vocabulary]`.
    fn step(&self, tokens: Tensor<2, Int>, state: &mut Self::State) -> Tensor<2>;
}

/// A model that makes something out of noise, step by step.
pub trait Sampler: Workload {
    /// Takes `steps` steps; returns the samples, `[batch, channels, values]`.
    fn sampled(&self, input: Self::Input, steps: usize) -> Tensor<3>;
}
