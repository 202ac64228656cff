//! An ONNX model in ONNX Runtime's library.

use std::path::Path;

use ort::session::{Session, SessionInputValue};
use ort::value::{Outlet, Tensor as OrtTensor, TensorElementType, ValueType};

use crate::error::OnnxError;
use crate::input::{Axis, Described, Element, Input, Tensor};
use crate::provider::Provider;
use crate::runtime;
use crate::{Axes, input};

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
        self.session.inputs().iter().map(|outlet| input::make(&described(outlet)?, axes)).collect()
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

fn described(outlet: &Outlet) -> Result<Described, OnnxError> {
    let input = outlet.name().to_owned();
    let ValueType::Tensor { ty, shape, dimension_symbols } = outlet.dtype() else {
        return Err(OnnxError::ValueType { input, found: outlet.dtype().to_string() });
    };
    let axis = |(at, length): (usize, &i64)| match usize::try_from(*length) {
        Ok(length) => Axis::Length(length),
        Err(_) => Axis::Named(dimension_symbols.get(at).map(ToString::to_string).unwrap_or_default()),
    };
    let element = match ty {
        TensorElementType::Float32 => Element::F32,
        TensorElementType::Int64 => Element::I64,
        TensorElementType::Int32 => Element::I32,
        TensorElementType::Bool => Element::Bool,
        _ => return Err(OnnxError::ValueType { input, found: outlet.dtype().to_string() }),
    };
    Ok(Described { name: input, element, axes: shape.iter().enumerate().map(axis).collect() })
}

#[cfg(test)]
mod tests {
    use ort::value::{Shape, SymbolicDimensions};

    use super::*;

    fn outlet(ty: TensorElementType, shape: &[i64], names: &[&str]) -> Outlet {
        let dtype = ValueType::Tensor {
            ty,
            shape: Shape::new(shape.iter().copied()),
            dimension_symbols: SymbolicDimensions::new(names.iter().map(ToString::to_string)),
        };
        Outlet::new("x", dtype)
    }

    #[test]
    fn the_file_says_type_and_axes() {
        let found = described(&outlet(TensorElementType::Int64, &[-1, 4], &["batch", ""]));
        let axes = vec![Axis::Named("batch".to_owned()), Axis::Length(4)];
        assert_eq!(found.ok(), Some(Described { name: "x".to_owned(), element: Element::I64, axes }));
        let half = described(&outlet(TensorElementType::Float16, &[1], &[""])).expect_err("no such numbers");
        assert!(half.to_string().contains("not implemented") && half.is_unsupported(), "{half}");
    }
}
