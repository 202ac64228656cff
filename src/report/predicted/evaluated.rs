//! How well cases are predicted that were kept back.

use std::io::{self, Write};

use accel_bench_history::predict::{Evaluation, HeldOut, Kept, Quantity};
use accel_bench_record::stats::quantile;
use serde::Serialize;

use super::super::ledger::{Entry, Ledger, footed};
use super::super::markdown::{Align, table};
use super::super::plain::plain;
use super::super::{Format, amount::count, json, sheet};
use super::{Basis, Ends};

const COLUMNS: [(&str, Align); 4] = [
    ("cells", Align::Right),
    ("median error", Align::Right),
    ("90th percentile", Align::Right),
    ("in the interval", Align::Right),
];

/// The cells that were kept back alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Group {
    kept_back: &'static str,
    quantity: &'static str,
    /// Cells between other sizes of the same model, or beyond them.
    place: &'static str,
    cells: usize,
    median_error: f64,
    p90_error: f64,
    /// The share of cells whose interval holds what was measured.
    covered: f64,
}

#[derive(Serialize)]
struct CellDocument {
    case: String,
    kept_back: &'static str,
    quantity: &'static str,
    place: &'static str,
    measured: f64,
    #[serde(flatten)]
    predicted: Ends,
}

#[derive(Serialize)]
struct Document<'b> {
    #[serde(flatten)]
    basis: Basis<'b>,
    groups: Vec<Group>,
    cells: Vec<CellDocument>,
}

/// Writes what holding out each model and each size showed.
pub(crate) fn evaluated(
    found: &Evaluation,
    basis: Basis<'_>,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let groups = groups(found);
    let text = match format {
        Format::Table => terminal(&groups, basis, width),
        Format::Markdown => {
            let [number, median, p90, covered] = COLUMNS;
            let row = |group: &Group| {
                let [one, two, three, four] = cells(group);
                [group.path().join(", "), one, two, three, four]
            };
            let rows: Vec<_> = groups.iter().map(row).collect();
            table([("kept back", Align::Left), number, median, p90, covered], &rows)
        }
        Format::Json => {
            let cells = found.held_out.iter().map(CellDocument::of).collect();
            json::pretty("prediction-errors", Document { basis, groups, cells })?
        }
        Format::Jsonl => {
            groups.iter().map(|group| json::line("prediction-error", group)).collect::<Result<String, _>>()?
        }
        Format::Csv => sheet::lines(&groups)?,
    };
    to.write_all(text.as_bytes())
}

fn kept(kept: Kept) -> &'static str {
    match kept {
        Kept::Model => "each model",
        Kept::Size => "each size",
    }
}

fn quantity(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Latency => "latency",
        Quantity::Memory => "memory",
    }
}

fn place(cell: &HeldOut) -> &'static str {
    if cell.is_between { "between" } else { "beyond" }
}

fn groups(found: &Evaluation) -> Vec<Group> {
    let mut names: Vec<_> =
        found.held_out.iter().map(|cell| (cell.kept, cell.quantity, !cell.is_between)).collect();
    names.sort();
    names.dedup();
    let of_group = |name: (Kept, Quantity, bool)| {
        let own =
            found.held_out.iter().filter(move |cell| (cell.kept, cell.quantity, !cell.is_between) == name);
        let errors: Vec<f64> = own.clone().map(HeldOut::error).collect();
        let covered = own.clone().filter(|cell| cell.is_covered()).count();
        Some(Group {
            kept_back: kept(name.0),
            quantity: quantity(name.1),
            place: place(own.clone().next()?),
            cells: errors.len(),
            median_error: quantile(&errors, 0.5)?,
            p90_error: quantile(&errors, 0.9)?,
            covered: covered as f64 / errors.len() as f64,
        })
    };
    names.into_iter().filter_map(of_group).collect()
}

