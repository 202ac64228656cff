//! One safetensors file: its header in memory, its tensors read one by one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use burn::tensor::TensorData;
use safetensors::tensor::{Metadata, TensorInfo};

use super::decode;
use super::error::WeightsError;

/// Headers above this size are refused, as the reference implementation does.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// An open safetensors file whose header is sound and whose length is what the header says.
#[derive(Debug)]
pub(crate) struct Shard {
    path: PathBuf,
    file: File,
    header: Metadata,
    data_start: u64,
}

impl Shard {
    pub(crate) fn open(path: &Path) -> Result<Self, WeightsError> {
        let read = |source| WeightsError::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let header_length = header_length(&mut file, path, length)?;
        let mut header = vec![0; header_length as usize];
        file.read_exact(&mut header).map_err(read)?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| WeightsError::Header { path: path.to_owned(), reason: error.to_string() })?;

        let data_start = 8 + header_length;
        let expected = data_start + header.data_len() as u64;
        if expected != length {
            return Err(WeightsError::Length { path: path.to_owned(), expected, found: length });
        }
        Ok(Self { path: path.to_owned(), file, header, data_start })
    }

    /// Every tensor's name and shape, in the order of the file.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = (String, &[usize])> {
        let names = self.header.offset_keys().into_iter();
        names.filter_map(|name| self.header.info(&name).map(|info| (name, info.shape.as_slice())))
    }

    /// A floating-point tensor's values as `f32`.
    pub(crate) fn floats(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let info = self.info(name)?;
        decode::floats(info.dtype, &self.bytes(info)?).ok_or_else(|| self.unusable(name, info))
    }

    /// A tensor of any type: floats as `f32`, integers and booleans as `i64`.
    fn tensor(&self, name: &str) -> Result<TensorData, WeightsError> {
        let info = self.info(name)?;
        let bytes = self.bytes(info)?;
        let shape = info.shape.as_slice();
        let floats = decode::floats(info.dtype, &bytes).map(|values| TensorData::new(values, shape));
        let integers = || decode::integers(info.dtype, &bytes).map(|values| TensorData::new(values, shape));
        floats.or_else(integers).ok_or_else(|| self.unusable(name, info))
    }

    fn info(&self, name: &str) -> Result<&TensorInfo, WeightsError> {
        let missing = || WeightsError::NoTensor { path: self.path.clone(), name: name.to_owned() };
        self.header.info(name).ok_or_else(missing)
    }

    fn bytes(&self, info: &TensorInfo) -> Result<Vec<u8>, WeightsError> {
        let (start, end) = info.data_offsets;
        let mut bytes = vec![0; end - start];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.data_start + start as u64))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|source| WeightsError::Read { path: self.path.clone(), source })?;
        Ok(bytes)
    }

    fn unusable(&self, name: &str, info: &TensorInfo) -> WeightsError {
        let (path, name, dtype) = (self.path.clone(), name.to_owned(), info.dtype.to_string());
        WeightsError::Dtype { path, name, dtype }
    }
}

/// Every tensor of one file by name: floats as `f32`, integers as `i64`.
pub(crate) fn read_tensors(path: &Path) -> Result<BTreeMap<String, TensorData>, WeightsError> {
    let shard = Shard::open(path)?;
    let names: Vec<String> = shard.shapes().map(|(name, _)| name).collect();
    names.into_iter().map(|name| Ok((name.clone(), shard.tensor(&name)?))).collect()
}

fn header_length(file: &mut File, path: &Path, length: u64) -> Result<u64, WeightsError> {
    let mut bytes = [0; 8];
    let (path, expected) = (path.to_owned(), 8);
    if length < expected {
        return Err(WeightsError::Length { path, expected, found: length });
    }
    if let Err(source) = file.read_exact(&mut bytes) {
        return Err(WeightsError::Read { path, source });
    }
    let header_length = u64::from_le_bytes(bytes);
    if header_length > MAX_HEADER_BYTES {
        let reason = format!("a header of {header_length} bytes");
        return Err(WeightsError::Header { path, reason });
    }
    let expected = expected + header_length;
    if length < expected {
        return Err(WeightsError::Length { path, expected, found: length });
    }
    Ok(header_length)
}
