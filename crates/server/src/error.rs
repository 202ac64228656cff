//! Errors, and what helps.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("the history is empty: `{}` has no Parquet file", .0.display())]
    Empty(PathBuf),
    #[error("`{}` is not a text that SQL can name", .0.display())]
    Path(PathBuf),
    #[error("only one SELECT statement is answered: {0}")]
    NotASelect(String),
    #[error("the query took longer than {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error("{0}")]
    Query(String),
    #[error("the database failed: {0}")]
    Database(#[from] duckdb::Error),
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    #[error("cannot write `{}`: {}", path.display(), source)]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`: {}", path.display(), source)]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error("cannot use the bucket `{place}`: {source}")]
    Bucket { place: String, source: object_store::Error },
    #[error("cannot copy runs: {0}")]
    Copy(#[from] object_store::Error),
    #[error("port {port} on loopback cannot be used: {source}")]
    Port { port: u16, source: io::Error },
    #[error("the server failed: {0}")]
    Serve(io::Error),
    #[error("cannot read the query: {0}")]
    Input(io::Error),
    #[error("cannot write to stdout: {0}")]
    Out(#[source] io::Error),
}

impl Error {
    /// The exit codes of `cargo accel-bench`.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::NotASelect(_)
            | Self::Query(_)
            | Self::TimedOut(_)
            | Self::Path(_)
            | Self::Exists(_)
            | Self::Port { .. } => 2,
            Self::Empty(_) => 4,
            _ => 8,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Empty(_) => Some("`cargo accel-bench history` makes the table from the stored runs".to_owned()),
            Self::NotASelect(_) => {
                Some("ask with SELECT, or copy the table: `cargo accel-bench history export --duckdb FILE`".to_owned())
            }
            Self::TimedOut(_) => Some("`--timeout SECONDS` allows more".to_owned()),
            Self::Query(_) => Some("the tables are results, benchmark_runs and benchmark_results; `DESCRIBE results` lists the columns".to_owned()),
            Self::Bucket { .. } | Self::Copy(_) => Some(
                "a bucket is reached with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and for one that is not Amazon's \
                 AWS_ENDPOINT (with AWS_ALLOW_HTTP=true where it speaks plain HTTP)"
                    .to_owned(),
            ),
            Self::Port { .. } => Some("`--port 0` takes a free one".to_owned()),
            Self::Exists(_) => Some("name another file, or remove it".to_owned()),
            _ => None,
        }
    }
}
