//! Why a benchmark ended without a result.

use std::fmt;

use crate::DeviceError;
use accel_bench_record::{Failure, Status};

/// An error of a benchmark: what kind, and the reason in words.
///
/// Any error type converts into it, so that `?` works in `fn bench(b: &mut Bencher) -> Result<(), Error>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Failure,
    reason: String,
}

impl Error {
    pub fn new(reason: impl Into<String>) -> Self {
        Self::of(Failure::Error, reason)
    }

    /// The backend or the device cannot run this case: no fault, no result.
    pub fn unsupported(reason: impl Into<String>) -> Self {
        Self::of(Failure::Unsupported, reason)
    }

    /// The output differs from what it has to be.
    pub fn wrong_output(reason: impl Into<String>) -> Self {
        Self::of(Failure::WrongOutput, reason)
    }

    pub(crate) fn of(kind: Failure, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    #[must_use]
    pub fn kind(&self) -> Failure {
        self.kind
    }

    pub(crate) fn into_status(self) -> Status {
        Status::failed(self.kind, self.reason)
    }

    /// Ends the case from anywhere below the worker. Unwinds without the panic hook: nothing is printed.
    pub(crate) fn stop(self) -> ! {
        std::panic::resume_unwind(Box::new(self))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

// `Error` itself implements no `std::error::Error`: that is what lets every other error convert into it.
impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason.push_str(": ");
            reason.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(reason)
    }
}

impl Error {
    pub(crate) fn device(error: &DeviceError) -> Self {
        let kind = match error {
            DeviceError::OutOfMemory(_) => Failure::Oom,
            DeviceError::Poisoned(_) => Failure::Poisoned,
            DeviceError::Other(_) => Failure::Error,
        };
        Self::of(kind, format!("the device failed: {error}"))
    }
}