impl Group {
    fn path(&self) -> [String; 3] {
        [self.kept_back, self.quantity, self.place].map(str::to_owned)
    }
}

impl CellDocument {
    fn of(cell: &HeldOut) -> Self {
        Self {
            case: plain(&cell.case.to_string()),
            kept_back: kept(cell.kept),
            quantity: quantity(cell.quantity),
            place: place(cell),
            measured: cell.measured,
            predicted: cell.predicted.into(),
        }
    }
}

fn cells(group: &Group) -> [String; 4] {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let covered = format!("{:.0} %", group.covered * 100.0);
    [group.cells.to_string(), percent(group.median_error), percent(group.p90_error), covered]
}

fn terminal(groups: &[Group], basis: Basis<'_>, width: usize) -> String {
    let entry = |group: &Group| Entry {
        path: vec![group.kept_back.to_owned(), format!("{}, {}", group.quantity, group.place)],
        cells: cells(group).to_vec(),
        ..Entry::default()
    };
    let entries = groups.iter().map(entry).collect();
    let ledger = Ledger { name: "kept back", columns: COLUMNS.to_vec(), entries, heading: 1 }.render(width);
    let legend = format!(
        "{} of {} were predicted without all cells of their model, and without all of their size; between: cells \
         of smaller and of larger sizes of the same model were known; an interval holds 95 % where it is right",
        count(basis.measured_cells, "measured cell"),
        basis.machine
    );
    footed(&ledger, &[legend], width)
}

#[cfg(test)]
mod tests {
    use accel_bench_engine::compare::sample;
    use accel_bench_history::predict::Predicted;

    use super::*;

    fn held_out(kept: Kept, quantity: Quantity, predicted: f64, is_between: bool) -> HeldOut {
        HeldOut {
            case: sample::case("models/encoder@ndarray?model=bert-tiny", &[]).id,
            kept,
            quantity,
            measured: 100.0,
            predicted: Predicted { value: predicted, low: predicted * 0.9, high: predicted * 1.1 },
            is_between,
        }
    }

    fn render(format: Format) -> String {
        let found = Evaluation {
            held_out: vec![
                held_out(Kept::Model, Quantity::Latency, 105.0, true),
                held_out(Kept::Model, Quantity::Latency, 80.0, true),
                held_out(Kept::Model, Quantity::Latency, 150.0, false),
                held_out(Kept::Model, Quantity::Memory, 99.5, true),
                held_out(Kept::Size, Quantity::Latency, 120.0, true),
            ],
        };
        let mut text = Vec::new();
        let basis = Basis { machine: "epyc-2c", measured_cells: 5 };
        evaluated(&found, basis, format, 80, &mut text).expect("a vector takes all");
        anstream::adapter::strip_str(&String::from_utf8(text).expect("UTF-8")).to_string()
    }

