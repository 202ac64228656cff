//! One comparison, in each form.

mod csv;
mod document;
mod markdown;
mod table;
mod words;

use std::io::{self, Write};

use document::{ComparisonDocument, RowDocument};

use super::{Format, json};
use accel_bench_engine::compare::Comparison;

/// Writes a comparison; `width` is the terminal's and counts for the table only.
pub(crate) fn comparison(
    found: &Comparison,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => table::render(found, width),
        Format::Markdown => markdown::render(found),
        Format::Json => json::pretty("comparison", ComparisonDocument::of(found))?,
        Format::Jsonl => {
            found.rows.iter().map(|row| json::line("row", RowDocument::of(row))).collect::<Result<_, _>>()?
        }
        Format::Csv => csv::render(found)?,
    };
    to.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
