//! Snapshots of trends in each form.

use std::sync::Arc;

use accel_bench_history::detect::ChangePoint;
use accel_bench_history::{Absence, Cause, Change, LATENCY, Moment, Point, Series, SeriesKey, Setup, Trend};
use accel_bench_record::catalogue::TOKEN_RATE;
use accel_bench_record::{CaseKey, Direction, Params};

use super::super::Format;
use super::{Span, TrendReport, trend};
use crate::report::paint::bare;

/// Commits of the line.
const COMMITS: usize = 40;

fn commit(at: usize) -> String {
    format!("{:09x}{}", 0x4_f2c9_d1e0 * 0x10 + at * 0x111, "0".repeat(31))
}

fn moment(at: usize) -> Arc<Moment> {
    Arc::new(Moment {
        run: format!("20261128-0204{at:02}-3f9a"),
        commit: Some(commit(at)),
        subject: Some(format!("Change | number {at}")),
        started: "2026-11-28T02:04:05Z".into(),
        setup: Setup::default(),
        versions: Arc::default(),
    })
}

/// A series of one value for each of these positions: `before` up to the twentieth commit, `after` from there on.
fn stepped(name: &str, positions: &[usize], before: f64, after: f64) -> Series {
    let wobble = |at: usize| 1.0 + 0.002 * ((at * 7 % 5) as f64 - 2.0);
    let value = |at: usize| if at < 20 { before } else { after } * wobble(at);
    let point = |at: &usize| Point { position: *at, run: moment(*at), value: value(*at) };
    let case = CaseKey {
        bench: "encoder".into(),
        benchmark: name.into(),
        params: Params::new(),
        backend: "ndarray".into(),
    };
    Series {
        key: SeriesKey { case, metric: LATENCY.0.into(), machine: "epyc-2c".into(), steady: true },
        unit: LATENCY.1.into(),
        better: Direction::Lower,
        points: positions.iter().map(point).collect(),
        version: None,
        other_versions: 0,
        absences: Vec::new(),
    }
}

fn unchanged(series: Series) -> Trend {
    let level = series.points.last().map(|point| point.value);
    Trend { level, series, noise: Some(0.003), changes: Vec::new(), spikes: Vec::new() }
}

/// With a change at the value of this index, which the values place between two indices.
fn changed(series: Series, [earliest, index, latest]: [usize; 3], cause: Cause) -> Trend {
    let ratio = series.points[index].value / series.points[0].value;
    let point = ChangePoint { index, earliest, latest, ratio, score: 12.5 };
    Trend { changes: vec![Change { point, cause }], ..unchanged(series) }
}

fn all() -> Vec<usize> {
    (0..COMMITS).collect()
}

/// A regression, an improvement that came with a compiler, a case that stopped, and one that is too short.
fn several() -> Vec<Trend> {
    let slower = changed(stepped("attention", &all(), 52_000.0, 58_000.0), [20; 3], Cause::Commits);
    let every_third: Vec<usize> = (0..COMMITS).step_by(3).collect();
    let unsure = changed(stepped("matmul", &every_third, 3e6, 3.3e6), [6, 7, 8], Cause::Commits);
    let toolchain = Cause::Setup(vec!["toolchain: rustc 1.94.0 → rustc 1.95.0".into()]);
    let mut faster = changed(stepped("softmax", &all(), 900.0, 860.0), [20; 3], toolchain);
    faster.spikes = vec![4, 9];
    let stopped = unchanged(stepped("pooling", &all()[..30], 1e9, 1e9));
    let mut short = stepped("gelu", &[37, 38, 39], 40.0, 40.0);
    short.absences = vec![Absence { position: 36, run: moment(36), status: "panic".into() }];
    vec![slower, unsure, faster, stopped, unchanged(short)]
}

fn report(trends: Vec<Trend>, span: Span) -> TrendReport {
    let line: Vec<String> = (0..COMMITS).map(commit).collect();
    TrendReport::new(trends, Some(&line), span, &|_| 0.05)
}

fn render(report: &TrendReport, format: Format, width: usize) -> String {
    let mut text = Vec::new();
    trend(report, format, width, &mut text).expect("a vector takes all");
    String::from_utf8(text).expect("reports are UTF-8")
}

