//! An ONNX model with its provider: its inputs as its file describes them, and running it.

use std::path::{Path, PathBuf};

use ort::session::{Session, SessionInputValue};
use ort::value::{Tensor as OrtTensor, TensorElementType, ValueType};

use crate::Axes;
use crate::provider::Provider;
use crate::runtime;

/// Why a model cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    #[error(
        "no file `{}`; `python crates/onnx/export.py {model}` makes those of the models that it knows",
        file.display()
    )]
    NoFile { model: String, file: PathBuf },
    #[error("{0}")]
    NoLibrary(String),
    #[error("this library of ONNX Runtime has no provider for it; `pip install {wheel}` brings one that has")]
    NoProvider { wheel: &'static str },
    #[error("the provider cannot be used: {0}")]
    Provider(String),
    #[error("`{}` cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error(
        "the input `{input}` has an axis `{axis}` of unknown length; give the benchmark a parameter of that name"
    )]
    OpenAxis { input: String, axis: String },
    #[error("the input `{input}` has values of the type {found}, which is not implemented")]
    ValueType { input: String, found: String },
    #[error("the model failed: {0}")]
    Run(String),
}

impl OnnxError {
    /// True if the machine lacks something, and the model is not at fault.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::NoFile { .. }
                | Self::NoLibrary(_)
                | Self::NoProvider { .. }
                | Self::Provider(_)
                | Self::ValueType { .. }
        )
    }
}

/// Numbers and their shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    F32(Vec<usize>, Vec<f32>),
    I64(Vec<usize>, Vec<i64>),
    I32(Vec<usize>, Vec<i32>),
    Bool(Vec<usize>, Vec<bool>),
}

/// An input of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub name: String,
    pub tensor: Tensor,
}

/// A model that is ready to run.
#[derive(Debug)]
pub struct OnnxModel {
    session: Session,
}

impl OnnxModel {
    /// Reads and compiles the model in `file` for `provider`.
    ///
    /// # Errors
    ///
    /// When the library of ONNX Runtime is missing, when it lacks the provider, or when the file cannot be read.
    pub fn open(file: &Path, provider: Provider) -> Result<Self, OnnxError> {
        let environment = runtime::environment().map_err(OnnxError::NoLibrary)?;
        if !provider.is_available().map_err(|error| OnnxError::Provider(error.to_string()))? {
            return Err(OnnxError::NoProvider { wheel: provider.wheel() });
        }
        let failed = |error: String| OnnxError::Provider(error);
        let mut builder = Session::builder(environment).map_err(|error| failed(error.to_string()))?;
        // As many as this process may use: the runtime takes all of the machine's, which would spin on the one CPU that a
        // benchmark is pinned to.
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        builder = builder.with_intra_threads(threads).map_err(|error| failed(error.to_string()))?;
        if let Some(dispatch) = provider.dispatch() {
            builder =
                builder.with_execution_providers([dispatch]).map_err(|error| failed(error.to_string()))?;
        }
        let unreadable =
            |error: ort::Error| OnnxError::Unreadable { file: file.to_owned(), reason: error.to_string() };
        Ok(Self { session: builder.commit_from_file(file).map_err(unreadable)? })
    }

    /// Inputs of these lengths, the same in every process: masks of ones, types of zeros, small indices, numbers between −1
    /// and 1.
    ///
    /// # Errors
    ///
    /// When the model leaves an axis open that `axes` does not name, or has values of another type.
    pub fn inputs(&self, axes: &Axes) -> Result<Vec<Input>, OnnxError> {
        self.session.inputs().iter().map(|outlet| input(outlet.name(), outlet.dtype(), axes)).collect()
    }

    /// Runs the model: the outputs of 32-bit floats, with their names and shapes.
    ///
    /// # Errors
    ///
    /// When the runtime refuses the inputs, or fails.
    pub fn run(&mut self, inputs: &[Input]) -> Result<Vec<(String, Tensor)>, OnnxError> {
        let failed = |error: ort::Error| OnnxError::Run(error.to_string());
        let values: Vec<_> = inputs
            .iter()
            .map(|input| Ok((input.name.clone(), value(&input.tensor)?)))
            .collect::<ort::Result<_>>()
            .map_err(failed)?;
        let outputs = self.session.run(values).map_err(failed)?;
        let floats = outputs.iter().filter_map(|(name, value)| {
            let (shape, numbers) = value.try_extract_tensor::<f32>().ok()?;
            let shape = shape.iter().map(|length| usize::try_from(*length).unwrap_or(0)).collect();
            Some((name.to_owned(), Tensor::F32(shape, numbers.to_vec())))
        });
        Ok(floats.collect())
    }
}

fn value(tensor: &Tensor) -> ort::Result<SessionInputValue<'static>> {
    Ok(match tensor {
        Tensor::F32(shape, numbers) => OrtTensor::from_array((shape.clone(), numbers.clone()))?.into(),
        Tensor::I64(shape, numbers) => OrtTensor::from_array((shape.clone(), numbers.clone()))?.into(),
        Tensor::I32(shape, numbers) => OrtTensor::from_array((shape.clone(), numbers.clone()))?.into(),
        Tensor::Bool(shape, numbers) => OrtTensor::from_array((shape.clone(), numbers.clone()))?.into(),
    })
}

