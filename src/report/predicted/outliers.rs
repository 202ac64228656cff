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

#[cfg(test)]
mod tests {
    use accel_bench_engine::compare::sample;
    use accel_bench_report::{Report, markdown};

    use super::*;

    #[test]
    fn each_stands_beside_what_was_expected() {
        let outlier = |quantity, measured, value: f64| Outlier {
            case: sample::case("models/decoder@ndarray?model=llama-tiny&batch-size=1", &[]).id,
            quantity,
            measured,
            expected: Predicted { value, low: value * 0.8, high: value * 1.25 },
        };
        let outliers = [outlier(Quantity::Latency, 9.363e8, 3.5e8), outlier(Quantity::Memory, 2e8, 1e8)];
        let report = Report::default().with([section(&outliers, 36)]);
        insta::assert_snapshot!(markdown::render(&report, "charts").text, @"
        # 


        ## Far from what other cases say

        Latency and memory of 36 measured cells, each predicted from all others: what a case does (operations, bytes, parameters), its family, its backend. These are far from their prediction: slower or faster than their like, measured while something else ran, or of another kind.

        **Measured values that the others do not explain**

        | case | measured | expected | 95 % interval | times |
        | --- | ---: | ---: | ---: | ---: |
        | models/decoder/llama-tiny/b1&#64;ndarray | 936.3 ms | 350.0 ms | 280.0 ms to 437.5 ms | 2.68 |
        | models/decoder/llama-tiny/b1&#64;ndarray | 190.7 MiB | 95.37 MiB | 76.29 MiB to 119.2 MiB | 2.00 |
        ");
    }

    #[test]
    fn none_is_no_section() {
        assert!(section(&[], 36).blocks.is_empty());
    }
}
