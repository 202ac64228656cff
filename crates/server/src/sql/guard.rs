//! Which texts are answered: one statement that only reads.
//!
//! DuckDB's own parser decides: `json_serialize_sql` takes SELECT statements and what is one beneath (`FROM …`, `DESCRIBE`, `SUMMARIZE`, `SHOW`),
//! and refuses all others.

use duckdb::Connection;
use serde_json::Value;

use crate::error::Error;

pub(super) fn check(connection: &Connection, query: &str) -> Result<(), Error> {
    let parsed: String =
        connection.query_row("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", [query], |row| row.get(0))?;
    let parsed: Value = serde_json::from_str(&parsed).unwrap_or_default();
    if parsed["error"] == true {
        let message = parsed["error_message"].as_str().unwrap_or("it cannot be parsed");
        // A SELECT with a mistake in it is a mistake, not an attempt.
        return Err(match parsed["error_type"].as_str() {
            Some("parser" | "syntax") => Error::Query(message.to_owned()),
            // DuckDB's own words are about what is asked of it here.
            _ => Error::NotASelect("this is a statement of another kind".to_owned()),
        });
    }
    match parsed["statements"].as_array().map(Vec::len) {
        Some(1) => Ok(()),
        Some(0) | None => Err(Error::NotASelect("the query has no statement".to_owned())),
        Some(count) => Err(Error::NotASelect(format!("there are {count}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(query: &str) -> Result<(), Error> {
        check(&Connection::open_in_memory().expect("in memory"), query)
    }

    #[test]
    fn what_reads_is_answered() {
        for query in [
            "SELECT 1",
            "select 1;",
            "FROM range(3)",
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
            "SELECT 1 UNION SELECT 2 ORDER BY 1",
            "VALUES (1), (2)",
            "SELECT ';DROP TABLE x' -- ; DROP TABLE x",
            "DESCRIBE SELECT 1",
            "SUMMARIZE SELECT 1",
        ] {
            assert!(answer(query).is_ok(), "{query}: {:?}", answer(query));
        }
    }

    #[test]
    fn what_does_anything_else_is_refused() {
        for query in [
            "",
            "-- nothing",
            "SELECT 1; SELECT 2",
            "DROP VIEW results",
            "CREATE TABLE x (a INT)",
            "INSERT INTO x VALUES (1)",
            "COPY (SELECT 1) TO 'out.csv'",
            "ATTACH 'x.db'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET memory_limit = '100GB'",
            "RESET memory_limit",
            "PRAGMA enable_profiling",
            "CALL pragma_version()",
            "EXPORT DATABASE 'x'",
            "BEGIN TRANSACTION",
            "EXPLAIN ANALYZE SELECT 1",
            "SELECT 1; DROP VIEW results",
            "PREPARE a AS SELECT 1",
            "VACUUM",
        ] {
            assert!(matches!(answer(query), Err(Error::NotASelect(_))), "{query}: {:?}", answer(query));
        }
    }

    #[test]
    fn a_mistake_is_shown_as_one() {
        assert!(matches!(answer("SELEC 1"), Err(Error::Query(message)) if message.contains("SELEC")));
    }
}