    #[test]
    fn a_table_of_eighty_columns() {
        insta::assert_snapshot!(render(Format::Table), @"
        kept back           cells  median error  90th percentile  in the interval
        each model
          latency, between      2        12.5 %           18.5 %             50 %
          latency, beyond       1        50.0 %           50.0 %              0 %
          memory, between       1         0.5 %            0.5 %            100 %
        each size
          latency, between      1        20.0 %           20.0 %              0 %

        5 measured cells of epyc-2c were predicted without all cells of their model,
          and without all of their size; between: cells of smaller and of larger sizes
          of the same model were known; an interval holds 95 % where it is right
        ");
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
    fn the_document_for_scripts() {
        insta::assert_snapshot!(render(Format::Json), @r#"
        {
          "format": 1,
          "kind": "prediction-errors",
          "machine": "epyc-2c",
          "measured_cells": 5,
          "groups": [
            {
              "kept_back": "each model",
              "quantity": "latency",
              "place": "between",
              "cells": 2,
              "median_error": 0.125,
              "p90_error": 0.18499999999999997,
              "covered": 0.5
            },
            {
              "kept_back": "each model",
              "quantity": "latency",
              "place": "beyond",
              "cells": 1,
              "median_error": 0.5,
              "p90_error": 0.5,
              "covered": 0.0
            },
            {
              "kept_back": "each model",
              "quantity": "memory",
              "place": "between",
              "cells": 1,
              "median_error": 0.0050000000000000044,
              "p90_error": 0.0050000000000000044,
              "covered": 1.0
            },
            {
              "kept_back": "each size",
              "quantity": "latency",
              "place": "between",
              "cells": 1,
              "median_error": 0.19999999999999996,
              "p90_error": 0.19999999999999996,
              "covered": 0.0
            }
          ],
          "cells": [
            {
              "case": "models/encoder/bert-tiny@ndarray",
              "kept_back": "each model",
              "quantity": "latency",
              "place": "between",
              "measured": 100.0,
              "value": 105.0,
              "low": 94.5,
              "high": 115.50000000000001
            },
            {
              "case": "models/encoder/bert-tiny@ndarray",
              "kept_back": "each model",
              "quantity": "latency",
              "place": "between",
              "measured": 100.0,
              "value": 80.0,
              "low": 72.0,
              "high": 88.0
            },
            {
              "case": "models/encoder/bert-tiny@ndarray",
              "kept_back": "each model",
              "quantity": "latency",
              "place": "beyond",
              "measured": 100.0,
              "value": 150.0,
              "low": 135.0,
              "high": 165.0
            },
            {
              "case": "models/encoder/bert-tiny@ndarray",
              "kept_back": "each model",
              "quantity": "memory",
              "place": "between",
              "measured": 100.0,
              "value": 99.5,
              "low": 89.55,
              "high": 109.45
            },
            {
              "case": "models/encoder/bert-tiny@ndarray",
              "kept_back": "each size",
              "quantity": "latency",
              "place": "between",
              "measured": 100.0,
              "value": 120.0,
              "low": 108.0,
              "high": 132.0
            }
          ]
        }
        "#);
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(Format::Jsonl), @r#"
        {"format":1,"kind":"prediction-error","kept_back":"each model","quantity":"latency","place":"between","cells":2,"median_error":0.125,"p90_error":0.18499999999999997,"covered":0.5}
        {"format":1,"kind":"prediction-error","kept_back":"each model","quantity":"latency","place":"beyond","cells":1,"median_error":0.5,"p90_error":0.5,"covered":0.0}
        {"format":1,"kind":"prediction-error","kept_back":"each model","quantity":"memory","place":"between","cells":1,"median_error":0.0050000000000000044,"p90_error":0.0050000000000000044,"covered":1.0}
        {"format":1,"kind":"prediction-error","kept_back":"each size","quantity":"latency","place":"between","cells":1,"median_error":0.19999999999999996,"p90_error":0.19999999999999996,"covered":0.0}
        "#);
        insta::assert_snapshot!(render(Format::Csv), @"
        kept_back,quantity,place,cells,median_error,p90_error,covered
        each model,latency,between,2,0.125,0.18499999999999997,0.5
        each model,latency,beyond,1,0.5,0.5,0.0
        each model,memory,between,1,0.0050000000000000044,0.0050000000000000044,1.0
        each size,latency,between,1,0.19999999999999996,0.19999999999999996,0.0
        ");
        insta::assert_snapshot!(render(Format::Markdown), @"
        | kept back | cells | median error | 90th percentile | in the interval |
        | --- | ---: | ---: | ---: | ---: |
        | each model, latency, between | 2 | 12.5 % | 18.5 % | 50 % |
        | each model, latency, beyond | 1 | 50.0 % | 50.0 % | 0 % |
        | each model, memory, between | 1 | 0.5 % | 0.5 % | 100 % |
        | each size, latency, between | 1 | 20.0 % | 20.0 % | 0 % |
        ");
    }
}
