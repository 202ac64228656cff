//! Measured values that the other cells do not explain, as a section of a report.

use accel_bench_history::predict::{Outlier, Predicted, Quantity};
use accel_bench_report::{Align, Cell, Row, Section, Table, pages};

use crate::report::amount::amount;

const COLUMNS: [(&str, Align); 5] = [
    ("case", Align::Left),
    ("measured", Align::Right),
    ("expected", Align::Right),
    ("95 % interval", Align::Right),
    ("times", Align::Right),
];

/// Empty where there are none.
pub(crate) fn section(outliers: &[Outlier], measured_cells: usize) -> Section {
    let section = Section::new("outliers", "Far from what other cases say");
    if outliers.is_empty() {
        return section;
    }
    let table = Table::new("Measured values that the others do not explain", &COLUMNS);
    section
        .text(format!(
            "Latency and memory of {measured_cells} measured cells, each predicted from all others: what a case does \
             (operations, bytes, parameters), its family, its backend. These are far from their prediction: slower or \
             faster than their like, measured while something else ran, or of another kind.",
        ))
        .table(table.rows(outliers.iter().map(row)))
}

fn row(outlier: &Outlier) -> Row {
    let unit = match outlier.quantity {
        Quantity::Latency => "ns",
        Quantity::Memory => "bytes",
    };
    let Predicted { value, low, high } = outlier.expected;
    let times = outlier.measured / value;
    Row::new([
        Cell::new(outlier.case.to_string()).linked(pages::link(&outlier.case)),
        Cell::number(amount(outlier.measured, unit), outlier.measured),
        Cell::number(amount(value, unit), value),
        Cell::new(format!("{} to {}", amount(low, unit), amount(high, unit))),
        Cell::number(format!("{times:.2}"), times),
    ])
}
