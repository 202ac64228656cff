//! Answers, in each form.

use std::io::{self, IsTerminal, Write};

use accel_bench_report::markdown::escape;
use accel_bench_report::plain::plain;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Map, Value};

use super::database::Database;
use super::query::{Answer, Kind, ask};
use crate::arguments::Format;
use crate::error::Error;

/// Asks, and writes the answer.
pub(super) fn answer(
    database: &Database,
    query: &str,
    format: Format,
    to: &mut dyn Write,
) -> Result<(), Error> {
    let answer = ask(database, query)?;
    to.write_all(render(&answer, format).map_err(Error::Out)?.as_bytes()).map_err(Error::Out)?;
    if answer.is_cut {
        let _ = writeln!(
            io::stderr(),
            "note: only the first {} rows are shown; `--rows N` shows more",
            answer.rows.len()
        );
    }
    Ok(())
}

fn render(answer: &Answer, format: Format) -> io::Result<String> {
    Ok(match format {
        Format::Table => table(answer),
        Format::Json => {
            let rows: Vec<_> = answer.rows.iter().map(|row| object(answer, row)).collect();
            serde_json::to_string_pretty(&rows)? + "\n"
        }
        Format::Jsonl => {
            let lines = answer
                .rows
                .iter()
                .map(|row| serde_json::to_string(&object(answer, row)).map(|line| line + "\n"));
            lines.collect::<Result<String, _>>()?
        }
        Format::Csv => csv(answer)?,
        Format::Markdown => markdown(answer),
    })
}

fn object(answer: &Answer, row: &[Option<String>]) -> Value {
    let cell = |(column, cell): (&super::query::Column, &Option<String>)| {
        (column.name.clone(), column.json(cell.as_deref()))
    };
    Value::Object(answer.columns.iter().zip(row).map(cell).collect::<Map<_, _>>())
}

fn table(answer: &Answer) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(answer.columns.iter().map(|column| plain(&column.name)));
    for row in &answer.rows {
        table.add_row(row.iter().map(|cell| cell.as_deref().map_or_else(|| "—".to_owned(), plain)));
    }
    // In a terminal long texts are wrapped; in a pipe each row is a line.
    if let (true, Some((width, _))) = (io::stdout().is_terminal(), terminal_size::terminal_size()) {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.0);
    }
    for (at, column) in answer.columns.iter().enumerate() {
        if let (Kind::Number, Some(column)) = (column.kind, table.column_mut(at)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.to_string();
    lines.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn csv(answer: &Answer) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(answer.columns.iter().map(|column| &column.name))?;
    for row in &answer.rows {
        writer.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or_default()))?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn markdown(answer: &Answer) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let titles = answer.columns.iter().map(|column| escape(&column.name)).collect();
    let rule = answer
        .columns
        .iter()
        .map(|column| if column.kind == Kind::Number { "---:" } else { "---" }.to_owned());
    let rows = answer
        .rows
        .iter()
        .map(|row| line(row.iter().map(|cell| escape(cell.as_deref().unwrap_or_default())).collect()));
    [line(titles), line(rule.collect())].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::query::Column;

    fn sample() -> Answer {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        let cells = |name: Option<&str>, value: &str| vec![name.map(str::to_owned), Some(value.to_owned())];
        Answer {
            columns: vec![column("case", Kind::Text), column("value", Kind::Number)],
            rows: vec![cells(Some("a|b\u{1b}[2J"), "1.5"), cells(None, "12")],
            is_cut: false,
        }
    }

    fn check(format: Format, expected: &str) {
        assert_eq!(render(&sample(), format).expect("text"), expected);
    }

    #[test]
    fn every_form() {
        check(Format::Table, " case          value\n a|b\\u{1b}[2J    1.5\n —                12\n");
        check(Format::Jsonl, "{\"case\":\"a|b\\u001b[2J\",\"value\":1.5}\n{\"case\":null,\"value\":12}\n");
        check(Format::Csv, "case,value\na|b\u{1b}[2J,1.5\n,12\n");
        check(
            Format::Markdown,
            "| case | value |\n| --- | ---: |\n| a\\|b\\\\u{1b}\\[2J | 1.5 |\n|  | 12 |\n",
        );
        let json: Value =
            serde_json::from_str(&render(&sample(), Format::Json).expect("text")).expect("JSON");
        assert_eq!(json[1], serde_json::json!({"case": null, "value": 12}));
    }
}
