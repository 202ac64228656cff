//! Where a model's parameters come from: drawn from a seed, or read from a Hugging Face folder.
//!
//! A model is assembled once, by asking for every parameter by its Hugging Face name and shape; the source
//! decides what it gets. Knows no model.

mod checkpoint;
mod decode;
mod error;
mod layout;
mod random;
mod shard;

use burn::tensor::{Device, Tensor, TensorData};

pub use checkpoint::{Checkpoint, Naming};
pub use error::{Mismatch, WeightsError};
pub use random::{integers, uniform};
pub(crate) use shard::read_tensors;

/// How a parameter starts when it is drawn from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Spread,
    Ones,
    Zeros,
}

/// The source of a model's parameters while it is assembled.
#[derive(Debug)]
pub struct Weights<'a> {
    source: Source,
    device: &'a Device,
}

#[derive(Debug)]
enum Source {
    Random { seed: u64, deviation: f32 },
    Checkpoint(Box<Checkpoint>),
}

impl<'a> Weights<'a> {
    /// Weights uniform around zero with the standard deviation `deviation`, norms 1 and biases 0.
    ///
    /// They are drawn on the host, each parameter from the seed and its name, so that they are the same on
    /// every backend and in whatever order a model is assembled.
    #[must_use]
    pub fn random(seed: u64, deviation: f32, device: &'a Device) -> Self {
        Self { source: Source::Random { seed, deviation }, device }
    }

    /// Weights read from `checkpoint`.
    #[must_use]
    pub fn checkpoint(checkpoint: Checkpoint, device: &'a Device) -> Self {
        Self { source: Source::Checkpoint(Box::new(checkpoint)), device }
    }

    /// The device that the parameters are put on.
    #[must_use]
    pub fn device(&self) -> &'a Device {
        self.device
    }

    /// A matrix in the shape it is stored in, such as an embedding `[entries, width]`.
    pub fn matrix(&mut self, name: &str, shape: [usize; 2]) -> Tensor<2> {
        self.tensor(name, shape, Start::Spread)
    }

    /// The matrix of a linear layer, `[input, output]`. Stored the other way round, as PyTorch has it.
    pub fn linear(&mut self, name: &str, [input, output]: [usize; 2]) -> Tensor<2> {
        let data = match &mut self.source {
            // Drawn values have no right way round.
            Source::Random { .. } => return self.matrix(name, [input, output]),
            Source::Checkpoint(checkpoint) => checkpoint.take(name, &[output, input]),
        };
        let transposed = data.map(|values| layout::transpose(&values, [output, input]));
        self.upload(transposed, [input, output])
    }

    /// A vector that starts as ones: the scale of a norm.
    pub fn ones(&mut self, name: &str, length: usize) -> Tensor<1> {
        self.tensor(name, [length], Start::Ones)
    }

    /// A vector that starts as zeros: a bias.
    pub fn zeros(&mut self, name: &str, length: usize) -> Tensor<1> {
        self.tensor(name, [length], Start::Zeros)
    }

    /// Says whether everything asked for was there, and nothing else.
    ///
    /// # Errors
    /// When the checkpoint could not be read, or lacks tensors, has others, or has some in another shape:
    /// all of them by name.
    pub fn finish(self) -> Result<(), WeightsError> {
        match self.source {
            Source::Random { .. } => Ok(()),
            Source::Checkpoint(checkpoint) => checkpoint.finish(),
        }
    }

    fn tensor<const D: usize>(&mut self, name: &str, shape: [usize; D], start: Start) -> Tensor<D> {
        let values = match &mut self.source {
            Source::Random { seed, deviation } => {
                Some(start.values(*seed, *deviation, name, shape.iter().product()))
            }
            Source::Checkpoint(checkpoint) => checkpoint.take(name, &shape),
        };
        self.upload(values, shape)
    }

    fn upload<const D: usize>(&self, values: Option<Vec<f32>>, shape: [usize; D]) -> Tensor<D> {
        // What is missing makes `finish` fail, so its place may hold anything: nothing large.
        let data = values
            .map_or_else(|| TensorData::zeros::<f32, _>([1; D]), |values| TensorData::new(values, shape));
        Tensor::from_data(data, self.device)
    }
}

impl Start {
    fn values(self, seed: u64, deviation: f32, name: &str, count: usize) -> Vec<f32> {
        match self {
            Self::Spread => uniform(seed, name, count, deviation),
            Self::Ones => vec![1.0; count],
            Self::Zeros => vec![0.0; count],
        }
    }
}
