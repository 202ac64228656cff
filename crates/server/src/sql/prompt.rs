//! The prompt: statements over several lines, up to a semicolon.

use std::io::{self, Write};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::database::Database;
use super::print;
use crate::arguments::Format;
use crate::error::Error;

const HELP: &str = "\
Ask with SELECT; a semicolon ends a statement.
  FROM results LIMIT 5;
  SELECT case_name, median(value) FROM results WHERE metric = 'latency-ns' GROUP BY ALL;
  FROM benchmark_runs;  FROM benchmark_results;
.tables   the tables     .columns   the columns of results
.help     this text      .quit      the end, as Ctrl-D
";

const TABLES: &str = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1";
const COLUMNS: &str = "SELECT column_name, column_type FROM (DESCRIBE results)";

pub(super) fn prompt(database: &Database, format: Format, to: &mut dyn Write) -> Result<(), Error> {
    let mut editor = DefaultEditor::new().map_err(input)?;
    to.write_all(b"SQL over the history; .help says more\n").map_err(Error::Out)?;
    let mut text = String::new();
    loop {
        let line = match editor.readline(if text.is_empty() { "sql> " } else { "...> " }) {
            Ok(line) => line,
            // Ctrl-C gives a statement up, and ends the prompt where there is none.
            Err(ReadlineError::Interrupted) if !text.is_empty() => {
                text.clear();
                continue;
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(()),
            Err(error) => return Err(input(error)),
        };
        match read(&mut text, &line) {
            Read::More => {}
            Read::Quit => return Ok(()),
            Read::Help => to.write_all(HELP.as_bytes()).map_err(Error::Out)?,
            Read::Query(query) => {
                let _ = editor.add_history_entry(&query);
                if let Err(error) = print::answer(database, &query, format, to) {
                    // The next one may be right.
                    let _ = writeln!(io::stderr(), "error: {error}");
                }
            }
        }
        to.flush().map_err(Error::Out)?;
    }
}

fn input(error: ReadlineError) -> Error {
    Error::Input(io::Error::other(error.to_string()))
}

/// The meaning of a line after those before it.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    More,
    Quit,
    Help,
    Query(String),
}

fn read(text: &mut String, line: &str) -> Read {
    let line = line.trim();
    match line {
        ".quit" | ".exit" if text.is_empty() => return Read::Quit,
        ".help" if text.is_empty() => return Read::Help,
        ".tables" if text.is_empty() => return Read::Query(TABLES.to_owned()),
        ".columns" | ".schema" if text.is_empty() => return Read::Query(COLUMNS.to_owned()),
        _ => {}
    }
    if line.is_empty() && text.is_empty() {
        return Read::More;
    }
    text.push_str(line);
    if line.ends_with(';') {
        return Read::Query(std::mem::take(text));
    }
    text.push('\n');
    Read::More
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_with_a_semicolon() {
        let mut text = String::new();
        assert_eq!(read(&mut text, ""), Read::More);
        assert_eq!(read(&mut text, "SELECT 1"), Read::More);
        assert_eq!(read(&mut text, ".quit"), Read::More, "within a statement it is a part of it");
        assert_eq!(read(&mut text, "FROM x;  "), Read::Query("SELECT 1\n.quit\nFROM x;".to_owned()));
        assert_eq!(read(&mut text, ".quit"), Read::Quit);
        assert_eq!(read(&mut text, ".help"), Read::Help);
        assert_eq!(read(&mut text, ".tables"), Read::Query(TABLES.to_owned()));
    }
}
