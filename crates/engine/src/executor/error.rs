//! Errors that end a run; a failure of a case is its status, not an error.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot write the children's logs to `{}`", path.display())]
    Logs { path: PathBuf, source: io::Error },
    #[error("cannot open a channel to a child process")]
    Channel { source: io::Error },
    #[error("cannot list the benchmarks of `{target}`: {reason}")]
    List { target: String, reason: String },
}

impl Error {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Logs { .. } => {
                Some("free some space, or choose another store with `[store] path`".to_owned())
            }
            Self::Channel { .. } => Some(
                "a socket is made in the temporary folder; set TMPDIR to one that can be written".to_owned(),
            ),
            Self::List { .. } => None,
        }
    }
}
