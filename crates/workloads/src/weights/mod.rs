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
mod stacked;

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
    Random {
        seed: u64,
        deviation: f32,
    },
    Checkpoint(Box<Checkpoint>),
    /// Nothing but the numbers of parameters asked for so far.
    Count(Counted),
}

/// How many parameters a model has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Values of the matrices of linear layers.
    pub linear: u64,
    /// All others: tables, convolutions, norms, biases.
    pub other: u64,
}

impl Counted {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.linear + self.other
    }
}

/// How a linear layer's matrix lies in a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `[output, input]`, as `torch.nn.Linear` has it.
    OutputFirst,
    /// `[input, parts · output]`, as GPT-2's `Conv1D` has it: part `index` of `parts` of equal size, side by side.
    InputFirst { index: usize, parts: usize },
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

    /// No weights: placeholders, so that a model can be assembled and [counted](Self::counted) without its memory.
    #[must_use]
    pub fn count(device: &'a Device) -> Self {
        Self { source: Source::Count(Counted::default()), device }
    }

    /// The parameters that were asked for, where they are only [counted](Self::count).
    #[must_use]
    pub const fn counted(&self) -> Option<Counted> {
        match self.source {
            Source::Count(counted) => Some(counted),
            Source::Random { .. } | Source::Checkpoint(_) => None,
        }
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

    /// A tensor in the shape it is stored in, such as an embedding `[entries, width]`.
    pub fn spread<const D: usize>(&mut self, name: &str, shape: [usize; D]) -> Tensor<D> {
        self.tensor(name, shape, Start::Spread)
    }

    /// The matrix of a linear layer, `[input, output]`, whichever way it is stored.
    pub fn linear(&mut self, name: &str, [input, output]: [usize; 2], order: Order) -> Tensor<2> {
        let data = match (&mut self.source, order) {
            // Drawn values have no order, but the parts of one matrix must differ.
            (Source::Random { .. }, Order::OutputFirst) => return self.spread(name, [input, output]),
            (Source::Random { .. }, Order::InputFirst { index, .. }) => {
                return self.spread(&format!("{name}.{index}"), [input, output]);
            }
            (Source::Count(counted), _) => {
                counted.linear += (input * output) as u64;
                None
            }
            (Source::Checkpoint(checkpoint), Order::OutputFirst) => checkpoint
                .take(name, &[output, input])
                .map(|values| layout::transpose(&values, [output, input])),
            (Source::Checkpoint(checkpoint), Order::InputFirst { index, parts }) => checkpoint
                .take(name, &[input, parts * output])
                .map(|values| layout::columns(&values, parts * output, index * output..(index + 1) * output)),
        };
        self.upload(data, [input, output])
    }

    /// The bias of a linear layer, `[output]`: a part of the stored vector where the matrix is one.
    pub fn linear_bias(&mut self, name: &str, output: usize, order: Order) -> Tensor<1> {
        match (&mut self.source, order) {
            (Source::Checkpoint(checkpoint), Order::InputFirst { index, parts }) => {
                let part = index * output..(index + 1) * output;
                let data = checkpoint.take(name, &[parts * output]);
                self.upload(data.map(|values| values[part].to_vec()), [output])
            }
            _ => self.zeros(name, output),
        }
    }

    /// Says that `name` is another name of a tensor that was asked for: a checkpoint may hold it again, or not.
    pub fn duplicate(&mut self, name: &str) {
        if let Source::Checkpoint(checkpoint) = &mut self.source {
            checkpoint.leave_out(name);
        }
    }

    /// Says that the model has no use for `name`, which a checkpoint may hold or not: a buffer.
    pub fn leave_out(&mut self, name: &str) {
        self.duplicate(name);
    }

    /// True if a checkpoint holds `name`: for models of which there are checkpoints of two kinds.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        match &self.source {
            Source::Random { .. } | Source::Count(_) => false,
            Source::Checkpoint(checkpoint) => checkpoint.holds(name),
        }
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
            Source::Random { .. } | Source::Count(_) => Ok(()),
            Source::Checkpoint(checkpoint) => checkpoint.finish(),
        }
    }

    fn tensor<const D: usize>(&mut self, name: &str, shape: [usize; D], start: Start) -> Tensor<D> {
        let values = match &mut self.source {
            Source::Random { seed, deviation } => {
                Some(start.values(*seed, *deviation, name, shape.iter().product()))
            }
            Source::Checkpoint(checkpoint) => checkpoint.take(name, &shape),
            Source::Count(counted) => {
                counted.other += shape.iter().map(|&length| length as u64).product::<u64>();
                None
            }
        };
        self.upload(values, shape)
    }

    fn upload<const D: usize>(&self, values: Option<Vec<f32>>, shape: [usize; D]) -> Tensor<D> {
        // A missing tensor makes `finish` fail, and a counted model is never run: the placeholder may hold anything, but
        // nothing large.
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
