//! Predictions of cases that were not run, and how good they are.

mod evaluated;
mod outliers;

use std::io::{self, Write};

use accel_bench_history::predict::{Forecast, Predicted};
use accel_bench_record::CaseKey;
use accel_bench_report::path;
use serde::Serialize;

use super::amount::amount;
use super::ledger::{Entry, Ledger, footed};
use super::markdown::{Align, table};
use super::plain::plain;
use super::{Format, json, sheet};

pub(crate) use evaluated::evaluated;
pub(crate) use outliers::section as outlier_section;

/// A case with its prediction.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: CaseKey,
    pub(crate) forecast: Forecast,
    /// The measured nanoseconds and bytes, where it was run.
    pub(crate) measured: Option<(f64, Option<f64>)>,
}

/// The basis of the predictions.
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
            case: plain(&row.case.to_string()),
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
    sheet::text(writer)
}

fn terminal(rows: &[Row], basis: Basis<'_>, width: usize) -> String {
    let entry = |row: &Row| Entry { path: path(&row.case), cells: cells(row).to_vec(), ..Entry::default() };
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
    footed(&ledger, &[legend], width)
}

fn cells(row: &Row) -> [String; 4] {
    let Predicted { value, low, high } = row.forecast.latency_ns;
    let interval = format!("{} to {}", amount(low, "ns"), amount(high, "ns"));
    let memory = row.forecast.memory.map_or_else(|| "—".to_owned(), |own| amount(own.value, "bytes"));
    let measured = row.measured.map_or_else(|| "—".to_owned(), |(nanos, _)| amount(nanos, "ns"));
    [amount(value, "ns"), interval, memory, measured]
}

#[cfg(test)]
mod tests {
    use accel_bench_engine::compare::sample;

    use super::*;

    fn row(id: &str, nanos: f64, measured: Option<(f64, Option<f64>)>) -> Row {
        let around = |value: f64| Predicted { value, low: value * 0.5, high: value * 2.0 };
        let memory = Some(Predicted { value: 1_048_576.0, low: 1_000_000.0, high: 1_100_000.0 });
        Row {
            case: sample::case(id, &[]).id,
            forecast: Forecast { latency_ns: around(nanos), memory },
            measured,
        }
    }

    fn rows() -> Vec<Row> {
        let mut rows = vec![
            row("models/encoder@ndarray?batch-size=1&model=bert-base&precision=f32", 5e8, None),
            row(
                "models/encoder@ndarray?batch-size=1&model=bert-tiny&precision=f32",
                4e6,
                Some((4.5e6, Some(1e6))),
            ),
        ];
        rows[0].forecast.memory = None;
        rows
    }

    fn render(rows: &[Row], format: Format, width: usize) -> String {
        let mut text = Vec::new();
        let basis = Basis { machine: "epyc-2c", measured_cells: 56 };
        predicted(rows, basis, format, width, &mut text).expect("a vector takes all");
        anstream::adapter::strip_str(&String::from_utf8(text).expect("UTF-8")).to_string()
    }

    #[test]
    fn what_was_measured_stands_beside_it() {
        insta::assert_snapshot!(render(&rows(), Format::Table, 80), @"
        case                        predicted         95 % interval     memory  measured
        models/encoder
          bert-base/b1_f32@ndarray   500.0 ms   250.0 ms to 1.000 s          —         —
          bert-tiny/b1_f32@ndarray   4.000 ms  2.000 ms to 8.000 ms  1.000 MiB  4.500 ms

        predicted from 56 measured cells of epyc-2c, and not stored; the interval
          holds what one more cell would take
        ");
    }

    #[test]
    fn where_nothing_was_measured_there_is_no_column_of_it() {
        insta::assert_snapshot!(render(&rows()[..1], Format::Table, 80), @"
        case                        predicted        95 % interval  memory
        models/encoder
          bert-base/b1_f32@ndarray   500.0 ms  250.0 ms to 1.000 s       —

        predicted from 56 measured cells of epyc-2c, and not stored; the interval
          holds what one more cell would take
        ");
    }

    #[test]
    fn a_narrow_terminal() {
        insta::assert_snapshot!(render(&rows(), Format::Table, 50), @"
        models
          encoder/bert-base/b1_f32@ndarray
            predicted      500.0 ms
            95 % interval  250.0 ms to 1.000 s
            memory         —
            measured       —
          encoder/bert-tiny/b1_f32@ndarray
            predicted      4.000 ms
            95 % interval  2.000 ms to 8.000 ms
            memory         1.000 MiB
            measured       4.500 ms

        predicted from 56 measured cells of epyc-2c, and
          not stored; the interval holds what one more
          cell would take
        ");
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(&rows(), Format::Json, 80), @r#"
        {
          "format": 1,
          "kind": "predictions",
          "machine": "epyc-2c",
          "measured_cells": 56,
          "cases": [
            {
              "case": "models/encoder/bert-base/b1_f32@ndarray",
              "predicted_latency_ns": {
                "value": 500000000.0,
                "low": 250000000.0,
                "high": 1000000000.0
              },
              "predicted_memory_bytes": null,
              "measured_latency_ns": null,
              "measured_memory_bytes": null
            },
            {
              "case": "models/encoder/bert-tiny/b1_f32@ndarray",
              "predicted_latency_ns": {
                "value": 4000000.0,
                "low": 2000000.0,
                "high": 8000000.0
              },
              "predicted_memory_bytes": {
                "value": 1048576.0,
                "low": 1000000.0,
                "high": 1100000.0
              },
              "measured_latency_ns": 4500000.0,
              "measured_memory_bytes": 1000000.0
            }
          ]
        }
        "#);
        insta::assert_snapshot!(render(&rows(), Format::Jsonl, 80), @r#"
        {"format":1,"kind":"prediction","case":"models/encoder/bert-base/b1_f32@ndarray","predicted_latency_ns":{"value":500000000.0,"low":250000000.0,"high":1000000000.0},"predicted_memory_bytes":null,"measured_latency_ns":null,"measured_memory_bytes":null}
        {"format":1,"kind":"prediction","case":"models/encoder/bert-tiny/b1_f32@ndarray","predicted_latency_ns":{"value":4000000.0,"low":2000000.0,"high":8000000.0},"predicted_memory_bytes":{"value":1048576.0,"low":1000000.0,"high":1100000.0},"measured_latency_ns":4500000.0,"measured_memory_bytes":1000000.0}
        "#);
        insta::assert_snapshot!(render(&rows(), Format::Csv, 80), @"
        case,predicted_latency_ns,latency_low_ns,latency_high_ns,predicted_memory_bytes,memory_low_bytes,memory_high_bytes,measured_latency_ns,measured_memory_bytes
        models/encoder/bert-base/b1_f32@ndarray,500000000.0,250000000.0,1000000000.0,,,,,
        models/encoder/bert-tiny/b1_f32@ndarray,4000000.0,2000000.0,8000000.0,1048576.0,1000000.0,1100000.0,4500000.0,1000000.0
        ");
        insta::assert_snapshot!(render(&rows(), Format::Markdown, 80), @r"
        | case | predicted | 95 % interval | memory | measured |
        | --- | ---: | ---: | ---: | ---: |
        | models/encoder/bert-base/b1\_f32&#64;ndarray | 500.0 ms | 250.0 ms to 1.000 s | — | — |
        | models/encoder/bert-tiny/b1\_f32&#64;ndarray | 4.000 ms | 2.000 ms to 8.000 ms | 1.000 MiB | 4.500 ms |
        ");
    }
}
