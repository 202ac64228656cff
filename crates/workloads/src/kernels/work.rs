//! The work of one execution of a kernel, and its inputs.

use burn::tensor::{Device, Tensor, TensorData};

use crate::weights::uniform;

/// The work of one execution, counted from the shapes. `f32` throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Floating-point operations: a multiply-add is two, and each exp, division or root one.
    pub flops: u64,
    /// The minimum memory traffic: every input and the output once.
    pub bytes: u64,
    /// Elements of the output.
    pub elements: u64,
}

impl Work {
    /// `inputs` counts the elements of all inputs, `output` those of the output.
    pub(super) const fn new(flops: usize, inputs: usize, output: usize) -> Self {
        Self {
            flops: flops as u64,
            bytes: ((inputs + output) * size_of::<f32>()) as u64,
            elements: output as u64,
        }
    }
}

/// An input with standard deviation 1, drawn from `seed` and `name`: the same on every backend.
pub(super) fn input<const D: usize>(seed: u64, name: &str, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values = uniform(seed, name, shape.iter().product(), 1.0);
    Tensor::from_data(TensorData::new(values, shape), device)
}
