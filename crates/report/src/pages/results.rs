//! The table of all results.

use accel_bench_record::{Estimate, Failure, Status};

use super::link;
use super::measured::Measured;
use crate::amount;
use crate::document::{Align, Cell, Row, Section, Table, Tone};
use crate::plain::plain;
use crate::quantity::{memory_peak, throughput};

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let columns = [
        ("case", Align::Left),
        ("latency", Align::Right),
        ("throughput", Align::Right),
        ("memory peak", Align::Right),
        ("processes", Align::Right),
        ("status", Align::Left),
    ];
    let table = Table::new("Every case; latency with its 95 % interval", &columns);
    Section::new("results", "Results")
        .text(census(measured))
        .table(table.rows(measured.iter().map(row)).without_empty_columns())
}

fn census(measured: &[Measured<'_>]) -> String {
    let count =
        |wanted: fn(&Status) -> bool| measured.iter().filter(|cell| wanted(&cell.case.status)).count();
    let (well, faults) = (count(Status::is_ok), count(Status::is_fault));
    let parts = [(well, "ok"), (faults, "failed"), (measured.len() - well - faults, "unsupported")];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    format!("{}: {}.", amount::count(measured.len(), "case"), parts.join(", "))
}

fn row(cell: &Measured<'_>) -> Row {
    let case = cell.case;
    let name = format!("{}@{}", cell.name(), cell.place());
    let latency = Estimate::of_latency(case);
    let number = |shown: Option<(String, f64)>| {
        shown.map_or_else(Cell::default, |(text, value)| Cell::number(text, value))
    };
    let (status, reason) = match &case.status {
        Status::Failed { kind: Failure::Unsupported, reason } => {
            (Cell::new("unsupported").toned(Tone::Dim), Some(reason))
        }
        Status::Failed { kind, reason } => (Cell::new(kind.to_string()).toned(Tone::Bad), Some(reason)),
        Status::Ok => (Cell::new("ok"), None),
    };
    let row = Row::new([
        Cell::new(name),
        number(latency.map(|latency| (amount::estimate(&latency, "ns"), latency.value))),
        number(throughput(case).map(|(work, rate)| (amount::rate(work, rate), rate))),
        number(memory_peak(case).map(|bytes| (amount::amount(bytes, "bytes"), bytes))),
        Cell::number(case.processes.len().to_string(), case.processes.len() as f64),
        status,
    ]);
    // A link to a case means this run's row, wherever else it was measured.
    let row = if cell.is_own { row.anchored(link(&case.id)) } else { row };
    row.noted(reason.map(|reason| plain(reason)))
}