fn input(name: &str, described: &ValueType, axes: &Axes) -> Result<Input, OnnxError> {
    let other = || OnnxError::ValueType { input: name.to_owned(), found: described.to_string() };
    let ValueType::Tensor { ty, shape, dimension_symbols } = described else { return Err(other()) };
    let length = |(at, length): (usize, &i64)| {
        let symbol = dimension_symbols.get(at).map(ToString::to_string).unwrap_or_default();
        usize::try_from(*length).ok().or_else(|| axes.length(&symbol, at)).ok_or_else(|| {
            let axis = if symbol.is_empty() { format!("{at}") } else { symbol };
            OnnxError::OpenAxis { input: name.to_owned(), axis }
        })
    };
    let shape = shape.iter().enumerate().map(length).collect::<Result<Vec<_>, _>>()?;
    let count = shape.iter().product();
    let index = |at: usize| i64::from(index(name, at));
    let tensor = match ty {
        TensorElementType::Float32 => Tensor::F32(shape, (0..count).map(number).collect()),
        TensorElementType::Int64 => Tensor::I64(shape, (0..count).map(index).collect()),
        TensorElementType::Int32 => Tensor::I32(shape, (0..count).map(|at| index(at) as i32).collect()),
        TensorElementType::Bool => Tensor::Bool(shape, vec![true; count]),
        _ => return Err(other()),
    };
    Ok(Input { name: name.to_owned(), tensor })
}

/// A number between −1 and 1 that looks random, and is the same on every machine.
fn number(at: usize) -> f32 {
    // Knuth's multiplicative hash, The Art of Computer Programming 3, 6.4.
    let hash = (at as u32).wrapping_mul(2_654_435_761) >> 8;
    hash as f32 / (1 << 23) as f32 - 1.0
}

/// A whole number that any vocabulary has; one for masks, zero for the types of tokens.
fn index(input: &str, at: usize) -> i32 {
    match input {
        name if name.contains("mask") => 1,
        name if name.contains("type") => 0,
        _ => (at % 16) as i32,
    }
}

#[cfg(test)]
mod tests {
    use ort::value::{Shape, SymbolicDimensions};

    use super::*;

    fn described(ty: TensorElementType, shape: &[i64], names: &[&str]) -> ValueType {
        ValueType::Tensor {
            ty,
            shape: Shape::new(shape.iter().copied()),
            dimension_symbols: SymbolicDimensions::new(names.iter().map(ToString::to_string)),
        }
    }

    fn axes() -> Axes {
        Axes::default().with("batch-size", 2).with("sequence-length", 3)
    }

    #[test]
    fn inputs_are_what_the_file_describes() {
        let tokens = described(TensorElementType::Int64, &[-1, -1], &["batch", "sequence"]);
        let of = |name: &str, ty: &ValueType| input(name, ty, &axes()).expect("an input").tensor;
        assert_eq!(of("input_ids", &tokens), Tensor::I64(vec![2, 3], vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(of("attention_mask", &tokens), Tensor::I64(vec![2, 3], vec![1; 6]));
        assert_eq!(of("token_type_ids", &tokens), Tensor::I64(vec![2, 3], vec![0; 6]));
        let pixels = described(TensorElementType::Float32, &[-1, 1, 2, 2], &["", "", "", ""]);
        let Tensor::F32(shape, numbers) = of("pixel_values", &pixels) else { panic!("other numbers") };
        assert_eq!((shape, numbers.len()), (vec![2, 1, 2, 2], 8));
        assert!(numbers.iter().all(|number| (-1.0..1.0).contains(number)) && numbers[0] != numbers[1]);
        let flags = described(TensorElementType::Bool, &[2], &[""]);
        assert_eq!(of("flags", &flags), Tensor::Bool(vec![2], vec![true; 2]));
        let short = described(TensorElementType::Int32, &[2], &[""]);
        assert_eq!(of("positions", &short), Tensor::I32(vec![2], vec![0, 1]));
    }

    #[test]
    fn what_cannot_be_made_says_why() {
        let says = |ty: &ValueType| input("x", ty, &axes()).expect_err("it cannot").to_string();
        let open = described(TensorElementType::Float32, &[-1, -1], &["batch", "past"]);
        assert!(says(&open).contains("the input `x` has an axis `past`"), "{}", says(&open));
        let nameless = described(TensorElementType::Float32, &[2, -1], &["", ""]);
        assert!(says(&nameless).contains("an axis `1`"), "{}", says(&nameless));
        let half = described(TensorElementType::Float16, &[1], &[""]);
        assert!(says(&half).contains("not implemented"), "{}", says(&half));
        assert!(input("x", &half, &axes()).expect_err("it cannot").is_unsupported());
        assert!(!input("x", &open, &axes()).expect_err("it cannot").is_unsupported());
    }
}
