//! Scaling: throughput, or latency where no work was declared, against each parameter that has several numbers.

use accel_bench_record::{ParamValue, Params};

use super::measured::{Measured, distinct};
use super::parts::figure;
use crate::chart::{Axis, Chart, Line, Plot, Point, Spacing};
use crate::document::Section;
use crate::plain::plain;
use crate::quantity::{rate_unit, throughput};

/// More lines in one chart are not legible.
const LINES: usize = 6;
/// From this ratio on, values of a parameter lie at equal distances when they double.
const DOUBLING: f64 = 4.0;

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let benchmarks =
        distinct(measured.iter().map(|cell| (cell.case.id.bench.clone(), cell.case.id.benchmark.clone())));
    let charts = benchmarks.iter().flat_map(|(bench, benchmark)| {
        let is_own =
            |cell: &&Measured<'_>| cell.case.id.bench == *bench && cell.case.id.benchmark == *benchmark;
        let own: Vec<&Measured<'_>> = measured.iter().filter(is_own).collect();
        let names = distinct(own.iter().flat_map(|cell| cell.case.id.params.keys().cloned()));
        names.into_iter().flat_map(|name| charts(&own, &name)).collect::<Vec<_>>()
    });
    figure(Section::new("scaling", "Scaling"), charts.collect())
}

fn number(params: &Params, name: &str) -> Option<f64> {
    match params.get(name)? {
        ParamValue::Int(value) => Some(*value as f64),
        ParamValue::Float(value) => Some(*value),
        ParamValue::Bool(_) | ParamValue::Text(_) => None,
    }
}

/// The charts of one parameter of one benchmark: a line for each combination of the others.
fn charts(own: &[&Measured<'_>], name: &str) -> Vec<Chart> {
    let values = |cell: &&&Measured<'_>| number(&cell.case.id.params, name);
    let others = distinct(own.iter().filter(|cell| values(cell).is_some()).map(|cell| rest(cell, name)));
    let of = |rest_of_it: &String| {
        let cells = own.iter().filter(|cell| rest(cell, name) == *rest_of_it);
        let mut points: Vec<_> = cells.filter_map(|cell| Some((value(cell)?, values(&cell)?))).collect();
        points.sort_by(|one, other| one.1.total_cmp(&other.1));
        (rest_of_it.clone(), points)
    };
    let lines: Vec<_> = others.iter().map(of).filter(|(_, points)| points.len() > 1).collect();
    let units = distinct(lines.iter().filter_map(|(_, points)| Some(points.first()?.0.0.clone())));
    let mut charts = Vec::new();
    for (title, unit) in units {
        let of_unit = lines
            .iter()
            .filter(|(_, points)| points.iter().all(|((own, _), _)| *own == (title.clone(), unit.clone())));
        let of_unit: Vec<_> = of_unit.collect();
        for part in of_unit.chunks(LINES) {
            let lines = part.iter().map(|(rest, points)| Line {
                name: rest.clone(),
                points: points
                    .iter()
                    .map(|((_, y), x)| Point { x: *x, y: *y, low: None, high: None })
                    .collect(),
                ..Line::default()
            });
            let plot = plot(name, (&title, &unit), lines.collect());
            let heading = format!("{}: {title} by {}", plain(&own[0].family()), words(name));
            charts.push(Chart::plot(heading, plot));
        }
    }
    charts
}

fn plot(name: &str, (title, unit): (&str, &str), lines: Vec<Line>) -> Plot {
    let mut ticks: Vec<f64> = lines.iter().flat_map(|line| line.points.iter().map(|point| point.x)).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    let is_wide = ticks[0] > 0.0 && ticks[ticks.len() - 1] / ticks[0] >= DOUBLING;
    let spacing = if is_wide { Spacing::Doubling } else { Spacing::Even };
    let y = Axis { title: title.to_owned(), unit: unit.to_owned(), ..Axis::default() };
    Plot { x: Axis { title: words(name), unit: String::new(), spacing, ticks }, y, lines, marks: Vec::new() }
}

fn words(name: &str) -> String {
    plain(&name.replace('-', " "))
}

/// Everything that distinguishes a line from another: the other parameters and the place.
fn rest(cell: &Measured<'_>, name: &str) -> String {
    let mut id = cell.case.id.clone();
    id.params.remove(name);
    let label = plain(&id.label());
    let named = format!("{}/{}", plain(&id.bench), plain(&id.benchmark));
    let rest = label.strip_prefix(&named).map_or("", |rest| rest.trim_start_matches('/'));
    let gap = if rest.is_empty() { "" } else { " " };
    format!("{rest}{gap}{}", cell.place())
}

/// A quantity's name and unit, and its value.
type Valued = ((String, String), f64);

fn value(cell: &Measured<'_>) -> Option<Valued> {
    match throughput(cell.case) {
        Some((work, rate)) => Some((("throughput".to_owned(), rate_unit(work)), rate)),
        None => Some((("latency".to_owned(), "ns".to_owned()), cell.latency()?.value)),
    }
}
