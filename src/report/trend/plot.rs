//! One series drawn in the terminal.

use accel_bench_history::Trend;
use textplots::{Chart, Plot, Shape};

use super::TrendReport;
use crate::report::amount::amount;
use crate::report::paint::{Tone, paint};

/// Dots of a line of Braille characters: two across and four down each.
const DOWN: u32 = 4;
const LINES: u32 = 10;

/// The values by commit, the level beneath them, and where it changes.
pub(super) fn plot(report: &TrendReport, trend: &Trend, width: usize) -> String {
    let shown: Vec<_> =
        trend.series.points.iter().enumerate().filter(|(_, point)| point.position >= report.from).collect();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return String::new() };
    if shown.len() < 2 {
        return String::new();
    }
    let points: Vec<(f32, f32)> = shown.iter().map(|(at, point)| (*at as f32, point.value as f32)).collect();
    let across = u32::try_from(width.saturating_sub(16).clamp(16, 100) * 2).unwrap_or(120);
    let mut chart = Chart::new_with_y_range(
        across,
        LINES * DOWN,
        first.0 as f32,
        last.0 as f32,
        low(&points),
        high(&points),
    );
    let shape = Shape::Points(&points);
    let chart = chart.lineplot(&shape);
    chart.figures();
    let text = chart.frame();
    let axis = format!("{} … {}, {} commits", first.1.run.name(), last.1.run.name(), shown.len());
    let range = |value: f32| amount(f64::from(value), &trend.series.unit);
    let mut lines = vec![String::new(), range(high(&points))];
    lines.extend(text.lines().map(str::to_owned));
    lines.extend([range(low(&points)), axis]);
    for change in report.shown(trend) {
        let run = &trend.series.points[change.point.index].run;
        let share = (change.point.ratio - 1.0) * 100.0;
        lines.push(format!("{share:+.1} % at {}", run.name()));
    }
    lines.into_iter().map(|line| paint(Tone::Plain, &line) + "\n").collect()
}

fn low(points: &[(f32, f32)]) -> f32 {
    points.iter().map(|point| point.1).fold(f32::INFINITY, f32::min)
}

fn high(points: &[(f32, f32)]) -> f32 {
    points.iter().map(|point| point.1).fold(f32::NEG_INFINITY, f32::max)
}
