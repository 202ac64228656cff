//! How well cases are predicted that were kept back.

use std::io::{self, Write};

use accel_bench_history::predict::{Evaluation, HeldOut, Kept, Quantity};
use accel_bench_record::stats::quantile;
use serde::Serialize;

use super::super::ledger::{Entry, Ledger, indented};
use super::super::markdown::{Align, table};
use super::super::{Format, amount::count, json};
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
    /// Of cells between other sizes of the same model, or beyond them.
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
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            groups.iter().try_for_each(|group| writer.serialize(group))?;
            let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            String::from_utf8(bytes).map_err(io::Error::other)?
        }
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
            case: cell.case.to_string(),
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
    let legend: String = indented(&legend, 0, width, ' ').into_iter().map(|line| line + "\n").collect();
    format!("{ledger}\n{legend}")
}
