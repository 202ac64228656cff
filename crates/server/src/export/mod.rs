//! The history as a database file of its own, for tools that read no Parquet.

mod sqlite;

use std::io::Write;
use std::path::Path;

use crate::arguments::ExportArgs;
use crate::error::Error;
use crate::sql::database::{connect, quoted};

pub(crate) fn run(args: &ExportArgs, to: &mut dyn Write) -> Result<(), Error> {
    let (path, rows) = match (&args.target.duckdb, &args.target.sqlite) {
        (Some(path), _) => (path, duckdb(&args.history, path)?),
        (None, Some(path)) => (path, sqlite::export(&args.history, path)?),
        (None, None) => unreachable!("the arguments have one of them"),
    };
    writeln!(to, "{rows} rows in `{}`", path.display()).map_err(Error::Out)
}

/// A file that is written next to `path` and takes its name when it is whole.
fn whole<T>(path: &Path, write: impl FnOnce(&Path) -> Result<T, Error>) -> Result<T, Error> {
    if path.exists() {
        return Err(Error::Exists(path.to_owned()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let done = write(&half).and_then(|done| {
        let named = std::fs::hard_link(&half, path).or_else(|_| std::fs::rename(&half, path));
        named.map_err(|source| Error::Write { path: path.to_owned(), source })?;
        Ok(done)
    });
    let _ = std::fs::remove_file(&half);
    done
}

/// The table itself, and the views over it.
fn duckdb(history: &Path, path: &Path) -> Result<usize, Error> {
    whole(path, |half| {
        let connection = connect(history, Ok)?;
        connection.execute_batch(&format!("ATTACH {} AS copy", quoted(half)?))?;
        connection.execute_batch("CREATE TABLE copy.results AS FROM results")?;
        let rows = connection.query_row("SELECT count(*) FROM copy.results", [], |row| row.get(0))?;
        for view in [crate::sql::database::BENCHMARK_RUNS, crate::sql::database::BENCHMARK_RESULTS] {
            connection.execute_batch(&format!("USE copy; {view}; USE memory"))?;
        }
        connection.execute_batch("DETACH copy")?;
        Ok(rows)
    })
}
