//! The parameters of a cell.

use accel_bench::{Bencher, Error};

use super::precision::Precision;
use crate::cost::Size;

/// The parameters of one cell of the matrix, as `bench.toml` and the benchmark's attribute name them.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// A preset, or the path of a Hugging Face folder.
    pub model: String,
    pub size: Size,
    pub precision: Precision,
    /// The extent of an image or a sound, where the benchmark has the parameter.
    pub extent: Option<usize>,
}

impl Parameters {
    /// Reads `model`, `batch-size`, `sequence-length`, `new-tokens` or `steps`, `precision` and the parameter called `extent`; all but
    /// the model may be missing.
    ///
    /// # Errors
    /// When a value is of another type, or is not a precision.
    pub fn read(b: &Bencher, extent: Option<&str>) -> Result<Self, Error> {
        let precision: Option<String> = b.optional_param("precision")?;
        let size = Size {
            batch: b.optional_param("batch-size")?.unwrap_or(1),
            sequence: b.optional_param("sequence-length")?.unwrap_or(1),
            new_tokens: steps(b)?,
        };
        if size.batch == 0 || size.sequence == 0 {
            return Err(Error::new("`batch-size` and `sequence-length` are at least 1"));
        }
        let extent = extent.map_or(Ok(None), |name| b.optional_param(name))?;
        Ok(Self {
            extent,
            model: b.try_param("model")?,
            size,
            precision: precision.map_or(Ok(Precision::F32), |name| name.parse())?,
        })
    }
}

/// Tokens or steps, whichever the benchmark has.
fn steps(b: &Bencher) -> Result<usize, Error> {
    let tokens = b.optional_param("new-tokens")?;
    Ok(tokens.or(b.optional_param("steps")?).unwrap_or(0))
}
