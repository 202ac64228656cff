//! A small report of every kind of block.

use crate::chart::{Axis, Bar, Bars, Chart, Group, Line, Plot, Point};
use crate::document::{Align, Cell, Report, Row, Section, Table, Tone};

/// Bars of one series, in nanoseconds.
fn bars() -> Chart {
    let bar = Bar { value: 2e6, low: Some(1.9e6), high: Some(2.1e6) };
    let groups = vec![Group { name: "a/x".to_owned(), bars: vec![Some(bar)] }];
    let series = vec!["ndarray".to_owned()];
    Chart::bars("Latency", Bars { title: "latency".to_owned(), unit: "ns".to_owned(), series, groups })
}

fn plot() -> Chart {
    let points = [1.0, 2.0, 4.0].map(|x| Point { x, y: 10.0 * x, low: None, high: None }).to_vec();
    let line = Line { name: "a/x".to_owned(), points, ..Line::default() };
    let axis = |title: &str| Axis { title: title.to_owned(), ..Axis::default() };
    Chart::plot(
        "Throughput",
        Plot { x: axis("batch size"), y: axis("rate"), lines: vec![line], marks: Vec::new() },
    )
}

pub(crate) fn report() -> Report {
    let columns = [("case", Align::Left), ("latency", Align::Right), ("verdict", Align::Left)];
    let regressed = Cell::new("▲ regressed").toned(Tone::Bad);
    let row = Row::new([Cell::new("a/x_1@n"), Cell::number("2.000 ms", 2e6), regressed])
        .noted(["beyond the alert level".to_owned()])
        .anchored("case-1");
    let table = Table::new("Cases", &columns).rows([row]);
    let summary = Section::new("summary", "Summary").text("1 case: 1 ok").table(table).figure([bars()]);
    let scaling = Section::new("scaling", "Scaling").figure([plot()]);
    let command = "cargo accel-bench 'a/x_1@n'".to_owned();
    let reproduce = Section::new("reproduce", "How to reproduce").commands([command]);
    let facts = vec![["commit".to_owned(), "4f2c9d1e7".to_owned()]];
    Report { title: "Run 1".to_owned(), facts, sections: Vec::new() }.with([summary, scaling, reproduce])
}
