//! Trends as a section of a report.

use accel_bench_history::{Trend, Way};
use accel_bench_record::stats::median;
use accel_bench_report::chart::{Axis, Chart, Line, Mark, Plot, Point, Shape, Spacing};
use accel_bench_report::{Align, Cell, Row, Section, Table, Tone, pages};

use super::{TrendReport, table};
use crate::report::amount::amount;

/// As many charts as a reader looks at: series that changed come first.
const CHARTS: usize = 24;
/// Two points make no trend.
const FEW: usize = 3;

pub(crate) fn section(report: &TrendReport) -> Section {
    let columns = [
        ("case", Align::Left),
        ("level", Align::Right),
        ("last change", Align::Right),
        ("commits", Align::Right),
    ];
    let shown: Vec<_> = report.trends.iter().filter(|trend| trend.series.points.len() >= FEW).collect();
    let mut drawn = shown.clone();
    drawn.sort_by_key(|trend| std::cmp::Reverse(report.shown(trend).len().min(1)));
    let events = table::events(report).into_iter().chain(table::missing(report));
    let section = Section::new("trends", "Trends");
    if shown.is_empty() {
        return section;
    }
    let section = section.text(
        "The median of each commit's runs; steps are levels, dashed lines the commits where one changed.",
    );
    let table = Table::new("Series by commit", &columns).rows(shown.iter().map(|trend| row(report, trend)));
    let charts = drawn.into_iter().take(CHARTS).map(|trend| chart(report, trend));
    events.fold(section.figure(charts).table(table), Section::text)
}

fn row(report: &TrendReport, trend: &Trend) -> Row {
    let unit = &trend.series.unit;
    let level = trend.level.map_or_else(Cell::default, |level| Cell::number(amount(level, unit), level));
    let change = report.shown(trend).into_iter().next_back();
    let change = change.map_or_else(Cell::default, |change| {
        let tone = match change.way(trend.series.better) {
            Way::Worse => Tone::Bad,
            Way::Better => Tone::Good,
            Way::Other => Tone::Plain,
        };
        Cell::number(table::shown(change, trend), change.point.ratio - 1.0).toned(tone)
    });
    let points = trend.series.points.len();
    let name = Cell::new(table::path(report, trend).join("/")).linked(pages::link(&trend.series.key.case));
    Row::new([name, level, change, Cell::number(points.to_string(), points as f64)])
        .noted(table::notes(report, trend))
}

fn chart(report: &TrendReport, trend: &Trend) -> Chart {
    let points = &trend.series.points;
    let point = |at: usize, y: f64| Point { x: at as f64 + 1.0, y, low: None, high: None };
    let values = points.iter().enumerate().map(|(at, own)| point(at, own.value)).collect();
    let starts: Vec<usize> =
        std::iter::once(0).chain(trend.changes.iter().map(|change| change.point.index)).collect();
    let ends = starts.iter().skip(1).copied().chain([points.len()]);
    let level = |(start, end): (usize, usize)| {
        let own: Vec<f64> = points[start..end].iter().map(|point| point.value).collect();
        median(&own).map(|level| point(start, level))
    };
    let mut levels: Vec<Point> = starts.iter().copied().zip(ends).filter_map(level).collect();
    levels.extend(levels.last().copied().map(|last| point(points.len().saturating_sub(1), last.y)));
    let marks = trend.changes.iter().map(|change| Mark {
        x: change.point.index as f64 + 1.0,
        text: points[change.point.index].run.name().to_owned(),
    });
    let line = |points, shape| Line { name: String::new(), points, shape };
    let plot = Plot {
        x: Axis { title: "measured commit".to_owned(), ..Axis::default() },
        y: Axis {
            title: trend.series.key.metric.trim_end_matches("-ns").to_owned(),
            unit: trend.series.unit.clone(),
            spacing: Spacing::Close,
            ticks: Vec::new(),
        },
        lines: vec![line(values, Shape::Points), line(levels, Shape::Steps)],
        marks: marks.collect(),
    };
    Chart::plot(table::path(report, trend).join("/"), plot)
}
