//! A query, within its limits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use duckdb::arrow::array::{Array, RecordBatch};
use duckdb::arrow::datatypes::{DataType, Schema};
use duckdb::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

use super::database::Database;
use super::guard;
use crate::error::Error;

/// The rows of an answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) columns: Vec<Column>,
    /// As many cells as there are columns; null is `None`.
    pub(super) rows: Vec<Vec<Option<String>>>,
    /// There were more rows than the limit.
    pub(super) is_cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// How a column's values are set and written for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Bool,
    Text,
}

/// DuckDB's word for a query that was stopped.
const INTERRUPTED: &str = "INTERRUPT Error";

/// A query is asked as often as this for the words of its fault.
const ATTEMPTS: u32 = 4;

pub(super) fn ask(database: &Database, query: &str) -> Result<Answer, Error> {
    guard::check(&database.connection, query)?;
    // A fault on one of DuckDB's threads interrupts the others, and a streamed answer may end with their word instead of the
    // fault's own: a race that another attempt does not lose.
    let mut answer = once(database, query);
    for _ in 1..ATTEMPTS {
        match &answer {
            Err(Error::Query(words)) if words.starts_with(INTERRUPTED) => answer = once(database, query),
            _ => break,
        }
    }
    answer
}

fn once(database: &Database, query: &str) -> Result<Answer, Error> {
    let interrupt = database.connection.interrupt_handle();
    let (done, waiting) = mpsc::channel::<()>();
    let is_late = Arc::new(AtomicBool::new(false));
    let timeout = database.timeout;
    let timer = thread::spawn({
        let is_late = Arc::clone(&is_late);
        move || {
            if waiting.recv_timeout(timeout) == Err(mpsc::RecvTimeoutError::Timeout) {
                is_late.store(true, Ordering::SeqCst);
                interrupt.interrupt();
            }
        }
    });
    let answer = within(database, query);
    drop(done);
    // It sleeps no longer, so this takes no time.
    let _ = timer.join();
    if is_late.load(Ordering::SeqCst) {
        return Err(Error::TimedOut(timeout));
    }
    answer.map_err(|error| Error::Query(message(&error)))
}

fn within(database: &Database, query: &str) -> duckdb::Result<Answer> {
    // One row more than is shown says that there are more.
    let most = database.rows;
    let mut statement = database.connection.prepare(query)?;
    let mut answer =
        Answer { columns: columns(&statement.stream_arrow([])?.get_schema()), ..Answer::default() };
    // The iterator of `stream_arrow` panics at a fault behind the first rows; this returns it.
    while let Some(batch) = statement.step()?.map(RecordBatch::from) {
        let room = most - answer.rows.len();
        answer.is_cut = batch.num_rows() > room;
        answer.rows.extend(cells(&batch, room.min(batch.num_rows()))?);
        if answer.is_cut {
            break;
        }
    }
    Ok(answer)
}

fn columns(schema: &Schema) -> Vec<Column> {
    let kind = |data: &DataType| match data {
        DataType::Boolean => Kind::Bool,
        data if data.is_numeric() => Kind::Number,
        _ => Kind::Text,
    };
    let column = |field: &std::sync::Arc<duckdb::arrow::datatypes::Field>| Column {
        name: field.name().clone(),
        kind: kind(field.data_type()),
    };
    schema.fields().iter().map(column).collect()
}

fn cells(batch: &RecordBatch, rows: usize) -> duckdb::Result<Vec<Vec<Option<String>>>> {
    let options = FormatOptions::default();
    let formatters = batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
    let formatters = formatters
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| duckdb::Error::ToSqlConversionFailure(Box::new(error)))?;
    let cell = |row: usize, column: usize| {
        let is_null = batch.column(column).is_null(row);
        (!is_null).then(|| formatters[column].value(row).to_string())
    };
    Ok((0..rows).map(|row| (0..formatters.len()).map(|column| cell(row, column)).collect()).collect())
}

/// DuckDB's message without the name of its kind in front of it twice.
fn message(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

impl Column {
    /// A cell as JSON has it.
    pub(super) fn json(&self, cell: Option<&str>) -> Value {
        let Some(cell) = cell else { return Value::Null };
        match self.kind {
            Kind::Bool => Value::Bool(cell == "true"),
            Kind::Number => {
                // Whole numbers of any size keep their digits, where JSON's numbers hold them.
                let number =
                    cell.parse::<i64>().map(Value::from).or_else(|_| cell.parse::<u64>().map(Value::from));
                number.unwrap_or_else(|_| cell.parse::<f64>().map_or_else(|_| Value::from(cell), Value::from))
            }
            Kind::Text => Value::from(cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, cell: Option<&str>, expected: Value) {
        let column = Column { name: "x".to_owned(), kind };
        assert_eq!(column.json(cell), expected);
    }

    #[test]
    fn cells_as_json() {
        check(Kind::Number, Some("12"), 12.into());
        check(Kind::Number, Some("1.5"), 1.5.into());
        check(Kind::Number, Some("18446744073709551615"), u64::MAX.into());
        check(Kind::Number, Some("NaN"), Value::Null);
        check(Kind::Bool, Some("true"), true.into());
        check(Kind::Text, Some("12"), "12".into());
        check(Kind::Text, None, Value::Null);
    }
}
