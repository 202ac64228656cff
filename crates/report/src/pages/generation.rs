//! Generation: time to first token, and time per output token after it.

use accel_bench_record::Estimate;
use accel_bench_record::catalogue::{DECODE_RATE, Known, PREFILL_RATE, TPOT, TTFT};

use super::measured::{Measured, bar, distinct};
use super::parts::{figure, in_parts};
use crate::amount::amount;
use crate::chart::{Bars, Chart, Group};
use crate::document::{Align, Cell, Row, Section, Table};

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
    let charts = [("Time to first token", &TTFT), ("Time per output token", &TPOT)];
    let charts = charts.iter().flat_map(|(title, known)| charts_of(title, known, &generating)).collect();
    let section = section.text(
        "ttft is the time from the start to the first token read on the host. tpot is the rest of the time divided by the other \
         tokens: (end-to-end − ttft) / (n − 1).",
    );
    figure(section, charts).table(Table::new("Generation", &columns).rows(generating.iter().map(row)))
}

fn charts_of(title: &str, known: &Known, generating: &[&Measured<'_>]) -> Vec<Chart> {
    let series = distinct(generating.iter().map(|cell| cell.place()));
    let names = distinct(generating.iter().map(|cell| cell.name()));
    let group = |name: &String| {
        let of = |place: &String| {
            let cell = generating.iter().find(|cell| cell.name() == *name && cell.place() == *place)?;
            Some(bar(&Estimate::of_processes(cell.case.values_of(known.name))?.scaled(NANOS_PER_MILLI)))
        };
        Group { name: name.clone(), bars: series.iter().map(of).collect() }
    };
    let groups = names.iter().map(group).collect();
    let bars = Bars { title: known.stem().to_owned(), unit: "ns".to_owned(), series: series.clone(), groups };
    in_parts(title, &bars)
}

/// Both metrics are in milliseconds; an axis chooses its unit from nanoseconds.
const NANOS_PER_MILLI: f64 = 1e6;
