//! Generation: time to first token, and time per output token after it.

use accel_bench_record::Estimate;
use accel_bench_record::catalogue::{DECODE_RATE, Known, PREFILL_RATE, TPOT, TTFT};

use super::measured::{Measured, bar, distinct};
use crate::amount::amount;
use crate::chart::{Bars, Chart, Group};
use crate::document::{Align, Cell, Row, Section, Table};

const GROUPS: usize = 20;

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let generating: Vec<_> = measured.iter().filter(|cell| cell.metric(&TTFT).is_some()).collect();
    let section = Section::new("generation", "Time to first token and per token");
    if generating.is_empty() {
        return section;
    }
    let metrics = [&TTFT, &TPOT, &PREFILL_RATE, &DECODE_RATE];
    let titles = metrics.map(|known| (known.stem(), Align::Right));
    let columns: Vec<_> = [("case", Align::Left)].into_iter().chain(titles).collect();
    let row = |cell: &&Measured<'_>| {
        let number = |known: &Known| match cell.metric(known) {
            Some(value) => Cell::number(amount(value, known.unit), value),
            None => Cell::default(),
        };
        let name = Cell::new(format!("{}@{}", cell.name(), cell.place())).linked(super::link(&cell.case.id));
        Row::new([name].into_iter().chain(metrics.map(number)))
    };
    section
        .text(
            "ttft is the time from the start to the first token read on the host. tpot is the rest of the time divided by the other \
             tokens: (end-to-end − ttft) / (n − 1).",
        )
        .figure([chart("Time to first token", &TTFT, &generating), chart("Time per output token", &TPOT, &generating)])
        .table(Table::new("Generation", &columns).rows(generating.iter().map(row)))
}

fn chart(title: &str, known: &Known, generating: &[&Measured<'_>]) -> Chart {
    let series = distinct(generating.iter().map(|cell| cell.place()));
    let names = distinct(generating.iter().map(|cell| cell.name()));
    let group = |name: &String| {
        let of = |place: &String| {
            let cell = generating.iter().find(|cell| cell.name() == *name && cell.place() == *place)?;
            Some(bar(&Estimate::of_processes(cell.case.values_of(known.name))?.scaled(NANOS_PER_MILLI)))
        };
        Group { name: name.clone(), bars: series.iter().map(of).collect() }
    };
    let groups: Vec<_> = names.iter().take(GROUPS).map(group).collect();
    Chart::bars(title, Bars { title: known.stem().to_owned(), unit: "ns".to_owned(), series, groups })
}

/// Both metrics are in milliseconds; an axis chooses its unit from nanoseconds.
const NANOS_PER_MILLI: f64 = 1e6;
