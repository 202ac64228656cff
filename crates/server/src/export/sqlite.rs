//! The history as an SQLite file.

use std::path::Path;

use duckdb::types::ValueRef;
use rusqlite::types::Value;

use super::whole;
use crate::error::Error;
use crate::sql::database::connect;

/// Each with its rows: SQLite has none of DuckDB's functions, so views become tables.
const TABLES: [&str; 3] = ["results", "benchmark_runs", "benchmark_results"];

/// Returns the rows of `results`.
pub(super) fn export(history: &Path, path: &Path) -> Result<usize, Error> {
    whole(path, |half| {
        let from = connect(history, Ok)?;
        let failed = |source| Error::Sqlite { path: path.to_owned(), source };
        let mut to = rusqlite::Connection::open(half).map_err(failed)?;
        let mut counts = Vec::new();
        for table in TABLES {
            let columns = columns(&from, table)?;
            let rows = rows(&from, table, &columns)?;
            fill(&mut to, table, &columns, &rows).map_err(failed)?;
            counts.push(rows.len());
        }
        Ok(counts[0])
    })
}

/// Names, and SQLite's types for them.
fn columns(from: &duckdb::Connection, table: &str) -> Result<Vec<(String, &'static str)>, Error> {
    let mut statement = from.prepare(&format!("SELECT column_name, column_type FROM (DESCRIBE {table})"))?;
    let column = |row: &duckdb::Row<'_>| {
        let kind = match row.get::<_, String>(1)?.as_str() {
            "DOUBLE" | "FLOAT" => "REAL",
            "BOOLEAN" | "BIGINT" | "INTEGER" => "INTEGER",
            _ => "TEXT",
        };
        Ok((row.get(0)?, kind))
    };
    Ok(statement.query_map([], column)?.collect::<Result<_, _>>()?)
}

fn rows(
    from: &duckdb::Connection,
    table: &str,
    columns: &[(String, &str)],
) -> Result<Vec<Vec<Value>>, Error> {
    let cast = |(name, kind): &(String, &str)| match *kind {
        "REAL" => format!("\"{name}\"::DOUBLE"),
        "INTEGER" => format!("\"{name}\"::BIGINT"),
        _ => format!("\"{name}\"::VARCHAR"),
    };
    let list = columns.iter().map(cast).collect::<Vec<_>>().join(", ");
    let mut statement = from.prepare(&format!("SELECT {list} FROM {table}"))?;
    let row = |row: &duckdb::Row<'_>| (0..columns.len()).map(|at| Ok(value(row.get_ref(at)?))).collect();
    Ok(statement.query_map([], row)?.collect::<Result<_, _>>()?)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Double(value) => Value::Real(value),
        ValueRef::BigInt(value) => Value::Integer(value),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        _ => Value::Null,
    }
}

fn fill(
    to: &mut rusqlite::Connection,
    table: &str,
    columns: &[(String, &str)],
    rows: &[Vec<Value>],
) -> rusqlite::Result<()> {
    let declared: Vec<_> = columns.iter().map(|(name, kind)| format!("\"{name}\" {kind}")).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let all = to.transaction()?;
    all.execute_batch(&format!("CREATE TABLE {table} ({})", declared.join(", ")))?;
    {
        let mut insert = all.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
    }
    all.commit()
}
