//! Errors of the table.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot {act} `{path}`")]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    /// The file is broken, or not of this program.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{path}` has format {found} of the history, and this version knows up to {newest}")]
    Newer { path: PathBuf, found: u32, newest: u32 },
    /// Its columns are not those of this version; the next update makes it again.
    #[error("`{path}` has format {found} of the history, an earlier one")]
    Older { path: PathBuf, found: u32 },
    #[error("cannot make the table's file for `{path}`: {reason}")]
    Encode { path: PathBuf, reason: String },
}

impl Error {
    pub(crate) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { act, path: path.to_owned(), source }
    }

    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(ParquetError) -> Self {
        move |error| Self::Unreadable { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn encode(path: &Path) -> impl FnOnce(ParquetError) -> Self {
        move |error| Self::Encode { path: path.to_owned(), reason: error.to_string() }
    }

    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Io { .. } | Self::Encode { .. } => None,
            Self::Unreadable { .. } | Self::Older { .. } => {
                Some("`cargo accel-bench history rebuild` makes the table again".into())
            }
            Self::Newer { .. } => Some(
                "use the newer version, or let `cargo accel-bench history rebuild` make the table again"
                    .into(),
            ),
        }
    }
}
