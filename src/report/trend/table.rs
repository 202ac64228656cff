//! Trends for people.

use accel_bench_history::{Cause, Change, Event, Missing, Trend, Way};

use super::TrendReport;
use super::spark::spark;
use crate::report::amount::{amount, count};
use crate::report::ledger::{Column, Entry, Ledger, indented};
use crate::report::markdown::{self, Align};
use crate::report::paint::{Tone, heading};
use crate::report::plain::plain;

const COLUMNS: [Column<'static>; 3] =
    [("trend", Align::Left), ("level", Align::Right), ("last change", Align::Right)];

/// As many characters as leave room for a case's name in 80 columns.
const SPARK: usize = 16;

/// More names in one line say no more.
const NAMED: usize = 3;

pub(super) fn table(report: &TrendReport, width: usize) -> String {
    let entries = report.trends.iter().map(|trend| entry(report, trend)).collect();
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries, heading: 1 };
    let mut text = ledger.render(width);
    let paragraphs = [("Events", events(report)), ("Missing", missing(report))];
    for (title, lines) in paragraphs.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("\n{}\n", heading(title)));
        let lines = lines.iter().flat_map(|line| indented(line, 1, width, ' '));
        lines.for_each(|line| text.push_str(&format!("{line}\n")));
    }
    text
}

fn entry(report: &TrendReport, trend: &Trend) -> Entry {
    let last = report.shown(trend).into_iter().next_back();
    let tone = match last.map(|change| change.way(trend.series.better)) {
        Some(Way::Worse) => Tone::Bad,
        Some(Way::Better) => Tone::Good,
        Some(Way::Other) | None => Tone::Plain,
    };
    let notes = notes(report, trend).into_iter().map(|note| (Tone::Dim, note)).collect();
    Entry { path: path(report, trend), cells: cells(report, trend).to_vec(), tone, notes }
}

/// The name in segments: what all rows share is left out.
pub(super) fn path(report: &TrendReport, trend: &Trend) -> Vec<String> {
    let key = &trend.series.key;
    let mut path: Vec<String> = plain(&key.case.to_string()).split('/').map(str::to_owned).collect();
    if report.has_several_metrics {
        path.push(plain(&key.metric));
    }
    if report.has_several_machines {
        let build = if key.steady { "steady" } else { "as built" };
        path.push(format!("{} {build}", plain(&key.machine)));
    }
    path
}

fn cells(report: &TrendReport, trend: &Trend) -> [String; 3] {
    let values: Vec<f64> = trend
        .series
        .points
        .iter()
        .filter(|point| point.position >= report.from)
        .map(|point| point.value)
        .collect();
    let level = trend.level.map(|level| amount(level, &trend.series.unit)).unwrap_or_default();
    let noise = trend.noise.map(|noise| format!(" ±{:.1} %", noise * 100.0)).unwrap_or_default();
    let change = report.shown(trend).into_iter().next_back();
    let change = change.map(|change| shown(change, trend)).unwrap_or_default();
    [spark(&values, SPARK), level + &noise, change]
}

/// `+5.1 % ▲`
pub(super) fn shown(change: &Change, trend: &Trend) -> String {
    let share = (change.point.ratio - 1.0) * 100.0;
    let mark = match change.way(trend.series.better) {
        Way::Worse => " ▲",
        Way::Better => " ▼",
        Way::Other => "",
    };
    format!("{share:+.1} %{mark}")
}

/// The commit of the last change, and what is unsure.
pub(super) fn notes(report: &TrendReport, trend: &Trend) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(change) = report.shown(trend).into_iter().next_back() {
        let run = &trend.series.points[change.point.index].run;
        let subject =
            run.subject.as_deref().map(|subject| format!(" {}", plain(subject))).unwrap_or_default();
        notes.push(format!("since {}{subject}{}", run.name(), range(report, trend, change)));
        match &change.cause {
            Cause::Setup(differences) => notes.push(plain(&differences.join("; "))),
            Cause::Commits => notes.extend(search(report, trend, change)),
        }
    }
    if trend.series.other_versions > 0 {
        let version = trend.series.version.as_deref().map(plain).unwrap_or_default();
        let commits = count(trend.series.other_versions, "commit");
        notes.push(format!("version {version} of the benchmark; {commits} before measured another"));
    }
    let mut unsure = Vec::new();
    if trend.changes.len() > 1 {
        unsure.push(count(trend.changes.len(), "change"));
    }
    let is_shown = |at: &&usize| trend.series.points[**at].position >= report.from;
    let spikes = trend.spikes.iter().filter(is_shown).count();
    if spikes > 0 {
        unsure.push(count(spikes, "spike"));
    }
    if trend.series.points.len() < FEW {
        unsure.push(format!(
            "{} measured, too few to find changes",
            count(trend.series.points.len(), "commit")
        ));
    }
    let absences = trend.series.absences.iter().filter(|absence| absence.position >= report.from).count();
    if absences > 0 {
        unsure.push(format!("no result at {}", count(absences, "commit")));
    }
    if !unsure.is_empty() {
        notes.push(unsure.join(", "));
    }
    notes
}

