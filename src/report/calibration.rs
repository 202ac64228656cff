//! How good the verdicts are, as calibration found.

use std::io::{self, Write};

use accel_bench::record::CalibrationRecord;
use serde::Serialize;

use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::plain::plain;
use super::{Format, amount, json};
use crate::compare::{Calibration, CaseCalibration, Power, QUIET, Share};

/// Writes a calibration; the forms for scripts hold what was tried itself.
pub(crate) fn calibration(
    record: &CalibrationRecord,
    found: &Calibration,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => terminal(record, found, width),
        Format::Markdown => markdown(record, found),
        Format::Json => json::pretty("calibration", record)?,
        Format::Jsonl => record
            .comparisons
            .iter()
            .map(|trial| json::line("comparison", trial))
            .collect::<Result<_, _>>()?,
        Format::Csv => csv(record)?,
    };
    to.write_all(text.as_bytes())
}

const COLUMNS: [(&str, Align); 5] = [
    ("noise floor", Align::Right),
    ("false alarms", Align::Right),
    ("same", Align::Right),
    ("found", Align::Left),
    ("pairs", Align::Right),
];

fn terminal(record: &CalibrationRecord, found: &Calibration, width: usize) -> String {
    let entry = |case: &CaseCalibration| Entry {
        path: plain(&case.case).split('/').map(str::to_owned).collect(),
        cells: cells(case, &found.power).to_vec(),
        ..Entry::default()
    };
    let entries: Vec<_> = found.cases.iter().map(entry).collect();
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries }.render(width);
    let lines = summary(record, found).into_iter().map(|[what, value]| format!("{what}: {value}"));
    let lines: String =
        lines.flat_map(|line| indented(&line, 0, width, ' ')).map(|line| line + "\n").collect();
    format!("{ledger}\n{lines}")
}

fn markdown(record: &CalibrationRecord, found: &Calibration) -> String {
    let [floor, alarms, same, power, pairs] = COLUMNS;
    let row = |case: &CaseCalibration| {
        let [floor, alarms, same, power, pairs] = cells(case, &found.power);
        [case.case.clone(), floor, alarms, same, power, pairs]
    };
    let rows: Vec<_> = found.cases.iter().map(row).collect();
    let cases = table([("case", Align::Left), floor, alarms, same, power, pairs], &rows);
    let summary = table([("what", Align::Left), ("measured", Align::Left)], &summary(record, found));
    format!("{summary}\n{cases}")
}

fn cells(case: &CaseCalibration, power: &[Power]) -> [String; 5] {
    let of = |share: &Share| format!("{}/{}", share.count, share.of);
    let found = power.iter().zip(&case.found).filter(|(_, share)| share.of > 0);
    let found: Vec<_> =
        found.map(|(power, share)| format!("{} {}", amount::percent(power.slowdown), of(share))).collect();
    [
        case.floor.map_or_else(|| "—".to_owned(), |floor| format!("±{:.2} %", floor * 100.0)),
        of(&case.false_alarms),
        of(&case.same),
        found.join(", "),
        format!("{:.0}", case.pairs),
    ]
}

/// What was tried and what came of it, in pairs of words.
fn summary(record: &CalibrationRecord, found: &Calibration) -> Vec<[String; 2]> {
    let mut lines = vec![
        ["machine".to_owned(), format!("{}, {}", plain(&record.machine), plain(&record.rustc))],
        ["tolerance".to_owned(), amount::percent(record.tolerance)],
        ["false alarms in rows of identical code".to_owned(), share(&found.false_alarms)],
        ["comparisons of identical code with any".to_owned(), share(&found.alarmed)],
    ];
    for power in &found.power {
        let told = power.told.map(|told| format!(", told as {:+.2} %", told * 100.0)).unwrap_or_default();
        let quiet = amount::percent(QUIET);
        lines.push([
            format!("found of {} more work", amount::percent(power.slowdown)),
            format!(
                "{} where the floor is under {quiet}{told}; {} in all",
                share(&power.quiet),
                share(&power.all)
            ),
        ]);
    }
    let seconds =
        |seconds: Option<f64>| seconds.map_or_else(|| "—".to_owned(), |value| format!("{value:.2} s"));
    lines.push([
        "time a row, both sides".to_owned(),
        format!(
            "{} of samples, {} with starting, setting up and warming up",
            seconds(found.sampled_seconds_a_row),
            seconds(found.seconds_a_row)
        ),
    ]);
    lines
}

/// `3 of 2000 (0.2 %; 0.0 to 0.4 %)`, the interval at 95 %.
fn share(share: &Share) -> String {
    if share.of == 0 {
        return "none tried".to_owned();
    }
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    let interval = share
        .interval
        .map(|interval| format!("; {} to {} %", percent(interval.low), percent(interval.high)))
        .unwrap_or_default();
    let part = share.count as f64 / share.of as f64;
    format!("{} of {} ({} %{interval})", share.count, share.of, percent(part))
}

/// One row of one comparison.
#[derive(Serialize)]
struct CsvRow<'a> {
    comparison: usize,
    case: &'a str,
    slowdown_share: f64,
    verdict: accel_bench::record::TrialVerdict,
    pairs: usize,
    effect_log: Option<f64>,
    sampled_s: f64,
}

fn csv(record: &CalibrationRecord) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (comparison, trial) in record.comparisons.iter().enumerate() {
        for row in &trial.rows {
            writer.serialize(CsvRow {
                comparison,
                case: &row.case,
                slowdown_share: row.slowdown,
                verdict: row.verdict,
                pairs: row.log_ratios.len(),
                effect_log: accel_bench::stats::mean(&row.log_ratios),
                sampled_s: row.sampled_seconds,
            })?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
