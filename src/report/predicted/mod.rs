//! What cases would take that were not run, and how good such predictions are.

mod evaluated;
mod outliers;

use std::io::{self, Write};

use accel_bench_history::predict::{Forecast, Predicted};
use accel_bench_record::CaseKey;
use serde::Serialize;

use super::amount::amount;
use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::plain::plain;
use super::{Format, json};

pub(crate) use evaluated::evaluated;
pub(crate) use outliers::section as outlier_section;

/// A case with its prediction.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: CaseKey,
    pub(crate) forecast: Forecast,
    /// What it took where it was run: nanoseconds, and bytes.
    pub(crate) measured: Option<(f64, Option<f64>)>,
}

/// What the predictions rest on.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Basis<'b> {
    pub(crate) machine: &'b str,
    pub(crate) measured_cells: usize,
}

const COLUMNS: [(&str, Align); 4] = [
    ("predicted", Align::Right),
    ("95 % interval", Align::Right),
    ("memory", Align::Right),
    ("measured", Align::Right),
];

/// A prediction with both ends of its interval, for scripts.
#[derive(Serialize)]
struct Ends {
    value: f64,
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct CaseDocument {
    case: String,
    predicted_latency_ns: Ends,
    predicted_memory_bytes: Option<Ends>,
    measured_latency_ns: Option<f64>,
    measured_memory_bytes: Option<f64>,
}

#[derive(Serialize)]
struct Document<'b> {
    #[serde(flatten)]
    basis: Basis<'b>,
    cases: Vec<CaseDocument>,
}

pub(crate) fn predicted(
    rows: &[Row],
    basis: Basis<'_>,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let documents = || rows.iter().map(CaseDocument::of).collect::<Vec<_>>();
    let text = match format {
        Format::Table => terminal(rows, basis, width),
        Format::Markdown => {
            let [latency, interval, memory, measured] = COLUMNS;
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    let [one, two, three, four] = cells(row);
                    [row.case.to_string(), one, two, three, four]
                })
                .collect();
            table([("case", Align::Left), latency, interval, memory, measured], &rows)
        }
        Format::Json => json::pretty("predictions", Document { basis, cases: documents() })?,
        Format::Jsonl => {
            documents().iter().map(|case| json::line("prediction", case)).collect::<Result<String, _>>()?
        }
        Format::Csv => csv(&documents())?,
    };
    to.write_all(text.as_bytes())
}

impl From<Predicted> for Ends {
    fn from(Predicted { value, low, high }: Predicted) -> Self {
        Self { value, low, high }
    }
}

impl CaseDocument {
    fn of(row: &Row) -> Self {
        Self {
            case: row.case.to_string(),
            predicted_latency_ns: row.forecast.latency_ns.into(),
            predicted_memory_bytes: row.forecast.memory.map(Into::into),
            measured_latency_ns: row.measured.map(|(nanos, _)| nanos),
            measured_memory_bytes: row.measured.and_then(|(_, bytes)| bytes),
        }
    }
}

fn csv(cases: &[CaseDocument]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "case",
        "predicted_latency_ns",
        "latency_low_ns",
        "latency_high_ns",
        "predicted_memory_bytes",
        "memory_low_bytes",
        "memory_high_bytes",
        "measured_latency_ns",
        "measured_memory_bytes",
    ])?;
    for case in cases {
        let (latency, memory) = (&case.predicted_latency_ns, case.predicted_memory_bytes.as_ref());
        writer.serialize((
            &case.case,
            [latency.value, latency.low, latency.high],
            [memory.map(|own| own.value), memory.map(|own| own.low), memory.map(|own| own.high)],
            [case.measured_latency_ns, case.measured_memory_bytes],
        ))?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn terminal(rows: &[Row], basis: Basis<'_>, width: usize) -> String {
    let entry = |row: &Row| Entry {
        path: plain(&row.case.to_string()).split('/').map(str::to_owned).collect(),
        cells: cells(row).to_vec(),
        ..Entry::default()
    };
    let mut columns = COLUMNS.to_vec();
    let mut entries: Vec<_> = rows.iter().map(entry).collect();
    if rows.iter().all(|row| row.measured.is_none()) {
        columns.pop();
        entries.iter_mut().for_each(|entry| drop(entry.cells.pop()));
    }
    let ledger = Ledger { name: "case", columns, entries, heading: 2 }.render(width);
    let legend = format!(
        "predicted from {} measured cells of {}, and not stored; the interval holds what one more cell would take",
        basis.measured_cells, basis.machine
    );
    let legend: String = indented(&legend, 0, width, ' ').into_iter().map(|line| line + "\n").collect();
    format!("{ledger}\n{legend}")
}

fn cells(row: &Row) -> [String; 4] {
    let Predicted { value, low, high } = row.forecast.latency_ns;
    let interval = format!("{} to {}", amount(low, "ns"), amount(high, "ns"));
    let memory = row.forecast.memory.map_or_else(|| "—".to_owned(), |own| amount(own.value, "bytes"));
    let measured = row.measured.map_or_else(|| "—".to_owned(), |(nanos, _)| amount(nanos, "ns"));
    [amount(value, "ns"), interval, memory, measured]
}
