//! Distributions of the samples: the share of samples up to each time, of both sides where there are two.

use accel_bench_record::{CaseRecord, stats};

use super::Runs;
use crate::chart::{Axis, Chart, Line, Plot, Point, Shape, Spacing};
use crate::document::Section;
use crate::plain::plain;

/// As many charts as a reader looks at; in a comparison, of the cases that moved most.
const CHARTS: usize = 24;
/// Steps of a curve: more are narrower than a pixel is worth.
const STEPS: usize = 80;
/// Slower samples than this quantile are outside of a chart: one of them would leave no room for the rest.
const SHOWN: f64 = 0.99;

pub(super) fn section(runs: Runs<'_>) -> Section {
    let mut cases: Vec<_> = runs.run.cases.iter().filter(|case| case.status.is_ok()).collect();
    let other = |case: &CaseRecord| runs.baseline.and_then(|baseline| baseline.case(&case.id));
    cases.sort_by(|one, use_other| moved(use_other, other(use_other)).total_cmp(&moved(one, other(one))));
    let section = Section::new("distributions", "Distributions of samples");
    let charts: Vec<_> = cases.iter().take(CHARTS).filter_map(|case| chart(case, other(case))).collect();
    if charts.is_empty() {
        return section;
    }
    let order = if runs.baseline.is_some() { ", those that moved most first" } else { "" };
    let left_out = cases.len().saturating_sub(CHARTS);
    let of = if left_out > 0 { format!(" {CHARTS} of {} cases{order}.", cases.len()) } else { String::new() };
    section
        .text(format!(
            "The share of samples that took at most as long as the axis says, up to the 99th percentile.{of}"
        ))
        .figure(charts)
}

/// How far apart the medians of both sides are, as a logarithm.
fn moved(case: &CaseRecord, other: Option<&CaseRecord>) -> f64 {
    let median = |case: &CaseRecord| stats::median(&case.process_medians());
    let ratio = other.and_then(|other| Some(median(case)? / median(other)?));
    ratio.map_or(0.0, |ratio| ratio.ln().abs())
}

fn samples(case: &CaseRecord) -> Vec<f64> {
    let mut all: Vec<f64> =
        case.processes.iter().flat_map(|process| process.samples.per_iteration()).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn line(name: &str, case: &CaseRecord) -> Option<Line> {
    let samples = samples(case);
    let last = samples.len().checked_sub(1).filter(|last| *last > 0)?;
    let steps = STEPS.min(last);
    let point = |step: usize| {
        let share = step as f64 / steps as f64 * SHOWN;
        Point { x: samples[(share * last as f64).round() as usize], y: share, low: None, high: None }
    };
    let points = (0..=steps).map(point).collect();
    Some(Line { name: name.to_owned(), points, shape: Shape::Steps })
}

fn chart(case: &CaseRecord, other: Option<&CaseRecord>) -> Option<Chart> {
    let own = line("candidate", case)?;
    let lines = other.and_then(|other| line("baseline", other)).into_iter().chain([own]).collect();
    let x = Axis {
        title: "latency".to_owned(),
        unit: "ns".to_owned(),
        spacing: Spacing::Close,
        ticks: Vec::new(),
    };
    let y = Axis { title: "share of samples".to_owned(), ..Axis::default() };
    Some(Chart::plot(plain(&case.id.to_string()), Plot { x, y, lines, marks: Vec::new() }))
}