#[test]
fn a_table_of_80_columns() {
    insta::assert_snapshot!(bare(&render(&report(several(), Span::All), Format::Table, 80)), @"
    case                 trend                       level  last change
    encoder
      attention@ndarray  ▁▁▁▁▁▁▁▁████████  58.12 µs ±0.3 %    +11.5 % ▲
        since 4f2c9d335 Change | number 20
      matmul@ndarray     ▁▁▁▁▁▁▁███████    3.307 ms ±0.3 %    +10.4 % ▲
        since 4f2c9d346 Change | number 21 (9 commits may have caused it:
          4f2c9d2df..4f2c9d379)
        cargo accel-bench bisect encoder/matmul@ndarray 4f2c9d2df 4f2c9d379
      softmax@ndarray    ████████▁▁▁▁▁▁▁▁  861.7 ns ±0.3 %     -4.4 % ▼
        since 4f2c9d335 Change | number 20
        toolchain: rustc 1.94.0 → rustc 1.95.0
        2 spikes
      pooling@ndarray    ▄▅▅▄▅▅▅▅▄▅▅▄▅▅▅▅   1.002 s ±0.3 %
      gelu@ndarray       ▅▄▅               40.08 ns ±0.3 %
        3 commits measured, too few to find changes, no result at 1 commit

    Events
      4f2c9d335: 2 series changed by +10.4 to +11.5 %: encoder/attention@ndarray,
        encoder/matmul@ndarray

    Missing
      encoder/pooling@ndarray has no latency-ns since 4f2c9d3ce (missing)
    ");
}

#[test]
fn a_table_of_40_columns() {
    insta::assert_snapshot!(bare(&render(&report(several(), Span::All), Format::Table, 40)), @"
    encoder
      attention@ndarray
        trend        ▁▁▁▁▁▁▁▁████████
        level        58.12 µs ±0.3 %
        last change  +11.5 % ▲
        since 4f2c9d335 Change | number 20
      matmul@ndarray
        trend        ▁▁▁▁▁▁▁███████
        level        3.307 ms ±0.3 %
        last change  +10.4 % ▲
        since 4f2c9d346 Change | number 21
          (9 commits may have caused it:
          4f2c9d2df..4f2c9d379)
        cargo accel-bench bisect
          encoder/matmul@ndarray 4f2c9d2df
          4f2c9d379
      softmax@ndarray
        trend        ████████▁▁▁▁▁▁▁▁
        level        861.7 ns ±0.3 %
        last change  -4.4 % ▼
        since 4f2c9d335 Change | number 20
        toolchain: rustc 1.94.0 → rustc
          1.95.0
        2 spikes
      pooling@ndarray
        trend        ▄▅▅▄▅▅▅▅▄▅▅▄▅▅▅▅
        level        1.002 s ±0.3 %
      gelu@ndarray
        trend        ▅▄▅
        level        40.08 ns ±0.3 %
        3 commits measured, too few to
          find changes, no result at 1
          commit

    Events
      4f2c9d335: 2 series changed by +10.4
        to +11.5 %:
        encoder/attention@ndarray,
        encoder/matmul@ndarray

    Missing
      encoder/pooling@ndarray has no
        latency-ns since 4f2c9d3ce (missing)
    ");
}

#[test]
fn a_table_for_a_pull_request() {
    insta::assert_snapshot!(render(&report(several(), Span::All), Format::Markdown, 80), @r"
    | case | trend | level | last change | since |
    | --- | --- | ---: | ---: | --- |
    | encoder/attention&#64;ndarray | ▁▁▁▁▁▁▁▁████████ | 58.12 µs ±0.3 % | +11.5 % ▲ | since 4f2c9d335 Change \| number 20 |
    | encoder/matmul&#64;ndarray | ▁▁▁▁▁▁▁███████ | 3.307 ms ±0.3 % | +10.4 % ▲ | since 4f2c9d346 Change \| number 21 (9 commits may have caused it: 4f2c9d2df..4f2c9d379); cargo accel-bench bisect encoder/matmul&#64;ndarray 4f2c9d2df 4f2c9d379 |
    | encoder/softmax&#64;ndarray | ████████▁▁▁▁▁▁▁▁ | 861.7 ns ±0.3 % | -4.4 % ▼ | since 4f2c9d335 Change \| number 20; toolchain: rustc 1.94.0 → rustc 1.95.0; 2 spikes |
    | encoder/pooling&#64;ndarray | ▄▅▅▄▅▅▅▅▄▅▅▄▅▅▅▅ | 1.002 s ±0.3 % |  |  |
    | encoder/gelu&#64;ndarray | ▅▄▅ | 40.08 ns ±0.3 % |  | 3 commits measured, too few to find changes, no result at 1 commit |

    - 4f2c9d335: 2 series changed by +10.4 to +11.5 %: encoder/attention&#64;ndarray, encoder/matmul&#64;ndarray
    - encoder/pooling&#64;ndarray has no latency-ns since 4f2c9d3ce (missing)
    ");
}

#[test]
fn what_lies_before_the_span_is_not_shown() {
    let report = report(several(), Span::Last(10));
    assert!(!report.has_regressed(), "it lies twenty commits back");
    insta::assert_snapshot!(bare(&render(&report, Format::Table, 80)), @"
    case                 trend                 level  last change
    encoder
      attention@ndarray  ▄▅▅▄▅▄▅▅▄▅  58.12 µs ±0.3 %
      matmul@ndarray     ▄▄▅▅        3.307 ms ±0.3 %
      softmax@ndarray    ▄▅▅▄▅▄▅▅▄▅  861.7 ns ±0.3 %
      pooling@ndarray                 1.002 s ±0.3 %
      gelu@ndarray       ▅▄▅         40.08 ns ±0.3 %
        3 commits measured, too few to find changes, no result at 1 commit

    Missing
      encoder/pooling@ndarray has no latency-ns since 4f2c9d3ce (missing)
    ");
}

#[test]
fn machines_builds_and_metrics_are_told_apart_where_there_are_several() {
    let mut other = stepped("attention", &all(), 40_000.0, 40_000.0);
    other.key.machine = "xeon-8c".into();
    other.key.steady = false;
    let mut rate = changed(stepped("attention", &all(), 5e6, 4e6), [20; 3], Cause::Commits);
    rate.series.key.metric = TOKEN_RATE.name.into();
    (rate.series.unit, rate.series.better) = (TOKEN_RATE.unit.into(), TOKEN_RATE.better);
    let latency = unchanged(stepped("attention", &all(), 52_000.0, 52_000.0));
    let report = report(vec![latency, rate, unchanged(other)], Span::All);
    assert!(report.has_regressed(), "a rate that falls is worse");
    insta::assert_snapshot!(bare(&render(&report, Format::Table, 80)), @"
    case                           trend                        level  last change
    encoder/attention@ndarray
      latency-ns/epyc-2c steady    ▄▅▄▅▄▅▄▅▄▅▄▅▄▅▄▅   52.10 µs ±0.3 %
      tokens-per-s/epyc-2c steady  ████████▁▁▁▁▁▁▁▁  4.008 M/s ±0.3 %    -20.0 % ▲
        since 4f2c9d335 Change | number 20
      latency-ns/xeon-8c as built  ▄▅▄▅▄▅▄▅▄▅▄▅▄▅▄▅   40.08 µs ±0.3 %
    ");
}

#[test]
fn one_series_is_drawn() {
    let trends = several().into_iter().take(1).collect();
    insta::assert_snapshot!(bare(&render(&report(trends, Span::All), Format::Table, 60)), @"
        trend                       level  last change
    encoder
      attention@ndarray
        ▁▁▁▁▁▁▁▁████████  58.12 µs ±0.3 %    +11.5 % ▲
        since 4f2c9d335 Change | number 20

    58.23 µs
                          ⢀⠐ ⠁⠄⠂⡀⠐⠈⠠⠐ ⡀⠂⠁⠄⠐⢀⠐⠈ ⠄⠂
                                                 
                                                 
                                                 
                                                 
                                                 
                                                 
                                                 
                                                 
     ⡀⠐⢀⠠  ⡀⠂⡀⠄ ⢀⠐⢀ ⠄ ⡀⠂⢀⠠                       
    ⠁    ⠈     ⠈     ⠁                           
    51.79 µs
    4f2c9d1e0 … 4f2c9d479, 40 commits
    +11.5 % at 4f2c9d335
    ");
}

#[test]
fn outside_git_runs_are_counted() {
    let trends: Vec<_> = several().into_iter().take(2).collect();
    let report = TrendReport::new(trends, None, Span::All, &|_| 0.05);
    let shown = bare(&render(&report, Format::Table, 100));
    assert!(shown.contains("run 16..run 25"), "{shown}");
}

#[test]
fn forms_for_scripts() {
    let report = report(several(), Span::All);
    let lines = render(&report, Format::Jsonl, 80);
    insta::assert_snapshot!(lines.lines().nth(1).expect("a line"), @r#"{"format":1,"kind":"trend","case":"encoder/matmul@ndarray","metric":"latency-ns","unit":"ns","machine":"epyc-2c","steady":true,"commits":14,"version":null,"other_versions":0,"level":3306600.0,"noise_share":0.003,"spikes":[],"changes":[{"commit":"4f2c9d34650000000000000000000000000000000","subject":"Change | number 21","after":"4f2c9d2df","until":"4f2c9d379","ratio":1.104417670682731,"score":12.5,"way":"worse","regressed":true,"setup":[]}]}"#);
    insta::assert_snapshot!(render(&report, Format::Csv, 80), @"
    case,metric,unit,machine,steady,commits,level,noise_share,spikes,changes,last_commit,last_after,last_until,last_ratio,last_way,last_setup
    encoder/attention@ndarray,latency-ns,ns,epyc-2c,true,40,58116,0.003,0,1,4f2c9d33540000000000000000000000000000000,4f2c9d324,4f2c9d335,1.1153846153846154,worse,
    encoder/matmul@ndarray,latency-ns,ns,epyc-2c,true,14,3306600,0.003,0,1,4f2c9d34650000000000000000000000000000000,4f2c9d2df,4f2c9d379,1.104417670682731,worse,
    encoder/softmax@ndarray,latency-ns,ns,epyc-2c,true,40,861.72,0.003,2,1,4f2c9d33540000000000000000000000000000000,4f2c9d324,4f2c9d335,0.9555555555555555,better,toolchain: rustc 1.94.0 → rustc 1.95.0
    encoder/pooling@ndarray,latency-ns,ns,epyc-2c,true,30,1002000000,0.003,0,0,,,,,,
    encoder/gelu@ndarray,latency-ns,ns,epyc-2c,true,3,40.08,0.003,0,0,,,,,,
    ");
    let document: serde_json::Value = serde_json::from_str(&render(&report, Format::Json, 80)).expect("JSON");
    insta::assert_json_snapshot!(document["events"], @r#"
    [
      {
        "after": "4f2c9d324",
        "series": [
          {
            "case": "encoder/softmax@ndarray",
            "machine": "epyc-2c",
            "metric": "latency-ns",
            "ratio": 0.9555555555555555
          }
        ],
        "setup": [
          "toolchain: rustc 1.94.0 → rustc 1.95.0"
        ],
        "until": "4f2c9d335"
      },
      {
        "after": "4f2c9d324",
        "series": [
          {
            "case": "encoder/attention@ndarray",
            "machine": "epyc-2c",
            "metric": "latency-ns",
            "ratio": 1.1153846153846154
          },
          {
            "case": "encoder/matmul@ndarray",
            "machine": "epyc-2c",
            "metric": "latency-ns",
            "ratio": 1.104417670682731
          }
        ],
        "setup": [],
        "until": "4f2c9d335"
      }
    ]
    "#);
    insta::assert_json_snapshot!(document["missing"], @r#"
    [
      {
        "case": "encoder/pooling@ndarray",
        "last": "4f2c9d3ce",
        "machine": "epyc-2c",
        "metric": "latency-ns",
        "status": "missing",
        "what": "series"
      }
    ]
    "#);
}

#[test]
fn the_gate_asks_for_the_way_and_the_tolerance() {
    let gate = |trends: Vec<Trend>, tolerance: f64| {
        TrendReport::new(trends, None, Span::All, &move |_| tolerance).has_regressed()
    };
    let one = |at: usize| several().into_iter().skip(at).take(1).collect::<Vec<_>>();
    assert!(gate(one(0), 0.05), "12 % slower");
    assert!(!gate(one(0), 0.20));
    assert!(!gate(one(2), 0.01), "4 % faster");
    assert!(!gate(one(3), 0.0), "no change");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn the_whole_document_for_scripts() {
    let trends: Vec<_> = several().into_iter().skip(1).take(3).collect();
    insta::assert_snapshot!(render(&report(trends, Span::All), Format::Json, 80), @r#"
    {
      "format": 1,
      "kind": "trends",
      "series": [
        {
          "case": "encoder/matmul@ndarray",
          "metric": "latency-ns",
          "unit": "ns",
          "machine": "epyc-2c",
          "steady": true,
          "commits": 14,
          "version": null,
          "other_versions": 0,
          "level": 3306600.0,
          "noise_share": 0.003,
          "spikes": [],
          "changes": [
            {
              "commit": "4f2c9d34650000000000000000000000000000000",
              "subject": "Change | number 21",
              "after": "4f2c9d2df",
              "until": "4f2c9d379",
              "ratio": 1.104417670682731,
              "score": 12.5,
              "way": "worse",
              "regressed": true,
              "setup": []
            }
          ]
        },
        {
          "case": "encoder/softmax@ndarray",
          "metric": "latency-ns",
          "unit": "ns",
          "machine": "epyc-2c",
          "steady": true,
          "commits": 40,
          "version": null,
          "other_versions": 0,
          "level": 861.72,
          "noise_share": 0.003,
          "spikes": [
            "4f2c9d224",
            "4f2c9d279"
          ],
          "changes": [
            {
              "commit": "4f2c9d33540000000000000000000000000000000",
              "subject": "Change | number 20",
              "after": "4f2c9d324",
              "until": "4f2c9d335",
              "ratio": 0.9555555555555555,
              "score": 12.5,
              "way": "better",
              "regressed": false,
              "setup": [
                "toolchain: rustc 1.94.0 → rustc 1.95.0"
              ]
            }
          ]
        },
        {
          "case": "encoder/pooling@ndarray",
          "metric": "latency-ns",
          "unit": "ns",
          "machine": "epyc-2c",
          "steady": true,
          "commits": 30,
          "version": null,
          "other_versions": 0,
          "level": 1002000000.0,
          "noise_share": 0.003,
          "spikes": [],
          "changes": []
        }
      ],
      "events": [
        {
          "after": "4f2c9d2df",
          "until": "4f2c9d379",
          "setup": [],
          "series": [
            {
              "case": "encoder/matmul@ndarray",
              "metric": "latency-ns",
              "machine": "epyc-2c",
              "ratio": 1.104417670682731
            }
          ]
        },
        {
          "after": "4f2c9d324",
          "until": "4f2c9d335",
          "setup": [
            "toolchain: rustc 1.94.0 → rustc 1.95.0"
          ],
          "series": [
            {
              "case": "encoder/softmax@ndarray",
              "metric": "latency-ns",
              "machine": "epyc-2c",
              "ratio": 0.9555555555555555
            }
          ]
        }
      ],
      "missing": [
        {
          "what": "series",
          "case": "encoder/pooling@ndarray",
          "metric": "latency-ns",
          "machine": "epyc-2c",
          "last": "4f2c9d3ce",
          "status": "missing"
        }
      ]
    }
    "#);
}

#[test]
fn a_wide_terminal_has_room_for_names() {
    insta::assert_snapshot!(bare(&render(&report(several(), Span::Since(10)), Format::Table, 120)), @"
    case                 trend                       level  last change
    encoder
      attention@ndarray  ▁▁▁▁▁███████████  58.12 µs ±0.3 %    +11.5 % ▲
        since 4f2c9d335 Change | number 20
      matmul@ndarray     ▁▁▁███████        3.307 ms ±0.3 %    +10.4 % ▲
        since 4f2c9d346 Change | number 21 (9 commits may have caused it: 4f2c9d2df..4f2c9d379)
        cargo accel-bench bisect encoder/matmul@ndarray 4f2c9d2df 4f2c9d379
      softmax@ndarray    █████▁▁▁▁▁▁▁▁▁▁▁  861.7 ns ±0.3 %     -4.4 % ▼
        since 4f2c9d335 Change | number 20
        toolchain: rustc 1.94.0 → rustc 1.95.0
      pooling@ndarray    ▅▅▄▅▄▅▄▅▄▅▅▅▄▅▅▅   1.002 s ±0.3 %
      gelu@ndarray       ▅▄▅               40.08 ns ±0.3 %
        3 commits measured, too few to find changes, no result at 1 commit

    Events
      4f2c9d335: 2 series changed by +10.4 to +11.5 %: encoder/attention@ndarray, encoder/matmul@ndarray

    Missing
      encoder/pooling@ndarray has no latency-ns since 4f2c9d3ce (missing)
    ");
}

#[test]
fn a_series_that_is_too_short_is_not_drawn() {
    let one = unchanged(stepped("gelu", &[39], 40.0, 40.0));
    let shown = bare(&render(&report(vec![one], Span::All), Format::Table, 80));
    insta::assert_snapshot!(shown, @"
    case            trend            level  last change
    encoder
      gelu@ndarray  ▅      40.08 ns ±0.3 %
        1 commit measured, too few to find changes
    ");
}

#[test]
fn a_machine_that_fell_silent_is_named() {
    let here = unchanged(stepped("attention", &all(), 52_000.0, 52_000.0));
    let mut there = unchanged(stepped("attention", &all()[..30], 40_000.0, 40_000.0));
    there.series.key.machine = "xeon-8c".into();
    let report = report(vec![here, there], Span::All);
    insta::assert_snapshot!(bare(&render(&report, Format::Table, 80)), @"
    case              trend                       level  last change
    encoder/attention@ndarray
      epyc-2c steady  ▄▅▄▅▄▅▄▅▄▅▄▅▄▅▄▅  52.10 µs ±0.3 %
      xeon-8c steady  ▄▅▅▄▅▅▅▅▄▅▅▄▅▅▅▅  40.08 µs ±0.3 %

    Missing
      xeon-8c measured nothing since 4f2c9d3ce; others measured 10 commits
    ");
    let document: serde_json::Value = serde_json::from_str(&render(&report, Format::Json, 80)).expect("JSON");
    insta::assert_json_snapshot!(document["missing"], @r#"
    [
      {
        "last": "4f2c9d3ce",
        "machine": "xeon-8c",
        "since": 10,
        "what": "machine"
      }
    ]
    "#);
}

#[test]
fn a_section_of_a_report() {
    let section = super::page::section(&report(several(), Span::All));
    let report = accel_bench_report::Report::default().with([section]);
    let rendered = accel_bench_report::markdown::render(&report, "charts");
    insta::assert_snapshot!(rendered.text, @r"
    # 


    ## Trends

    The median of each commit's runs; steps are levels, dashed lines the commits where one changed.

    ![encoder/attention&#64;ndarray](charts/trends-1.svg)

    ![encoder/matmul&#64;ndarray](charts/trends-2.svg)

    ![encoder/softmax&#64;ndarray](charts/trends-3.svg)

    ![encoder/pooling&#64;ndarray](charts/trends-4.svg)

    ![encoder/gelu&#64;ndarray](charts/trends-5.svg)


    **Series by commit**

    | case | level | last change | commits |
    | --- | ---: | ---: | ---: |
    | encoder/attention&#64;ndarray<br>since 4f2c9d335 Change \| number 20 | 58.12 µs | +11.5 % ▲ | 40 |
    | encoder/matmul&#64;ndarray<br>since 4f2c9d346 Change \| number 21 (9 commits may have caused it: 4f2c9d2df..4f2c9d379)<br>cargo accel-bench bisect encoder/matmul&#64;ndarray 4f2c9d2df 4f2c9d379 | 3.307 ms | +10.4 % ▲ | 14 |
    | encoder/softmax&#64;ndarray<br>since 4f2c9d335 Change \| number 20<br>toolchain: rustc 1.94.0 → rustc 1.95.0<br>2 spikes | 861.7 ns | -4.4 % ▼ | 40 |
    | encoder/pooling&#64;ndarray | 1.002 s |  | 30 |
    | encoder/gelu&#64;ndarray<br>3 commits measured, too few to find changes, no result at 1 commit | 40.08 ns |  | 3 |

    4f2c9d335: 2 series changed by +10.4 to +11.5 %: encoder/attention&#64;ndarray, encoder/matmul&#64;ndarray

    encoder/pooling&#64;ndarray has no latency-ns since 4f2c9d3ce (missing)
    ");
    let (_, first) = &rendered.files[0];
    assert!(first.contains("measured commit") && first.contains("latency (µs)"), "{first}");
}
