//! Trends for scripts.

use std::io;

use accel_bench_history::{Cause, Change, Event, Missing, Trend, Way};
use serde::Serialize;

use super::TrendReport;
use crate::report::plain::plain;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) series: Vec<TrendDocument<'a>>,
    pub(super) events: Vec<EventDocument>,
    pub(super) missing: Vec<MissingDocument<'a>>,
}

#[derive(Serialize)]
pub(super) struct TrendDocument<'a> {
    case: String,
    metric: &'a str,
    unit: &'a str,
    machine: &'a str,
    steady: bool,
    commits: usize,
    /// The benchmark's version, where it is known, and the commits before that measured another.
    version: Option<&'a str>,
    other_versions: usize,
    level: Option<f64>,
    noise_share: Option<f64>,
    spikes: Vec<String>,
    changes: Vec<ChangeDocument<'a>>,
}

#[derive(Serialize)]
pub(super) struct ChangeDocument<'a> {
    /// The full hash of the first commit at the new level, or the run's id.
    commit: &'a str,
    subject: Option<&'a str>,
    /// The last commit that is surely at the old level, and the first that is surely at the new one.
    after: Option<String>,
    until: String,
    /// New level / old level.
    ratio: f64,
    /// In standard errors.
    score: f64,
    /// `worse`, `better`, `other`.
    way: &'static str,
    /// Beyond the tolerance.
    regressed: bool,
    /// Setup differences at the same place.
    setup: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct EventDocument {
    after: Option<String>,
    until: String,
    setup: Vec<String>,
    series: Vec<EventSeries>,
}

#[derive(Serialize)]
pub(super) struct EventSeries {
    case: String,
    metric: String,
    machine: String,
    ratio: f64,
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(super) enum MissingDocument<'a> {
    Series { case: String, metric: &'a str, machine: &'a str, last: String, status: &'a str },
    Machine { machine: &'a str, last: String, since: usize },
}

impl<'a> TrendDocument<'a> {
    pub(super) fn all(report: &'a TrendReport) -> Vec<Self> {
        report
            .trends
            .iter()
            .zip(&report.tolerances)
            .map(|(trend, gate)| Self::of(report, trend, *gate))
            .collect()
    }

    fn of(report: &'a TrendReport, trend: &'a Trend, tolerance: f64) -> Self {
        let key = &trend.series.key;
        let shown = report.shown(trend);
        Self {
            case: key.case.to_string(),
            metric: &key.metric,
            unit: &trend.series.unit,
            machine: &key.machine,
            steady: key.steady,
            commits: trend.series.points.len(),
            version: trend.series.version.as_deref(),
            other_versions: trend.series.other_versions,
            level: trend.level,
            noise_share: trend.noise,
            spikes: trend.spikes.iter().map(|at| trend.series.points[*at].run.name().to_owned()).collect(),
            changes: shown
                .iter()
                .map(|change| ChangeDocument::of(report, trend, change, tolerance))
                .collect(),
        }
    }
}

impl<'a> ChangeDocument<'a> {
    fn of(report: &TrendReport, trend: &'a Trend, change: &'a Change, tolerance: f64) -> Self {
        let points = &trend.series.points;
        let run = &points[change.point.index].run;
        let way = change.way(trend.series.better);
        let before = change.point.earliest.checked_sub(1);
        Self {
            commit: run.commit.as_deref().unwrap_or(&run.run),
            subject: run.subject.as_deref(),
            after: before.map(|before| report.commit(points[before].position)),
            until: report.commit(points[change.point.latest].position),
            ratio: change.point.ratio,
            score: change.point.score,
            way: match way {
                Way::Worse => "worse",
                Way::Better => "better",
                Way::Other => "other",
            },
            regressed: way == Way::Worse && change.size() > tolerance,
            setup: setup(&change.cause).iter().map(String::as_str).collect(),
        }
    }
}

fn setup(cause: &Cause) -> &[String] {
    match cause {
        Cause::Commits => &[],
        Cause::Setup(differences) => differences,
    }
}

impl EventDocument {
    pub(super) fn all(report: &TrendReport) -> Vec<Self> {
        report.events.iter().map(|event| Self::of(report, event)).collect()
    }

    fn of(report: &TrendReport, event: &Event) -> Self {
        let series = event.changes.iter().map(|(trend, change)| {
            let trend = &report.trends[*trend];
            let key = &trend.series.key;
            EventSeries {
                case: key.case.to_string(),
                metric: key.metric.clone(),
                machine: key.machine.clone(),
                ratio: trend.changes[*change].point.ratio,
            }
        });
        Self {
            after: event.earliest.checked_sub(1).map(|before| report.commit(before)),
            until: report.commit(event.latest),
            setup: setup(&event.cause).to_vec(),
            series: series.collect(),
        }
    }
}

impl<'a> MissingDocument<'a> {
    pub(super) fn all(report: &'a TrendReport) -> Vec<Self> {
        let of = |missing: &'a Missing| match missing {
            Missing::Series { series, last, status } => {
                let key = &report.trends[*series].series.key;
                let (case, last) = (key.case.to_string(), report.commit(*last));
                Self::Series { case, metric: &key.metric, machine: &key.machine, last, status }
            }
            Missing::Machine { machine, last, since } => {
                Self::Machine { machine, last: report.commit(*last), since: *since }
            }
        };
        report.missing.iter().map(of).collect()
    }
}

/// A line a series, with its last change.
pub(super) fn csv(rows: &[TrendDocument<'_>]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "case",
        "metric",
        "unit",
        "machine",
        "steady",
        "commits",
        "level",
        "noise_share",
        "spikes",
        "changes",
        "last_commit",
        "last_after",
        "last_until",
        "last_ratio",
        "last_way",
        "last_setup",
    ])?;
    for row in rows {
        let last = row.changes.last();
        let of_last = |field: &dyn Fn(&ChangeDocument<'_>) -> String| last.map(field).unwrap_or_default();
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let fields = [
            row.case.clone(),
            row.metric.to_owned(),
            row.unit.to_owned(),
            row.machine.to_owned(),
            row.steady.to_string(),
            row.commits.to_string(),
            number(row.level),
            number(row.noise_share),
            row.spikes.len().to_string(),
            row.changes.len().to_string(),
            of_last(&|change| change.commit.to_owned()),
            of_last(&|change| change.after.clone().unwrap_or_default()),
            of_last(&|change| change.until.clone()),
            of_last(&|change| change.ratio.to_string()),
            of_last(&|change| change.way.to_owned()),
            of_last(&|change| change.setup.join("; ")),
        ];
        writer.write_record(fields.iter().map(|field| plain(field)))?;
    }
    crate::report::sheet::text(writer)
}
