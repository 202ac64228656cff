//! One run, in each form.

mod columns;
mod csv;
mod document;
mod markdown;
mod path;
mod table;
mod unsupported;

use std::io::{self, Write};

use accel_bench_record::catalogue::{self, Known, Shown};
use accel_bench_record::stats;
use accel_bench_record::{CaseRecord, RunRecord};
pub(crate) use columns::Metrics;
use document::{CaseDocument, RunDocument};
pub(super) use path::path;
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

/// The median of a metric over the processes that have it.
fn metric(case: &CaseRecord, name: &str) -> Option<f64> {
    stats::median(&case.values_of(name))
}

/// The most memory that the case's processes held: the device's pool where it reports, else what was allocated, else the
/// host's.
fn memory_peak(case: &CaseRecord) -> Option<f64> {
    let rank = |known: &&Known| match known.shown {
        Shown::Memory { rank } => Some(rank),
        _ => None,
    };
    let mut known: Vec<_> = catalogue::ALL.into_iter().filter(|known| rank(known).is_some()).collect();
    known.sort_by_key(rank);
    known.into_iter().find_map(|known| metric(case, known.name))
}

#[cfg(test)]
mod tests;
