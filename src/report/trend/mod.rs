//! Trends: a line a series, what happened to many at once, and one series drawn.

mod document;
mod page;
mod plot;
mod spark;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use accel_bench_history::{Change, Event, Missing, Trend, Way, events, missing};
use accel_bench_record::CaseKey;

use super::{Format, json};
pub(crate) use page::section as trend_section;

use document::{EventDocument, MissingDocument, TrendDocument};

/// Which part of the line of commits is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    All,
    /// After this position.
    Since(usize),
    /// The last measured commits.
    Last(usize),
}

/// Everything that is shown of some series.
#[derive(Debug)]
pub(crate) struct TrendReport {
    trends: Vec<Trend>,
    events: Vec<Event>,
    missing: Vec<Missing>,
    /// Full hashes by position; empty outside git.
    line: Vec<String>,
    /// The first position that is shown.
    from: usize,
    /// By trend: the smallest change that matters, as a share.
    tolerances: Vec<f64>,
    /// Rows need their machine class and kind of build to be distinguished.
    has_several_machines: bool,
    has_several_metrics: bool,
}

impl TrendReport {
    pub(crate) fn new(
        trends: Vec<Trend>,
        line: Option<&[String]>,
        span: Span,
        tolerance: &dyn Fn(&CaseKey) -> f64,
    ) -> Self {
        let from = from(&trends, span);
        let all: Vec<_> = trends.iter().map(|trend| &trend.series).collect();
        let missing = missing(&all);
        let events = events(&trends).into_iter().filter(|event| event.latest >= from).collect();
        let tolerances = trends.iter().map(|trend| tolerance(&trend.series.key.case)).collect();
        let line = line.unwrap_or_default().to_vec();
        let differ = |one: &Trend, other: &Trend| {
            let [one, other] = [one, other].map(|trend| &trend.series.key);
            (one.machine != other.machine || one.steady != other.steady, one.metric != other.metric)
        };
        let pairs: Vec<_> = trends.windows(2).map(|pair| differ(&pair[0], &pair[1])).collect();
        let has_several_machines = pairs.iter().any(|(machines, _)| *machines);
        let has_several_metrics = pairs.iter().any(|(_, metrics)| *metrics);
        Self { trends, events, missing, line, from, tolerances, has_several_machines, has_several_metrics }
    }

    /// Returns whether a change that is shown is a regression.
    pub(crate) fn has_regressed(&self) -> bool {
        self.trends.iter().zip(&self.tolerances).any(|(trend, tolerance)| {
            self.shown(trend)
                .iter()
                .any(|change| change.size() > *tolerance && change.way(trend.series.better) == Way::Worse)
        })
    }

    /// The changes in the part that is shown.
    fn shown<'t>(&self, trend: &'t Trend) -> Vec<&'t Change> {
        let is_in = |change: &&Change| trend.series.points[change.point.latest].position >= self.from;
        trend.changes.iter().filter(is_in).collect()
    }

    /// The first nine digits of the commit at a position, or the number of the run.
    fn commit(&self, position: usize) -> String {
        let commit = self.line.get(position).map(|commit| commit.chars().take(9).collect());
        commit.unwrap_or_else(|| format!("run {}", position + 1))
    }
}

/// The first position of the span.
fn from(trends: &[Trend], span: Span) -> usize {
    match span {
        Span::All => 0,
        Span::Since(position) => position + 1,
        Span::Last(count) => {
            let points = trends.iter().flat_map(|trend| &trend.series.points);
            let mut positions: Vec<_> = points.map(|point| point.position).collect();
            positions.sort_unstable();
            positions.dedup();
            positions[positions.len().saturating_sub(count)..].first().copied().unwrap_or_default()
        }
    }
}

/// Trends as a page of their own.
pub(crate) fn trend_page(report: &TrendReport, to: &mut dyn Write) -> io::Result<()> {
    super::page::single("Trends", page::section(report), to)
}

pub(crate) fn trend(
    report: &TrendReport,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let documents = || TrendDocument::all(report);
    let text = match format {
        Format::Table => match report.trends.as_slice() {
            [only] => table::table(report, width) + &plot::plot(report, only, width),
            _ => table::table(report, width),
        },
        Format::Markdown => table::markdown(report),
        Format::Json => {
            let body = document::Document {
                series: documents(),
                events: EventDocument::all(report),
                missing: MissingDocument::all(report),
            };
            json::pretty("trends", body)?
        }
        Format::Jsonl => {
            documents().iter().map(|row| json::line("trend", row)).collect::<Result<String, _>>()?
        }
        Format::Csv => document::csv(&documents())?,
    };
    to.write_all(text.as_bytes())
}
