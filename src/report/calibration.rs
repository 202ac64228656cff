//! How good the verdicts are, as calibration found.

use std::io::{self, Write};

use accel_bench_record::CalibrationRecord;
use serde::Serialize;

use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::plain::plain;
use super::{Format, amount, json};
use accel_bench_engine::compare::{Calibration, CaseCalibration, Power, QUIET, Share};

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
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries, heading: 1 }.render(width);
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
    let mut slowdowns: Vec<f64> = power.iter().map(|power| power.slowdown).collect();
    slowdowns.dedup();
    let found = slowdowns.into_iter().zip(&case.found).filter(|(_, share)| share.of > 0);
    let found: Vec<_> =
        found.map(|(slowdown, share)| format!("{} {}", amount::percent(slowdown), of(share))).collect();
    [
        case.floor.map_or_else(|| "—".to_owned(), |floor| format!("±{:.2} %", floor * 100.0)),
        of(&case.false_alarms),
        of(&case.same),
        found.join(", "),
        format!("{:.0}", case.pairs),
    ]
}

/// Returns what was tried and what came of it, in pairs of words.
fn summary(record: &CalibrationRecord, found: &Calibration) -> Vec<[String; 2]> {
    let mut lines = vec![
        ["machine".to_owned(), format!("{}, {}", plain(&record.machine), plain(&record.rustc))],
        ["tolerance".to_owned(), amount::percent(record.tolerance)],
        ["false alarms in rows of identical code".to_owned(), share(&found.false_alarms)],
        ["comparisons of identical code with any".to_owned(), share(&found.alarmed)],
        ["false alarms with functions at other addresses".to_owned(), share(&found.moved_false_alarms)],
        ["comparisons of such with any".to_owned(), share(&found.moved_alarmed)],
    ];
    for power in &found.power {
        let told = power.told.map(|told| format!(", told as {:+.2} %", told * 100.0)).unwrap_or_default();
        let quiet = amount::percent(QUIET);
        lines.push([
            format!("found of {} more work{}", amount::percent(power.slowdown), where_slowed(power)),
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

fn where_slowed(power: &Power) -> &'static str {
    if power.few { " in one case of ten" } else { "" }
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
    moved: bool,
    verdict: accel_bench_record::TrialVerdict,
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
                moved: trial.moved,
                verdict: row.verdict,
                pairs: row.log_ratios.len(),
                effect_log: accel_bench_record::stats::mean(&row.log_ratios),
                sampled_s: row.sampled_seconds,
            })?;
        }
    }
    super::sheet::text(writer)
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{ComparisonTrial, RowTrial, TrialVerdict};

    use super::*;

    fn row(case: &str, slowdown: f64, effect: f64, verdict: TrialVerdict, pairs: usize) -> RowTrial {
        let log_ratios = vec![effect; pairs];
        let (case, win_rates) = (case.to_owned(), Vec::new());
        RowTrial { case, slowdown, log_ratios, win_rates, verdict, sampled_seconds: 0.25 }
    }

    fn record(comparisons: Vec<Vec<RowTrial>>) -> CalibrationRecord {
        CalibrationRecord {
            format: 1,
            machine: "epyc-2c-24g-1a2b3c".into(),
            started: "2026-11-21T09:30:45Z".into(),
            tool: "0.1.0".into(),
            rustc: "rustc 1.95.0".into(),
            tolerance: 0.005,
            comparisons: comparisons
                .into_iter()
                .map(|rows| ComparisonTrial { moved: false, seconds: 1.5, rows })
                .collect(),
        }
    }

    /// Six comparisons of identical code, in one of which a loud case was called faster, and two with 5 % more work.
    fn tried() -> CalibrationRecord {
        use TrialVerdict::{Improved, Regressed, Same, Undecided};
        let identical = |at: usize| {
            let sign = if at.is_multiple_of(2) { 1.0 } else { -1.0 };
            let verdict = if at == 3 { Improved } else { Undecided };
            vec![
                row("encoder/forward/model=bert-tiny@ndarray", 0.0, sign * 0.001, Same, 4),
                row("kernels/matmul/n=256@ndarray", 0.0, sign * 0.03, verdict, 24),
            ]
        };
        let slowed = |verdict: TrialVerdict| {
            vec![
                row("encoder/forward/model=bert-tiny@ndarray", 0.05, 0.049, Regressed, 10),
                row("kernels/matmul/n=256@ndarray", 0.05, 0.04, verdict, 36),
            ]
        };
        record((0..6).map(identical).chain([Regressed, Undecided].map(slowed)).collect())
    }

    /// Without colors, as in a pipe.
    fn render(record: &CalibrationRecord, format: Format, width: usize) -> String {
        let mut text = Vec::new();
        calibration(record, &Calibration::of(record), format, width, &mut text).expect("a vector takes all");
        let text = String::from_utf8(text).expect("reports are UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_table_of_80_columns() {
        insta::assert_snapshot!(render(&tried(), Format::Table, 80), @"
        case                       noise floor  false alarms  same  found    pairs
        encoder/forward
          model=bert-tiny@ndarray      ±0.20 %           0/6   6/6  5 % 2/2      4
        kernels/matmul
          n=256@ndarray                ±6.06 %           1/6   0/6  5 % 1/2     24

        machine: epyc-2c-24g-1a2b3c, rustc 1.95.0
        tolerance: 0.5 %
        false alarms in rows of identical code: 1 of 12 (8.3 %; 0.2 to 38.5 %)
        comparisons of identical code with any: 1 of 6 (16.7 %; 0.4 to 64.1 %)
        false alarms with functions at other addresses: none tried
        comparisons of such with any: none tried
        found of 5 % more work: 2 of 2 (100.0 %; 15.8 to 100.0 %) where the floor is
          under 1 %, told as +5.02 %; 3 of 4 (75.0 %; 19.4 to 99.4 %) in all
        time a row, both sides: 0.25 s of samples, 0.75 s with starting, setting up
          and warming up
        ");
    }

    #[test]
    fn a_table_of_50_columns() {
        insta::assert_snapshot!(render(&tried(), Format::Table, 50), @"
        encoder
          forward/model=bert-tiny@ndarray
            noise floor   ±0.20 %
            false alarms  0/6
            same          6/6
            found         5 % 2/2
            pairs         4
        kernels
          matmul/n=256@ndarray
            noise floor   ±6.06 %
            false alarms  1/6
            same          0/6
            found         5 % 1/2
            pairs         24

        machine: epyc-2c-24g-1a2b3c, rustc 1.95.0
        tolerance: 0.5 %
        false alarms in rows of identical code: 1 of 12
          (8.3 %; 0.2 to 38.5 %)
        comparisons of identical code with any: 1 of 6
          (16.7 %; 0.4 to 64.1 %)
        false alarms with functions at other addresses:
          none tried
        comparisons of such with any: none tried
        found of 5 % more work: 2 of 2 (100.0 %; 15.8 to
          100.0 %) where the floor is under 1 %, told as
          +5.02 %; 3 of 4 (75.0 %; 19.4 to 99.4 %) in all
        time a row, both sides: 0.25 s of samples, 0.75
          s with starting, setting up and warming up
        ");
    }

    #[test]
    fn markdown() {
        insta::assert_snapshot!(render(&tried(), Format::Markdown, 80), @"
        | what | measured |
        | --- | --- |
        | machine | epyc-2c-24g-1a2b3c, rustc 1.95.0 |
        | tolerance | 0.5 % |
        | false alarms in rows of identical code | 1 of 12 (8.3 %; 0.2 to 38.5 %) |
        | comparisons of identical code with any | 1 of 6 (16.7 %; 0.4 to 64.1 %) |
        | false alarms with functions at other addresses | none tried |
        | comparisons of such with any | none tried |
        | found of 5 % more work | 2 of 2 (100.0 %; 15.8 to 100.0 %) where the floor is under 1 %, told as +5.02 %; 3 of 4 (75.0 %; 19.4 to 99.4 %) in all |
        | time a row, both sides | 0.25 s of samples, 0.75 s with starting, setting up and warming up |

        | case | noise floor | false alarms | same | found | pairs |
        | --- | ---: | ---: | ---: | --- | ---: |
        | encoder/forward/model=bert-tiny&#64;ndarray | ±0.20 % | 0/6 | 6/6 | 5 % 2/2 | 4 |
        | kernels/matmul/n=256&#64;ndarray | ±6.06 % | 1/6 | 0/6 | 5 % 1/2 | 24 |
        ");
    }

    #[test]
    fn csv() {
        let text = render(&tried(), Format::Csv, 80);
        let (first, rest) = text.split_at(text.match_indices('\n').nth(2).expect("three lines").0);
        insta::assert_snapshot!(first, @"
        comparison,case,slowdown_share,moved,verdict,pairs,effect_log,sampled_s
        0,encoder/forward/model=bert-tiny@ndarray,0.0,false,same,4,0.001,0.25
        0,kernels/matmul/n=256@ndarray,0.0,false,undecided,24,0.030000000000000016,0.25
        ");
        assert_eq!(rest.trim_end().lines().count(), 15, "one line for each row of each comparison");
    }

    #[test]
    fn the_forms_for_scripts_hold_what_was_tried() {
        let json: serde_json::Value =
            serde_json::from_str(&render(&tried(), Format::Json, 80)).expect("one document");
        assert_eq!((&json["kind"], &json["format"]), (&"calibration".into(), &1.into()));
        assert_eq!(json["comparisons"].as_array().map(Vec::len), Some(8));
        let lines = render(&tried(), Format::Jsonl, 80);
        assert_eq!(lines.lines().count(), 8);
        for line in lines.lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("each line is a document");
            assert_eq!(
                (&line["kind"], line["rows"].as_array().map(Vec::len)),
                (&"comparison".into(), Some(2))
            );
        }
    }

    #[test]
    fn nothing_tried() {
        insta::assert_snapshot!(render(&record(vec![]), Format::Table, 80), @"

        machine: epyc-2c-24g-1a2b3c, rustc 1.95.0
        tolerance: 0.5 %
        false alarms in rows of identical code: none tried
        comparisons of identical code with any: none tried
        false alarms with functions at other addresses: none tried
        comparisons of such with any: none tried
        time a row, both sides: — of samples, — with starting, setting up and warming
          up
        ");
    }

    /// Four comparisons are too few for a floor, so that no case is known to be quiet.
    #[test]
    fn too_little_tried() {
        let mut few = tried();
        few.comparisons.drain(..3);
        insta::assert_snapshot!(render(&few, Format::Table, 120), @"
        case                               noise floor  false alarms  same  found    pairs
        encoder
          forward/model=bert-tiny@ndarray            —           0/3   3/3  5 % 2/2      4
        kernels
          matmul/n=256@ndarray                       —           1/3   0/3  5 % 1/2     24

        machine: epyc-2c-24g-1a2b3c, rustc 1.95.0
        tolerance: 0.5 %
        false alarms in rows of identical code: 1 of 6 (16.7 %; 0.4 to 64.1 %)
        comparisons of identical code with any: 1 of 3 (33.3 %; 0.8 to 90.6 %)
        false alarms with functions at other addresses: none tried
        comparisons of such with any: none tried
        found of 5 % more work: none tried where the floor is under 1 %; 3 of 4 (75.0 %; 19.4 to 99.4 %) in all
        time a row, both sides: 0.25 s of samples, 0.75 s with starting, setting up and warming up
        ");
    }

    #[test]
    fn hostile_names_stay_in_their_cells() {
        let hostile = record(vec![vec![row("a/x|y\u{1b}[2J@host", 0.0, 0.0, TrialVerdict::Same, 4)]]);
        assert!(render(&hostile, Format::Table, 80).contains(r"x|y\u{1b}[2J@host"));
        assert!(render(&hostile, Format::Markdown, 80).contains(r"x\|y"));
    }
}
