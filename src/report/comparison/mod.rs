//! One comparison, in each form.

mod csv;
mod document;
mod explained;
mod markdown;
mod page;
mod table;
mod words;

use std::io::{self, Write};

use document::{ComparisonDocument, RowDocument};
pub(super) use explained::{documents as explained_documents, table as explained_table};
pub(super) use page::section;

use super::{Format, json};
use accel_bench_engine::compare::Comparison;
use accel_bench_engine::measure::Explained;

/// Writes a comparison and, where there is one, its explanation; `width` is the terminal's and counts for the table only.
pub(crate) fn comparison(
    (found, explained): (&Comparison, Option<&Explained>),
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => {
            let explained = explained.map(|explained| explained::table(explained, width));
            [Some(table::render(found, width)), explained]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n")
        }
        Format::Markdown => markdown::render(found) + &explained.map(explained::markdown).unwrap_or_default(),
        Format::Json => json::pretty("comparison", ComparisonDocument::of(found, explained))?,
        Format::Jsonl => {
            let rows = found.rows.iter().map(|row| json::line("row", RowDocument::of(row)));
            let explained = explained.iter().flat_map(|explained| explained::documents(explained));
            rows.chain(explained.map(|one| json::line("explanation", one))).collect::<Result<_, _>>()?
        }
        Format::Csv => csv::render(found)?,
    };
    to.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
