//! The number format that a model computes in and keeps its weights in.

use std::fmt;
use std::str::FromStr;

use burn::module::{Module, ModuleMapper, Param, Quantizer};
use burn::tensor::quantization::{Calibration, QuantScheme, QuantValue, ScaleDtype};
use burn::tensor::{DType, Device, FloatDType, Tensor};

/// A value of the parameter `precision`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    F32,
    F16,
    Bf16,
    /// The matrices of linear layers as 8-bit integers with a scale; everything else, and the sums, in `f32`.
    Q8,
    /// The same with 4 bits.
    Q4,
}

/// Values that share a scale: as many as in the 4- and 8-bit formats of GGUF.
/// <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
const BLOCK: usize = 32;

/// Why a device does not compute in a precision; read after the device's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrecisionError {
    #[error("does not compute in {0}")]
    Unsupported(Precision),
    #[error("cannot compute in {precision} here: {reason}")]
    NotHere { precision: Precision, reason: String },
}

impl Precision {
    /// All of them, the most exact first.
    pub const ALL: [Self; 5] = [Self::F32, Self::F16, Self::Bf16, Self::Q8, Self::Q4];

    /// Makes `device` compute in it, where it can.
    ///
    /// burn fixes the type of a device's numbers once a process, before its first tensor.
    ///
    /// # Errors
    /// Why the device cannot.
    pub fn prepare(self, device: &mut Device) -> Result<(), PrecisionError> {
        if !self.is_supported(device) {
            return Err(PrecisionError::Unsupported(self));
        }
        let float = match self {
            Self::F16 => FloatDType::F16,
            Self::Bf16 => FloatDType::BF16,
            // The device's default.
            Self::F32 | Self::Q8 | Self::Q4 => return Ok(()),
        };
        // A case before this one in the process computed in the same.
        if device.settings().float_dtype == float {
            return Ok(());
        }
        device.configure(float).map_err(|error| {
            let reason = error.to_string().lines().next().unwrap_or_default().to_owned();
            PrecisionError::NotHere { precision: self, reason }
        })
    }

    /// True if a device can compute in it.
    #[must_use]
    pub fn is_supported(self, device: &Device) -> bool {
        match self {
            Self::F32 => true,
            Self::F16 => device.supports_dtype(DType::F16),
            Self::Bf16 => device.supports_dtype(DType::BF16),
            Self::Q8 | Self::Q4 => {
                self.scheme(device).is_some_and(|scheme| device.supports_dtype(DType::QFloat(scheme)))
            }
        }
    }

    /// The type that a [prepared](Self::prepare) device really computes in, or keeps weights in.
    #[must_use]
    pub fn effective(self, device: &Device) -> String {
        match self {
            Self::Q8 | Self::Q4 => self.to_string(),
            Self::F32 | Self::F16 | Self::Bf16 => {
                format!("{:?}", device.settings().float_dtype).to_lowercase()
            }
        }
    }

    /// The model with its weights in this precision.
    #[must_use]
    pub fn keep<M: Module>(self, model: M, device: &Device) -> M {
        match self.scheme(device) {
            Some(scheme) => {
                let quantizer = Quantizer::new(Calibration::MinMax, scheme);
                model.map(&mut LinearMatrices { quantizer, inside: Vec::new() })
            }
            None => model,
        }
    }

    /// Bytes of `linear` values of linear layers' matrices and of `other` parameters; scales included.
    #[must_use]
    pub fn weight_bytes(self, linear: u64, other: u64) -> u64 {
        // A scale of four bytes for each block.
        let scales = linear / BLOCK as u64 * 4;
        match self {
            Self::F32 => (linear + other) * 4,
            Self::F16 | Self::Bf16 => (linear + other) * 2,
            Self::Q8 => linear + scales + other * 4,
            Self::Q4 => linear / 2 + scales + other * 4,
        }
    }

    /// Bytes of one value that is computed with.
    #[must_use]
    pub const fn value_bytes(self) -> u64 {
        match self {
            Self::F32 | Self::Q8 | Self::Q4 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// How far outputs may be from those in `f32`, relative to the largest: some 32 roundings of a value of the
    /// precision (2⁻¹¹ of its size in f16, 2⁻⁸ in bf16) add up on the way through a model. Integer weights are off by half
    /// a step of the largest of their block, which averages out over a sum; the bounds are those of a sound model with
    /// room, and far from what swapped or missing weights give (1 and more).
    #[must_use]
    pub const fn tolerance(self) -> f64 {
        match self {
            Self::F32 => 0.0,
            Self::F16 => 0.016,
            Self::Bf16 | Self::Q8 => 0.125,
            Self::Q4 => 0.5,
        }
    }

    fn scheme(self, device: &Device) -> Option<QuantScheme> {
        let value = match self {
            Self::F32 | Self::F16 | Self::Bf16 => return None,
            Self::Q8 => QuantValue::Q8S,
            Self::Q4 => QuantValue::Q4S,
        };
        let scheme = device.settings().quantization.scheme;
        Some(scheme.with_value(value).per_block([BLOCK as u8], ScaleDtype::F32))
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Q8 => "q8",
            Self::Q4 => "q4",
        })
    }
}

impl FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        let named = Self::ALL.into_iter().find(|precision| precision.to_string() == text);
        named.ok_or_else(|| UnknownPrecision { name: text.to_owned() })
    }
}

/// No precision is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no precision is called `{name}`: there are f32, f16, bf16, q8 and q4")]
pub struct UnknownPrecision {
    name: String,
}

/// Turns the matrices of linear layers into integers: tables and norms stay, which are read, not multiplied.
struct LinearMatrices {
    quantizer: Quantizer,
    /// The types of the modules around.
    inside: Vec<String>,
}

impl ModuleMapper for LinearMatrices {
    fn enter_module(&mut self, _: &str, container: &str) {
        self.inside.push(container.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.inside.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_linear = self.inside.last().is_some_and(|container| container == "Struct:Linear");
        let fits = param.val().dims().last().is_some_and(|columns| columns.is_multiple_of(BLOCK));
        if D == 2 && is_linear && fits { self.quantizer.map_float(param) } else { param }
    }
}
