//! Every decoder as a workload.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::dims::{DecoderConfig, DecoderDims};
use super::feed_forward::FeedForward;
use super::{Decoder, DecoderState};
use crate::cost::{Cost, Size};
use crate::model::Architecture;
use crate::weights::integers;
use crate::workload::{Generator, Workload};

impl<F: FeedForward> Workload for Decoder<F>
where
    Self: Architecture,
    <Self as Architecture>::Config: DecoderConfig<FeedForward = F>,
{
    type Input = Tensor<2, Int>;

    fn excess(config: &Self::Config, size: Size) -> Option<String> {
        sound(config).excess(size)
    }

    /// `[batch, sequence]` token ids.
    fn input(config: &Self::Config, size: Size, seed: u64, device: &Device) -> Self::Input {
        let shape = [size.batch, size.sequence];
        let bound = u32::try_from(sound(config).vocabulary).unwrap_or(u32::MAX);
        let ids = integers(seed, "input_ids", shape.iter().product(), bound);
        Tensor::from_data(TensorData::new(ids, shape), device)
    }

    fn pass(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        self.forward(ids)
    }

    fn cost(config: &Self::Config, size: Size) -> Cost {
        sound(config).cost::<F>(size)
    }
}

impl<F: FeedForward> Generator for Decoder<F>
where
    Self: Workload<Input = Tensor<2, Int>>,
{
    type State = DecoderState;

    fn prefill(&self, ids: Tensor<2, Int>, new_tokens: usize) -> (Tensor<2>, DecoderState) {
        self.prefill_embedded(self.embed(ids), new_tokens)
    }

    fn step(&self, tokens: Tensor<2, Int>, state: &mut DecoderState) -> Tensor<2> {
        self.advance(self.embed(tokens), state)
    }
}

/// The dimensions of a configuration that was checked when it was read.
pub(super) fn sound<C: DecoderConfig>(config: &C) -> DecoderDims<<C::FeedForward as FeedForward>::Dims> {
    config.dims().expect("a configuration with a fault is turned away when it is read")
}
