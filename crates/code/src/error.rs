//! Why an executable cannot be read.

use std::io;
use std::path::PathBuf;

/// Why the machine code of an executable is not known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is not an executable that can be read", path.display())]
    Format { path: PathBuf, source: object::Error },
    #[error("machine code of {architecture} cannot be read, only that of x86-64")]
    Architecture { architecture: String },
    #[error("`{}` has no symbols: `strip = true` removes them", path.display())]
    NoSymbols { path: PathBuf },
    #[error("the line tables of `{}` cannot be read", path.display())]
    Lines { path: PathBuf, source: gimli::Error },
    #[error("no function begins at address {address:#x}")]
    NoFunction { address: u64 },
    #[error("the executable has no function `{name}`")]
    NoSuchFunction { name: String },
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn errors_name_the_file_and_keep_their_cause() {
        let read = Error::Read { path: "/x/bench".into(), source: io::ErrorKind::NotFound.into() };
        assert_eq!(read.to_string(), "cannot read `/x/bench`");
        assert!(read.source().is_some(), "the cause is told apart");
        let lines = Error::Lines { path: "/x/bench".into(), source: gimli::Error::BadUtf8 };
        assert_eq!(lines.to_string(), "the line tables of `/x/bench` cannot be read");
        assert!(lines.source().is_some());
        let function = Error::NoFunction { address: 0x1f };
        assert_eq!(function.to_string(), "no function begins at address 0x1f");
    }
}
