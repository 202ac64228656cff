//! A database in memory over the Parquet files: no lock, no second truth.
//!
//! A query of somebody else is held by these: it is one SELECT statement (`guard.rs`); DuckDB reads no file outside of the history's folder,
//! loads no extension and reaches no network; its memory, its time and its rows have limits; and its settings are locked, so that none of
//! this can be taken back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use duckdb::{Config, Connection};

use super::views;
pub(crate) use super::views::{BENCHMARK_RESULTS, BENCHMARK_RUNS};
use crate::arguments::Limits;
use crate::error::Error;

/// The history, ready to be asked.
pub(crate) struct Database {
    pub(super) connection: Connection,
    pub(super) rows: usize,
    pub(super) timeout: Duration,
}

impl Database {
    pub(crate) fn open(history: &Path, limits: &Limits) -> Result<Self, Error> {
        let connection = connect(history, |config| config.max_memory(&limits.memory))?;
        // From here on the query's own text decides nothing.
        let folder = quoted(&canonical(history)?)?;
        connection.execute_batch(&format!(
            "SET allowed_directories = [{folder}];
             SET temp_directory = '';
             SET enable_external_access = false;
             SET lock_configuration = true;"
        ))?;
        Ok(Self { connection, rows: limits.rows, timeout: limits.timeout })
    }
}

/// A connection whose views read the files of the history; without the limits of [`Database`].
pub(crate) fn connect(
    history: &Path,
    with: impl FnOnce(Config) -> duckdb::Result<Config>,
) -> Result<Connection, Error> {
    let config = Config::default()
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .with("allow_community_extensions", "false")?;
    let connection = Connection::open_in_memory_with_flags(with(config)?)?;
    let folder = canonical(history)?;
    let files = files(&folder)?;
    let list = files.iter().map(|file| quoted(file)).collect::<Result<Vec<_>, _>>()?.join(", ");
    for view in
        [views::results(&format!("[{list}]")).as_str(), views::BENCHMARK_RUNS, views::BENCHMARK_RESULTS]
    {
        connection.execute_batch(view)?;
    }
    Ok(connection)
}

fn canonical(history: &Path) -> Result<PathBuf, Error> {
    history.canonicalize().map_err(|_| Error::Empty(history.to_owned()))
}

/// The table's files. Others in the folder, and files that are being written, have other names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = folder.read_dir().map_err(|_| Error::Empty(folder.to_owned()))?;
    let is_table = |path: &PathBuf| {
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !is_hidden && path.extension().is_some_and(|extension| extension == "parquet")
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_table).collect();
    files.sort();
    if files.is_empty() { Err(Error::Empty(folder.to_owned())) } else { Ok(files) }
}

/// A path as SQL's text.
pub(crate) fn quoted(path: &Path) -> Result<String, Error> {
    let text = path.to_str().ok_or_else(|| Error::Path(path.to_owned()))?;
    Ok(format!("'{}'", text.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_texts() {
        assert_eq!(quoted(Path::new("/tmp/it's")).ok(), Some("'/tmp/it''s'".to_owned()));
    }

    #[test]
    fn an_empty_history_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(".half.parquet"), "").expect("written");
        assert!(matches!(files(folder.path()), Err(Error::Empty(_))));
        assert!(matches!(files(&folder.path().join("gone")), Err(Error::Empty(_))));
    }
}
