//! One run, in each form.

mod columns;
mod csv;
mod document;
mod markdown;
mod table;
mod unsupported;

use std::io::{self, Write};

use accel_bench_record::RunRecord;
pub(super) use accel_bench_report::path;
pub(crate) use columns::Metrics;
use document::{CaseDocument, RunDocument};
pub(super) use table::{BUILT_STEADILY, failure};

use super::{Format, json};

/// Writes a run; `metrics` and `width`, that of the terminal, count for the table only.
pub(crate) fn run(
    record: &RunRecord,
    format: Format,
    metrics: &Metrics,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => table::render(record, metrics, width),
        Format::Markdown => markdown::render(record),
        Format::Json => json::pretty("run", RunDocument::of(record))?,
        Format::Jsonl => {
            let lines = record.cases.iter().map(|case| json::line("case", CaseDocument::of(record, case)));
            lines.collect::<Result<_, _>>()?
        }
        Format::Csv => csv::render(record)?,
    };
    to.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
