//! The roofline as a section of a report, with its chart.

use std::collections::BTreeSet;
use std::io::{self, Write};

use accel_bench_engine::roof::Placed;
use accel_bench_report::chart::{Axis, Chart, Line, Plot, Point, Shape, Spacing};
use accel_bench_report::{Align, Cell, Row, Section, Table, Tone, pages};

use super::{Roofline, bound, cells, reached};
use crate::report::page::single;

const COLUMNS: [(&str, Align); 5] = [
    ("case", Align::Left),
    ("operations per byte", Align::Right),
    ("reached", Align::Right),
    ("of the roof", Align::Right),
    ("bound by", Align::Left),
];

/// Families in one chart, each with a color of its own, as the roof has.
const FAMILIES: usize = 5;

pub(crate) fn page(found: &Roofline<'_>, to: &mut dyn Write) -> io::Result<()> {
    single("Roofline", section(found), to)
}

/// Empty where no case has a place.
pub(crate) fn section(found: &Roofline<'_>) -> Section {
    let section = Section::new("roofline", "Roofline");
    if found.placed.is_empty() {
        return section;
    }
    let backends: BTreeSet<&str> = found.placed.iter().map(|placed| placed.case.backend.as_str()).collect();
    let charts: Vec<_> = backends.into_iter().flat_map(|backend| charts(found, backend)).collect();
    let table = Table::new("Share of the roof", &COLUMNS).rows(found.placed.iter().map(row));
    let section = section.text(format!(
        "What each case reaches of what its device can do, as probes measured it on {}: operations per second, or bytes per second \
         times the operations that the case does for each byte. The bytes of models are those of weights and caches. The roof \
         that is drawn is that of memory: what fits a cache may lie above it.",
        found.machine
    ));
    found.remarks().into_iter().fold(section.figure(charts).table(table), Section::text)
}

fn row(placed: &Placed) -> Row {
    let [intensity, _, share, _] = cells(placed);
    let (rate, _) = reached(placed);
    let name = Cell::new(placed.case.to_string()).linked(pages::link(&placed.case));
    let share = Cell::number(share, placed.share);
    Row::new([
        name,
        placed.intensity.map_or_else(Cell::default, |value| Cell::number(intensity, value)),
        Cell::number(cells(placed)[1].clone(), rate),
        if placed.is_impossible() { share.toned(Tone::Bad) } else { share },
        Cell::new(bound(placed.bound)),
    ])
}

/// A chart for each precision of a backend, as each has a roof of its own.
fn charts(found: &Roofline<'_>, backend: &str) -> Vec<Chart> {
    let own = found.placed.iter().filter(|placed| placed.case.backend == backend && placed.flop_rate > 0.0);
    let own: Vec<_> = own.filter(|placed| placed.intensity.is_some()).collect();
    let precision = |placed: &Placed| placed.case.params.get("precision").map(ToString::to_string);
    let precisions: BTreeSet<_> = own.iter().map(|placed| precision(placed)).collect();
    let of = |wanted: Option<String>| {
        let own: Vec<_> = own.iter().copied().filter(|placed| precision(placed) == wanted).collect();
        let families: BTreeSet<String> = own.iter().map(|placed| family(placed)).collect();
        let families: Vec<_> = families.into_iter().collect();
        let parts = families.chunks(FAMILIES).enumerate().map(|(at, part)| {
            let named = wanted.as_ref().map(|precision| format!(", {precision}")).unwrap_or_default();
            let count = families.len().div_ceil(FAMILIES);
            let part_of = if count > 1 { format!(" ({} of {count})", at + 1) } else { String::new() };
            Chart::plot(format!("Roofline: {backend}{named}{part_of}"), plot(found, &own, part))
        });
        parts.collect::<Vec<_>>()
    };
    precisions.into_iter().flat_map(of).collect()
}

/// The roof, and a line for each of the families.
fn plot(found: &Roofline<'_>, own: &[&Placed], families: &[String]) -> Plot {
    let of_families = families.iter().map(|family| line(own, family));
    let lines: Vec<Line> = roof(found, own).into_iter().chain(of_families).collect();
    let axis = |title: &str, unit: &str, value: fn(&Point) -> f64| Axis {
        title: title.to_owned(),
        unit: unit.to_owned(),
        spacing: Spacing::Doubling,
        ticks: ticks(&lines.iter().flat_map(|line| &line.points).map(value).collect::<Vec<_>>()),
    };
    let (x, y) =
        (axis("operations per byte", "", |point| point.x), axis("reached", "flop/s", |point| point.y));
    Plot { x, y, lines, marks: Vec::new() }
}

fn family(placed: &Placed) -> String {
    format!("{}/{}", placed.case.bench, placed.case.benchmark)
}

fn line(own: &[&Placed], name: &str) -> Line {
    let mut points: Vec<_> = own
        .iter()
        .filter(|placed| family(placed) == name)
        .filter_map(|placed| Some(Point { x: placed.intensity?, y: placed.flop_rate, ..Point::default() }))
        .collect();
    points.sort_by(|one, other| one.x.total_cmp(&other.x));
    Line { name: name.to_owned(), points, shape: Shape::Points }
}

/// The limit of the device around the intensities of the cases: it rises up to the ridge, and is level from there on.
fn roof(found: &Roofline<'_>, own: &[&Placed]) -> Option<Line> {
    let case = &own.first()?.case;
    let intensities = || own.iter().filter_map(|placed| placed.intensity);
    let low = intensities().reduce(f64::min)? / 2.0;
    let high = intensities().reduce(f64::max)? * 2.0;
    let (flops, bytes) = (found.peaks.flops(case), found.peaks.bandwidth(case, None));
    let ridge =
        flops.zip(bytes).map(|(flops, bytes)| flops / bytes).filter(|ridge| (low..high).contains(ridge));
    let at = |x: f64| {
        let y = flops.into_iter().chain(bytes.map(|bytes| bytes * x)).reduce(f64::min)?;
        Some(Point { x, y, ..Point::default() })
    };
    let places = [Some(low), ridge, Some(high)].into_iter().flatten();
    Some(Line { name: "roof".to_owned(), points: places.filter_map(at).collect(), shape: Shape::Joined })
}

/// Powers of two within the values, of which no more than eight are shown.
fn ticks(values: &[f64]) -> Vec<f64> {
    const MOST: i32 = 8;
    let Some(low) = values.iter().copied().reduce(f64::min) else { return Vec::new() };
    let high = values.iter().copied().fold(low, f64::max);
    // Of a multiple of the unit, a number that is a power of two there: 1 GFLOP/s, and not 0.98.
    let unit = if high >= 1e3 { 10_f64.powf((high.log10() / 3.0).floor() * 3.0) } else { 1.0 };
    let exponent = |value: f64| (value / unit).log2();
    let (first, last) = (exponent(low).ceil() as i32, exponent(high).floor() as i32);
    let step = ((last - first) / MOST + 1).max(1);
    (first..=last).filter(|at| at % step == 0).map(|at| unit * f64::from(at).exp2()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_in_their_unit() {
        assert_eq!(ticks(&[0.4, 5.0]), [0.5, 1.0, 2.0, 4.0]);
        assert_eq!(ticks(&[0.9e9, 9e9]), [1e9, 2e9, 4e9, 8e9]);
        assert_eq!(ticks(&[1.0, 70_000.0]).len(), 8, "every second power");
        assert_eq!(ticks(&[]), [0.0; 0]);
    }
}
