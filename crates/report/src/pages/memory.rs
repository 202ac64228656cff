//! Memory: the peak of each case, and how much of it are weights.

use accel_bench_record::catalogue::{MEM_AVG, NUM_PARAMS};

use super::measured::{Measured, distinct};
use super::parts::{figure, in_parts};
use crate::amount::amount;
use crate::chart::{Axis, Bar, Bars, Chart, Group, Line, Plot, Point};
use crate::document::{Align, Cell, Row, Section, Table};
use crate::quantity::memory_peak;

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let known: Vec<_> = measured.iter().filter_map(|cell| Some((cell, memory_peak(cell.case)?))).collect();
    let section = Section::new("memory", "Memory");
    if known.is_empty() {
        return section;
    }
    let columns = [
        ("case", Align::Left),
        ("peak", Align::Right),
        ("average", Align::Right),
        ("weights", Align::Right),
        ("activations, caches and buffers", Align::Right),
    ];
    let rows = known.iter().map(|(cell, peak)| row(cell, *peak));
    let has_weights = known.iter().any(|(cell, _)| weights(cell).is_some());
    let about = if has_weights {
        "The peak is measured. Weights are computed: parameters times the bytes of their type. \
         The rest of the peak is activations, caches and buffers."
    } else {
        "The peak is measured."
    };
    let table = Table::new("Memory by kind", &columns).rows(rows).without_empty_columns();
    let charts = charts(&known).into_iter().chain(over_time(measured)).collect();
    figure(section.text(about), charts).table(table)
}

/// The most lines in one chart.
const LINES: usize = 6;

/// The memory of each case while it was timed, in its first process.
fn over_time(measured: &[Measured<'_>]) -> Vec<Chart> {
    let families = distinct(measured.iter().map(Measured::family));
    let line = |cell: &Measured<'_>| {
        let readings = &cell.case.processes.first()?.memory;
        let points = readings.nanos.iter().zip(&readings.bytes);
        let point = |(&x, &y): (&u64, &u64)| Point { x: x as f64, y: y as f64, ..Point::default() };
        let points: Vec<_> = points.map(point).collect();
        let name = format!("{}@{}", cell.member(), cell.place());
        (points.len() > 2).then(|| Line { name, points, ..Line::default() })
    };
    let of = |family: &String| {
        let lines = measured.iter().filter(|cell| cell.family() == *family).filter_map(line);
        let lines: Vec<_> = lines.collect();
        let plot = |lines: &[Line]| {
            let axis = |title: &str, unit: &str| Axis {
                title: title.to_owned(),
                unit: unit.to_owned(),
                ..Axis::default()
            };
            let (x, y) = (axis("time", "ns"), axis("memory", "bytes"));
            Chart::plot(
                format!("Memory over time: {family}"),
                Plot { x, y, lines: lines.to_vec(), marks: Vec::new() },
            )
        };
        lines.chunks(LINES).map(plot).collect::<Vec<_>>()
    };
    families.iter().flat_map(of).collect()
}

/// The bytes of all parameters; `None` for quantised ones, which have scales next to them.
fn weights(cell: &Measured<'_>) -> Option<f64> {
    let bytes = match cell.param("precision").as_deref() {
        None | Some("f32") => 4.0,
        Some("f16" | "bf16") => 2.0,
        Some(_) => return None,
    };
    Some(cell.metric(&NUM_PARAMS)? * bytes)
}

fn row(cell: &Measured<'_>, peak: f64) -> Row {
    let bytes = |value: Option<f64>| {
        value.map_or_else(Cell::default, |value| Cell::number(amount(value, "bytes"), value))
    };
    let weights = weights(cell);
    let rest = weights.map(|weights| peak - weights).filter(|rest| *rest >= 0.0);
    let name = Cell::new(format!("{}@{}", cell.name(), cell.place())).linked(super::link(&cell.case.id));
    Row::new([name, bytes(Some(peak)), bytes(cell.metric(&MEM_AVG)), bytes(weights), bytes(rest)])
}

fn charts(known: &[(&Measured<'_>, f64)]) -> Vec<Chart> {
    let families = distinct(known.iter().map(|(cell, _)| cell.family()));
    let of = |family: &String| {
        let own: Vec<_> = known.iter().filter(|(cell, _)| cell.family() == *family).collect();
        let bar = |value: f64| Some(Bar { value, low: None, high: None });
        let has_weights = own.iter().any(|(cell, _)| weights(cell).is_some());
        let group = |(cell, peak): &&(&Measured<'_>, f64)| {
            let mut bars = vec![bar(*peak)];
            bars.extend(has_weights.then(|| weights(cell).and_then(bar)));
            Group { name: format!("{}@{}", cell.member(), cell.place()), bars }
        };
        let series = ["peak", "of which weights"].iter().take(1 + usize::from(has_weights));
        Bars {
            title: "memory".to_owned(),
            unit: "bytes".to_owned(),
            series: series.map(|name| (*name).to_owned()).collect(),
            groups: own.iter().map(group).collect(),
        }
    };
    families.into_iter().flat_map(|family| in_parts(&format!("Memory: {family}"), &of(&family))).collect()
}
