//! How small a change can be seen, as `noise` found.

use std::io::{self, Write};

use accel_bench_engine::compare::{CaseNoise, EFFECT_LEVEL, NOISE_POWER};
use accel_bench_record::units::Nanos;
use serde::Serialize;

use super::ledger::{Entry, Ledger, footed};
use super::markdown::{Align, table};
use super::plain::plain;
use super::{Format, json, sheet};

const COLUMNS: [(&str, Align); 4] = [
    ("pairs", Align::Right),
    ("a pair", Align::Right),
    ("spread", Align::Right),
    ("found in 1 s", Align::Right),
];

/// One case, for scripts.
#[derive(Serialize)]
struct CaseDocument<'a> {
    case: &'a str,
    pairs: usize,
    pair_seconds: f64,
    spread_share: Option<f64>,
    found_share: Option<f64>,
}

/// All of them.
#[derive(Serialize)]
struct Document<'a> {
    level: f64,
    power: f64,
    cases: Vec<CaseDocument<'a>>,
}

pub(crate) fn noise(found: &[CaseNoise], format: Format, width: usize, to: &mut dyn Write) -> io::Result<()> {
    let documents = || found.iter().map(CaseDocument::of).collect::<Vec<_>>();
    let text = match format {
        Format::Table => terminal(found, width),
        Format::Markdown => {
            let row = |case: &CaseNoise| [vec![case.case.clone()], cells(case).to_vec()].concat();
            let rows: Vec<[String; 5]> = found.iter().filter_map(|case| row(case).try_into().ok()).collect();
            let [pairs, pair, spread, seen] = COLUMNS;
            table([("case", Align::Left), pairs, pair, spread, seen], &rows)
        }
        Format::Json => {
            let document = Document { level: EFFECT_LEVEL, power: NOISE_POWER, cases: documents() };
            json::pretty("noise", document)?
        }
        Format::Jsonl => {
            documents().iter().map(|case| json::line("noise", case)).collect::<Result<String, _>>()?
        }
        Format::Csv => sheet::lines(&documents())?,
    };
    to.write_all(text.as_bytes())
}

impl<'a> CaseDocument<'a> {
    fn of(case: &'a CaseNoise) -> Self {
        Self {
            case: &case.case,
            pairs: case.pairs,
            pair_seconds: case.seconds_a_pair,
            spread_share: case.spread,
            found_share: case.found,
        }
    }
}

fn terminal(found: &[CaseNoise], width: usize) -> String {
    let entry = |case: &CaseNoise| Entry {
        path: plain(&case.case).split('/').map(str::to_owned).collect(),
        cells: cells(case).to_vec(),
        ..Entry::default()
    };
    let entries = found.iter().map(entry).collect();
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries, heading: 1 }.render(width);
    let legend = format!(
        "found in 1 s: the smallest change that one second of samples, both sides together, finds in {:.0} of 100 \
         comparisons, beyond a {:.0} % interval; at least 6 process pairs",
        NOISE_POWER * 100.0,
        EFFECT_LEVEL * 100.0
    );
    footed(&ledger, &[legend], width)
}

fn cells(case: &CaseNoise) -> [String; 4] {
    let share =
        |share: Option<f64>| share.map_or_else(|| "—".to_owned(), |share| format!("±{:.2} %", share * 100.0));
    let pair = Nanos::new(case.seconds_a_pair * 1e9).map_or_else(|| "—".to_owned(), |time| time.to_string());
    [case.pairs.to_string(), pair, share(case.spread), share(case.found).replace('±', "")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(format: Format, width: usize) -> String {
        let case = |name: &str, found| CaseNoise {
            case: name.to_owned(),
            pairs: 24,
            seconds_a_pair: 0.04,
            spread: Some(0.0042),
            found,
        };
        let found = [case("kernels/matmul/n=64@ndarray", Some(0.0051)), case("kernels/sort@host", None)];
        let mut text = Vec::new();
        noise(&found, format, width, &mut text).expect("a vector takes all");
        let text = String::from_utf8(text).expect("UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_table_of_80_columns() {
        insta::assert_snapshot!(render(Format::Table, 80), @"
        case                   pairs    a pair   spread  found in 1 s
        kernels
          matmul/n=64@ndarray     24  40.00 ms  ±0.42 %        0.51 %
          sort@host               24  40.00 ms  ±0.42 %             —

        found in 1 s: the smallest change that one second of samples, both sides
          together, finds in 80 of 100 comparisons, beyond a 99 % interval; at least 6
          process pairs
        ");
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(Format::Csv, 80), @"
        case,pairs,pair_seconds,spread_share,found_share
        kernels/matmul/n=64@ndarray,24,0.04,0.0042,0.0051
        kernels/sort@host,24,0.04,0.0042,
        ");
        insta::assert_snapshot!(render(Format::Jsonl, 80), @r#"
        {"format":1,"kind":"noise","case":"kernels/matmul/n=64@ndarray","pairs":24,"pair_seconds":0.04,"spread_share":0.0042,"found_share":0.0051}
        {"format":1,"kind":"noise","case":"kernels/sort@host","pairs":24,"pair_seconds":0.04,"spread_share":0.0042,"found_share":null}
        "#);
        insta::assert_snapshot!(render(Format::Markdown, 80), @"
        | case | pairs | a pair | spread | found in 1 s |
        | --- | ---: | ---: | ---: | ---: |
        | kernels/matmul/n=64&#64;ndarray | 24 | 40.00 ms | ±0.42 % | 0.51 % |
        | kernels/sort&#64;host | 24 | 40.00 ms | ±0.42 % | — |
        ");
        let json: serde_json::Value = serde_json::from_str(&render(Format::Json, 80)).expect("JSON");
        assert_eq!((&json["kind"], &json["cases"][0]["found_share"]), (&"noise".into(), &0.0051.into()));
    }
}
