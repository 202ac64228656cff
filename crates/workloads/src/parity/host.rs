//! Tensors on the host, by name.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::model::ModelError;
use crate::weights;

/// Tensors on the host by name: floats as `f32`, integers as `i64`.
#[derive(Clone, Debug, Default)]
pub struct HostTensors(BTreeMap<String, TensorData>);

impl HostTensors {
    /// Reads all tensors of a safetensors file.
    ///
    /// # Errors
    /// When it cannot be read or is not such a file.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        Ok(Self(weights::read_tensors(path)?))
    }

    /// The tensor `name` as integers on `device`.
    ///
    /// # Errors
    /// When the tensor is missing, has another rank, or does not hold integers.
    pub fn integers<const D: usize>(
        &self,
        name: &'static str,
        device: &Device,
    ) -> Result<Tensor<D, Int>, ModelError> {
        let missing = || ModelError::Input { name, reason: "there is none".to_owned() };
        self.optional_integers(name, device)?.ok_or_else(missing)
    }

    /// The tensor `name` as integers on `device`, where there is one.
    ///
    /// # Errors
    /// When the tensor has another rank, or does not hold integers.
    pub fn optional_integers<const D: usize>(
        &self,
        name: &'static str,
        device: &Device,
    ) -> Result<Option<Tensor<D, Int>>, ModelError> {
        let Some(data) = self.0.get(name) else { return Ok(None) };
        let invalid = |reason| Err(ModelError::Input { name, reason });
        if data.dtype() != DType::I64 {
            return invalid("it does not hold integers".to_owned());
        }
        if data.rank() != D {
            return invalid(format!("it has {} dimensions where {D} are wanted", data.rank()));
        }
        Ok(Some(Tensor::from_data(data.clone(), device)))
    }

    /// The tensor `name` as floats on `device`.
    ///
    /// # Errors
    /// When the tensor is missing, has another rank, or does not hold floats.
    pub fn floats<const D: usize>(
        &self,
        name: &'static str,
        device: &Device,
    ) -> Result<Tensor<D>, ModelError> {
        let invalid = |reason| Err(ModelError::Input { name, reason });
        let Some(data) = self.0.get(name) else { return invalid("there is none".to_owned()) };
        if data.dtype() != DType::F32 {
            return invalid("it does not hold floats".to_owned());
        }
        if data.rank() != D {
            return invalid(format!("it has {} dimensions where {D} are wanted", data.rank()));
        }
        Ok(Tensor::from_data(data.clone(), device))
    }

    /// Adds an output, read back from its device.
    ///
    /// # Errors
    /// When the device failed to compute it.
    pub fn read_back<const D: usize>(&mut self, name: &str, tensor: Tensor<D>) -> Result<(), ModelError> {
        let data = tensor.try_into_data().map_err(|error| ModelError::Device(error.to_string()))?;
        self.0.insert(name.to_owned(), data.convert::<f32>());
        Ok(())
    }

    /// Adds tokens that were read on the host, one row a sequence.
    pub fn tokens(&mut self, name: &str, sequences: &[Vec<i64>]) {
        let shape = [sequences.len(), sequences.first().map_or(0, Vec::len)];
        self.0.insert(name.to_owned(), TensorData::new(sequences.concat(), shape));
    }

    pub(super) fn get(&self, name: &str) -> Option<&TensorData> {
        self.0.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &TensorData)> {
        self.0.iter().map(|(name, data)| (name.as_str(), data))
    }
}

impl FromIterator<(String, TensorData)> for HostTensors {
    fn from_iter<T: IntoIterator<Item = (String, TensorData)>>(tensors: T) -> Self {
        Self(tensors.into_iter().collect())
    }
}