/// The command that finds the commit, where the place is unsure.
fn search(report: &TrendReport, trend: &Trend, change: &Change) -> Option<String> {
    let position = |at: usize| trend.series.points[at].position;
    let before = position(change.point.earliest.checked_sub(1)?);
    let after = position(change.point.latest);
    let is_searched =
        after - before > 1 && !report.line.is_empty() && change.way(trend.series.better) == Way::Worse;
    let case = plain(&trend.series.key.case.to_string());
    let (before, after) = (report.commit(before), report.commit(after));
    is_searched.then(|| format!("cargo accel-bench bisect {case} {before} {after}"))
}

/// Two levels need five values each.
const FEW: usize = 10;

/// ` (or 3 commits around it: one..other)`, where the place is unsure.
fn range(report: &TrendReport, trend: &Trend, change: &Change) -> String {
    let position = |at: usize| trend.series.points[at].position;
    let Some(before) = change.point.earliest.checked_sub(1).map(position) else { return String::new() };
    let candidates = position(change.point.latest) - before;
    if candidates <= 1 {
        return String::new();
    }
    let (from, to) = (report.commit(before), report.commit(position(change.point.latest)));
    format!(" ({candidates} commits may have caused it: {from}..{to})")
}

/// Changes of several series at once, a line each.
pub(super) fn events(report: &TrendReport) -> Vec<String> {
    report
        .events
        .iter()
        .filter(|event| event.changes.len() > 1)
        .map(|event| of_event(report, event))
        .collect()
}

fn of_event(report: &TrendReport, event: &Event) -> String {
    let changes: Vec<_> = event
        .changes
        .iter()
        .map(|(trend, change)| (&report.trends[*trend], &report.trends[*trend].changes[*change]))
        .collect();
    let shares = || changes.iter().map(|(_, change)| (change.point.ratio - 1.0) * 100.0);
    let low = shares().fold(f64::INFINITY, f64::min);
    let high = shares().fold(f64::NEG_INFINITY, f64::max);
    let commits = if event.earliest >= event.latest {
        report.commit(event.latest)
    } else {
        format!("{}..{}", report.commit(event.earliest.saturating_sub(1)), report.commit(event.latest))
    };
    let mut names: Vec<_> =
        changes.iter().take(NAMED).map(|(trend, _)| plain(&trend.series.key.case.to_string())).collect();
    if changes.len() > NAMED {
        names.push("…".to_owned());
    }
    let cause = match &event.cause {
        Cause::Commits => String::new(),
        Cause::Setup(differences) => format!(" with {}", plain(&differences.join("; "))),
    };
    let what = count(changes.len(), "series").replace("serieses", "series");
    format!("{commits}: {what} changed by {low:+.1} to {high:+.1} %{cause}: {}", names.join(", "))
}

pub(super) fn missing(report: &TrendReport) -> Vec<String> {
    let line = |missing: &Missing| match missing {
        Missing::Series { series, last, status } => {
            let key = &report.trends[*series].series.key;
            let case = plain(&key.case.to_string());
            format!("{case} has no {} since {} ({status})", plain(&key.metric), report.commit(*last))
        }
        Missing::Machine { machine, last, since } => format!(
            "{} measured nothing since {}; others measured {}",
            plain(machine),
            report.commit(*last),
            count(*since, "commit")
        ),
    };
    report.missing.iter().map(line).collect()
}

pub(super) fn markdown(report: &TrendReport) -> String {
    let row = |trend: &Trend| {
        let [spark, level, change] = cells(report, trend);
        [path(report, trend).join("/"), spark, level, change, notes(report, trend).join("; ")]
    };
    let rows: Vec<_> = report.trends.iter().map(row).collect();
    let [trend, level, change] = COLUMNS;
    let table = markdown::table([("case", Align::Left), trend, level, change, ("since", Align::Left)], &rows);
    let lines = events(report).into_iter().chain(missing(report));
    let lines: String = lines.map(|line| format!("- {}\n", markdown::escape(&line))).collect();
    if lines.is_empty() { table } else { format!("{table}\n{lines}") }
}
