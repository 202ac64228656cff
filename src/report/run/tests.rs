//! Snapshots of one run in each form.

#![expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]

use accel_bench_record::catalogue::{
    DEVICE_TIME, FLOPS, HOST_RSS_PEAK, INSTRUCTIONS, ITL, LAST_LEVEL_MISSES, MEM_AVG, MEM_GROWTH, MEM_PEAK,
    MEM_RESERVED, NUM_PARAMS,
};
use accel_bench_record::{Counts, Direction, Failure, Metric, RunRecord, RunState, Status};

use super::super::Format;
use super::{Metrics, run};
use crate::report::paint::bare;
use accel_bench_engine::compare::sample;

fn render(record: &RunRecord, format: Format, width: usize) -> String {
    with_metrics(record, format, &Metrics::default(), width)
}

fn with_metrics(record: &RunRecord, format: Format, metrics: &Metrics, width: usize) -> String {
    let mut text = Vec::new();
    run(record, format, metrics, width, &mut text).expect("a vector takes all");
    String::from_utf8(text).expect("reports are UTF-8")
}

fn candidate() -> RunRecord {
    sample::runs().1
}

#[test]
fn a_table_of_80_columns() {
    insta::assert_snapshot!(bare(&render(&candidate(), Format::Table, 80)), @r"
    case                            latency        throughput  memory peak
    encoder/forward/bert-tiny
      b1_s128_f32@ndarray   13.80 ms ±0.4 %  9.275 k tokens/s    640.0 MiB
    encoder/forward/bert-base-uncased
      b16_s512_f32@ndarray   1.600 s ±0.6 %
    encoder/forward/bert-tiny
      b1_s128_f32@wgpu      4.246 ms ±5.9 %
      b1_s128_f16@ndarray
        ∅ unsupported: ndarray has no f16
        log: logs/20261121-093045-3f9a/child-3.log
    kernels/matmul
      n=256@ndarray         815.8 µs ±0.2 %
    kernels/softmax
      n=1024@ndarray        52.10 µs ±0.2 %
    kernels
      größe-λ|pipe@ndarray  899.9 ns ±2.0 %
        ✗ panic: index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 |
          but the index is 7 at src/lib.rs:12
        log: logs/20261121-093045-3f9a/child-3.log
      attention@wgpu
        ✗ poisoned: device lost
        log: logs/20261121-093045-3f9a/child-3.log
      layer-norm@ndarray    31.00 µs ±0.2 %
      rms-norm@ndarray      25.00 µs ±0.2 %

    10 cases: 7 ok, 2 failed, 1 unsupported
    ±: 95 % interval over processes
    ");
}

#[test]
fn a_table_of_50_columns() {
    insta::assert_snapshot!(bare(&render(&candidate(), Format::Table, 50)), @r"
                latency        throughput
    encoder
      forward/bert-tiny/b1_s128_f32@ndarray
        13.80 ms ±0.4 %  9.275 k tokens/s
      forward/bert-base-uncased/b16_s512_f32@ndarray
         1.600 s ±0.6 %
      forward/bert-tiny/b1_s128_f32@wgpu
        4.246 ms ±5.9 %
      forward/bert-tiny/b1_s128_f16@ndarray
        ∅ unsupported: ndarray has no f16
        log: logs/20261121-093045-3f9a/child-3.log
    kernels
      matmul/n=256@ndarray
        815.8 µs ±0.2 %
      softmax/n=1024@ndarray
        52.10 µs ±0.2 %
      größe-λ|pipe@ndarray
        899.9 ns ±2.0 %
        ✗ panic: index out of bounds:
          \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 |
          but the index is 7 at src/lib.rs:12
        log: logs/20261121-093045-3f9a/child-3.log
      attention@wgpu
        ✗ poisoned: device lost
        log: logs/20261121-093045-3f9a/child-3.log
      layer-norm@ndarray
        31.00 µs ±0.2 %
      rms-norm@ndarray
        25.00 µs ±0.2 %

    10 cases: 7 ok, 2 failed, 1 unsupported
    ±: 95 % interval over processes
    not shown in 50 columns: memory peak; `--metrics
      all` shows them
    ");
}

#[test]
fn an_interrupted_run_of_one_process() {
    let mut record = sample::run("r", vec![sample::case("a/x@n", &[100.0])]);
    record.state = RunState::Interrupted;
    insta::assert_snapshot!(bare(&render(&record, Format::Table, 80)), @r"
    case    latency
    a
      x@n  100.0 ns

    1 case: 1 ok
    ±: 95 % interval over the samples of one process; another process may differ
      by more
    interrupted: what is shown was finished before
    ");
}

/// A family's cases with metrics of their own.
fn models() -> RunRecord {
    let case = |id: &str, nanos: f64, values: &[(&str, f64)]| {
        let mut case = sample::case(id, &[nanos; 3]);
        for process in &mut case.processes {
            let metric = |(name, value): &(&str, f64)| Metric::new(*name, "ms", Direction::Lower, *value);
            process.metrics = values.iter().map(metric).collect();
        }
        case
    };
    let values = [("ttft-ms", 61.33), ("tpot-ms", 7.5), ("load-ms", 812.0)];
    let cases = vec![
        case("models/decoder-only/tiny@ndarray?batch-size=1", 6.9e7, &values),
        case("models/decoder-only/tiny@ndarray?batch-size=8", 2.1e8, &values),
        case("models/vision/tiny@ndarray?batch-size=1", 4.2e6, &values[2..]),
    ];
    sample::run("r", cases)
}

#[test]
fn metrics_are_columns_as_far_as_they_fit() {
    insta::assert_snapshot!(bare(&render(&models(), Format::Table, 100)), @r"
    case                       latency      ttft      tpot      load
    models/decoder-only
      tiny/b1@ndarray  69.00 ms ±0.0 %  61.33 ms  7.500 ms  812.0 ms
      tiny/b8@ndarray  210.0 ms ±0.0 %  61.33 ms  7.500 ms  812.0 ms
    models/vision
      tiny/b1@ndarray  4.200 ms ±0.0 %                      812.0 ms

    3 cases: 3 ok
    ±: 95 % interval over processes
    ");
    insta::assert_snapshot!(bare(&render(&models(), Format::Table, 52)), @r"
    case                  latency      ttft      tpot
    models/decoder-only/tiny
      b1@ndarray  69.00 ms ±0.0 %  61.33 ms  7.500 ms
      b8@ndarray  210.0 ms ±0.0 %  61.33 ms  7.500 ms
    models/vision/tiny
      b1@ndarray  4.200 ms ±0.0 %

    3 cases: 3 ok
    ±: 95 % interval over processes
    not shown in 52 columns: load; `--metrics all`
      shows them
    ");
}

/// A case that reports these metrics, with the titles of its columns.
#[track_caller]
fn check_columns(metrics: Vec<Metric>, expected: &[&str]) {
    let mut case = sample::case("enc/forward@ndarray", &[100.0]);
    case.processes[0].metrics = metrics;
    let text = bare(&render(&sample::run("r", vec![case]), Format::Table, 200));
    let titles = text.lines().next().expect("a heading").split("  ").map(str::trim);
    assert_eq!(titles.filter(|title| !title.is_empty()).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn memory_has_one_column_and_what_only_describes_a_case_has_none() {
    check_columns(vec![HOST_RSS_PEAK.of(1e6), MEM_AVG.of(1e6)], &["case", "latency", "memory peak"]);
    check_columns(vec![MEM_AVG.of(1e6), NUM_PARAMS.of(4e6), FLOPS.of(1e9)], &["case", "latency"]);
    let own = Metric::new("cache-bytes", "bytes", Direction::Lower, 4096.0);
    check_columns(vec![own, DEVICE_TIME.of(1.0)], &["case", "latency", "cache", "device-time"]);
}

#[test]
fn the_pool_s_reserve_is_the_peak_where_there_is_a_pool() {
    let mut case = sample::case("enc/forward@wgpu", &[100.0]);
    case.processes[0].metrics =
        vec![HOST_RSS_PEAK.of(1e9), MEM_PEAK.of(1048576.0), MEM_RESERVED.of(2097152.0)];
    let text = bare(&render(&sample::run("r", vec![case]), Format::Table, 80));
    assert!(text.contains("2.000 MiB") && !text.contains("1.000 MiB"), "{text}");
}

#[test]
fn metrics_that_are_asked_for() {
    let asked = |names: &[&str]| {
        let metrics = Metrics::Named(names.iter().map(|name| (*name).to_owned()).collect());
        bare(&with_metrics(&models(), Format::Table, &metrics, 80))
    };
    insta::assert_snapshot!(asked(&["load", "ttft-ms", "energy"]), @r"
    case                   load      ttft
    models/decoder-only
      tiny/b1@ndarray  812.0 ms  61.33 ms
      tiny/b8@ndarray  812.0 ms  61.33 ms
    models/vision
      tiny/b1@ndarray  812.0 ms

    3 cases: 3 ok
    ±: 95 % interval over processes
    no case has `energy`; there are: latency, ttft, tpot, load
    ");
    let all = bare(&with_metrics(&models(), Format::Table, &Metrics::All, 52));
    assert!(["ttft", "tpot", "load"].iter().all(|title| all.contains(title)), "{all}");
}

#[test]
fn a_run_without_cases() {
    insta::assert_snapshot!(render(&sample::run("r", vec![]), Format::Table, 80), @"0 cases: 0 ok");
}

/// The candidate's case in f16, three times over, and a lone one with a reason of its own.
fn with_unsupported_cells() -> RunRecord {
    let case = |model, batch, precision, medians: &[f64]| {
        let id = format!("encoder/forward/{model}@ndarray?batch-size={batch}&precision={precision}");
        sample::case(&id, medians)
    };
    let mut cases: Vec<_> = ["bert-tiny", "bert-base"]
        .iter()
        .flat_map(|model| [1, 4, 16].map(|batch| case(model, batch, "f16", &[])))
        .collect();
    let reason =
        "this backend multiplies no matrices of 16-bit floats: try precision f32, or the backend wgpu";
    for case in &mut cases {
        case.status = Status::failed(Failure::Unsupported, reason);
    }
    cases[4].status = Status::failed(Failure::Unsupported, "too large: try batch-size 1");
    cases.push(case(&"bert-tiny", 1, "f32", &[100.0; 3]));
    sample::run("r", cases)
}

#[test]
fn a_reason_of_many_cells_is_told_once() {
    insta::assert_snapshot!(bare(&render(&with_unsupported_cells(), Format::Table, 80)), @r"
    case                                latency
    encoder/forward
      bert-base/b4_f16@ndarray
        ∅ unsupported: too large: try batch-size 1
      bert-tiny/b1_f32@ndarray  100.0 ns ±0.0 %

    ∅ 5 cases unsupported: this backend multiplies no matrices of 16-bit floats:
      try precision f32, or the backend wgpu
      encoder/forward/bert-tiny/ b1_f16@ndarray, b4_f16@ndarray, b16_f16@ndarray
      encoder/forward/bert-base/ b1_f16@ndarray, b16_f16@ndarray

    7 cases: 1 ok, 6 unsupported
    ±: 95 % interval over processes
    ");
}

#[test]
fn a_folder_is_one_segment() {
    let check = |id: &str, expected: &[&str]| {
        let mut id = sample::case(id, &[]).id;
        id.benchmark = id.benchmark.replace(':', "/");
        assert_eq!(super::path(&id), expected);
    };
    check("b/f@x", &["b", "f@x"]);
    check("b/g:f@x?n=1", &["b", "g", "f", "n=1@x"]);
    check("b/f/m@x", &["b", "f", "m@x"]);
    check("b/f//data/m@x?batch-size=1", &["b", "f", "/data/m", "b1@x"]);
}

#[test]
fn a_precision_that_was_not_asked_for_is_told() {
    let mut cases: Vec<_> = ["f16", "f32", "q8"]
        .iter()
        .map(|p| sample::case(&format!("e/f@wgpu?precision={p}"), &[100.0; 3]))
        .collect();
    for process in cases.iter_mut().flat_map(|case| &mut case.processes) {
        process.notes.insert("effective-precision".into(), "f32".into());
        process.notes.insert("flops-source".into(), "analytic".into());
    }
    let record = sample::run("r", cases);
    insta::assert_snapshot!(bare(&render(&record, Format::Table, 80)), @r"
    case                latency
    e/f
      f16@wgpu  100.0 ns ±0.0 %
        effective-precision: f32, not f16
      f32@wgpu  100.0 ns ±0.0 %
      q8@wgpu   100.0 ns ±0.0 %
        effective-precision: f32, not q8

    3 cases: 3 ok
    ±: 95 % interval over processes
    ");
    let line = render(&record, Format::Jsonl, 80);
    let line: serde_json::Value = serde_json::from_str(line.lines().next().expect("a case")).expect("JSON");
    assert_eq!(line["notes"], serde_json::json!({"effective-precision": "f32", "flops-source": "analytic"}));
    let csv = render(&record, Format::Csv, 80);
    let notes = r#""{""effective-precision"":""f32"",""flops-source"":""analytic""}""#;
    assert!(csv.lines().nth(1).is_some_and(|line| line.ends_with(notes)), "{csv}");
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render(&candidate(), Format::Markdown, 80), @r"
    | case | latency | throughput | memory peak | status |
    | --- | ---: | ---: | ---: | --- |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;ndarray | 13.80 ms ±0.4 % | 9.275 k tokens/s | 640.0 MiB | ok |
    | encoder/forward/bert-base-uncased/b16\_s512\_f32&#64;ndarray | 1.600 s ±0.6 % |  |  | ok |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;wgpu | 4.246 ms ±5.9 % |  |  | ok |
    | encoder/forward/bert-tiny/b1\_s128\_f16&#64;ndarray |  |  |  | unsupported: ndarray has no f16 |
    | kernels/matmul/n=256&#64;ndarray | 815.8 µs ±0.2 % |  |  | ok |
    | kernels/softmax/n=1024&#64;ndarray | 52.10 µs ±0.2 % |  |  | ok |
    | kernels/größe-λ\|pipe&#64;ndarray | 899.9 ns ±2.0 % |  |  | panic: index out of bounds: \\u{1b}\[2J\\u{1b}\]0;owned\\u{7}the len is 3 \| but the index is 7 at src/lib.rs:12 |
    | kernels/attention&#64;wgpu |  |  |  | poisoned: device lost |
    | kernels/layer-norm&#64;ndarray | 31.00 µs ±0.2 % |  |  | ok |
    | kernels/rms-norm&#64;ndarray | 25.00 µs ±0.2 % |  |  | ok |
    ");
}

#[test]
fn csv() {
    insta::assert_snapshot!(render(&candidate(), Format::Csv, 80), @r#"
    format,run,case,bench,benchmark,backend,params,status,reason,processes,samples,latency_ns,latency_low_ns,latency_high_ns,latency_interval_over,sample_mean_ns,sample_std_ns,sample_min_ns,sample_p50_ns,sample_p90_ns,sample_p95_ns,sample_p99_ns,sample_max_ns,elements_per_s,bytes_per_s,samples_per_s,tokens_per_s,host_rss_peak_bytes,metrics,notes
    1,20261121-101500-77aa,encoder/forward/bert-tiny/b1_s128_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",ok,,5,15,13799944.799735019,13745865.462573778,13854236.897214318,processes,13800000,123431.39318203105,13607352,13800000,13954725.6,13974238.799999999,13989849.36,13993752,,,,9275.36231884058,671088640,"[{""name"":""host-rss-peak-bytes"",""unit"":""bytes"",""better"":""lower"",""source"":""rss"",""value"":671088640.0,""processes"":[671088640.0,671088640.0,671088640.0,671088640.0,671088640.0]}]",{}
    1,20261121-101500-77aa,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":16,""model"":""bert-base-uncased"",""precision"":""f32"",""sequence-length"":512}",ok,,5,15,1599985599.844475,1590589703.6494112,1609436999.269005,processes,1600000000,15239155.582155555,1574496000,1600000000,1618908800,1622302400,1625017280,1625696000,,,,,,[],{}
    1,20261121-101500-77aa,encoder/forward/bert-tiny/b1_s128_f32@wgpu,encoder,forward,wgpu,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",ok,,5,15,4246170.860302865,4003026.9054721384,4504083.385059991,processes,4250000,190071.8872464536,3955050,4250000,4486980,4518515,4543743,4550050,,,,,,[],{}
    1,20261121-101500-77aa,encoder/forward/bert-tiny/b1_s128_f16@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f16"",""sequence-length"":128}",unsupported,ndarray has no f16,0,0,,,,,,,,,,,,,,,,,,[],{}
    1,20261121-101500-77aa,kernels/matmul/n=256@ndarray,kernels,matmul,ndarray,"{""n"":256}",ok,,5,15,815799.1841990215,814199.1410868844,817402.3716745353,processes,815800,6997.432489641569,806026.716,815800,824452.3748,825029.1453999999,825490.56188,825605.916,,,,,,[],{}
    1,20261121-101500-77aa,kernels/softmax/n=1024@ndarray,kernels,softmax,ndarray,"{""n"":1024}",ok,,5,15,52099.94789993743,51997.763239307,52202.33337122236,processes,52100,446.8818738788009,51475.842,52100,52652.5726,52689.4073,52718.87506,52726.242,,,,,,[],{}
    1,20261121-101500-77aa,kernels/größe-λ|pipe@ndarray,kernels,größe-λ|pipe,ndarray,{},panic,index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 | but the index is 7 at src/lib.rs:12,5,15,899.9099891974793,882.412598602613,917.7543361686643,processes,900,15.213156899774052,873.18,899.91,918.0540000000001,920.817,925.9074,927.18,,,,,,[],{}
    1,20261121-101500-77aa,kernels/attention@wgpu,kernels,attention,wgpu,{},poisoned,device lost,0,0,,,,,,,,,,,,,,,,,,[],{}
    1,20261121-101500-77aa,kernels/layer-norm@ndarray,kernels,layer-norm,ndarray,{},ok,,5,15,30999.968999962806,30939.168146228763,31060.889337963436,processes,31000,265.89900365149384,30628.62,31000,31328.786,31350.703,31368.2366,31372.62,,,,,,[],{}
    1,20261121-101500-77aa,kernels/rms-norm@ndarray,kernels,rms-norm,ndarray,{},ok,,5,15,24999.974999970003,24950.942053410294,25049.10430480922,processes,25000,214.43468036410795,24700.5,25000,25265.15,25282.825,25296.965,25300.5,,,,,,[],{}
    "#);
}

#[test]
fn json_of_one_case() {
    let mut record = candidate();
    record.cases.truncate(1);
    insta::assert_snapshot!(render(&record, Format::Json, 80), @r#"
    {
      "format": 1,
      "kind": "run",
      "run": "20261121-101500-77aa",
      "started": "2026-11-21T09:30:45Z",
      "state": "complete",
      "commit": {
        "id": "9b8c7d6e5f4a39281706f5e4d3c2b1a09f8e7d6c",
        "branch": "main",
        "subject": "Fuse the softmax",
        "time": "2026-11-21T09:00:00Z",
        "tree": {
          "state": "dirty",
          "tree": "77aa88bb99cc"
        }
      },
      "machine": "epyc-2c-24g-1a2b3c",
      "profile": {
        "name": "full",
        "processes": 5
      },
      "tool": {
        "version": "0.1.0",
        "protocol": 1
      },
      "cases": [
        {
          "run": "20261121-101500-77aa",
          "case": "encoder/forward/bert-tiny/b1_s128_f32@ndarray",
          "bench": "encoder",
          "benchmark": "forward",
          "backend": "ndarray",
          "params": {
            "batch-size": 1,
            "model": "bert-tiny",
            "precision": "f32",
            "sequence-length": 128
          },
          "category": "inference",
          "version": null,
          "tags": [
            "encoder"
          ],
          "status": "ok",
          "reason": null,
          "log": null,
          "timing_method": "wall-sync",
          "latency_ns": 13799944.799735019,
          "latency_low_ns": 13745865.462573778,
          "latency_high_ns": 13854236.897214318,
          "latency_level": 0.95,
          "latency_interval_over": "processes",
          "process_medians_ns": [
            13744800.0,
            13772400.0,
            13800000.0,
            13827600.0,
            13855200.0
          ],
          "samples": {
            "n": 15,
            "mean_ns": 13800000.0,
            "std_ns": 123431.39318203105,
            "min_ns": 13607352.0,
            "p50_ns": 13800000.0,
            "p90_ns": 13954725.6,
            "p95_ns": 13974238.799999999,
            "p99_ns": 13989849.36,
            "max_ns": 13993752.0
          },
          "rates": {
            "tokens-per-s": 9275.36231884058
          },
          "metrics": [
            {
              "name": "host-rss-peak-bytes",
              "unit": "bytes",
              "better": "lower",
              "source": "rss",
              "value": 671088640.0,
              "processes": [
                671088640.0,
                671088640.0,
                671088640.0,
                671088640.0,
                671088640.0
              ]
            }
          ]
        }
      ]
    }
    "#);
}

/// A process whose metrics have raw values and intervals, and whose memory grows.
fn with_samples() -> RunRecord {
    let mut case = sample::case("a/x@n", &[100.0, 100.0]);
    for (index, process) in (1_u32..).zip(&mut case.processes) {
        process.samples.iterations = vec![100_000; 3];
        let gaps = (0..101).map(|gap| f64::from(index * gap)).collect();
        let growth = Metric { interval: Some([1e6, 1e6 + f64::from(index)]), ..MEM_GROWTH.of(1e6) };
        process.metrics = vec![ITL.of_samples(gaps), growth, FLOPS.of(300.0)];
    }
    sample::run("r", vec![case])
}

#[test]
fn raw_values_of_a_metric_are_summed_up() {
    let text = render(&with_samples(), Format::Json, 80);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let [gaps, growth, flops] = [0, 1, 2].map(|index| &json["cases"][0]["metrics"][index]);
    let expected = r#"{"n":202,"p50":66.5,"p90":159.8,"p99":195.98,"min":0.0,"max":200.0}"#;
    let samples = gaps["samples"].as_object().expect("a summary");
    let expected: serde_json::Value = serde_json::from_str(expected).expect("JSON");
    for (name, number) in expected.as_object().expect("an object") {
        let (found, number) = (samples[name].as_f64().expect("a number"), number.as_f64().expect("a number"));
        assert!((found - number).abs() < 1e-9, "{name}: {found}");
    }
    assert_eq!(gaps["processes"], serde_json::json!([50.0, 100.0]));
    assert_eq!(growth["intervals"], serde_json::json!([[1e6, 1e6 + 1.0], [1e6, 1e6 + 2.0]]));
    assert!(flops.get("samples").is_none() && flops.get("intervals").is_none());
    assert!(json["cases"][0]["rates"]["flops-per-s"].as_f64() > Some(0.0), "{text}");
}

#[test]
fn a_leak_is_a_note_when_all_processes_have_it() {
    let mut record = with_samples();
    let note = "leaks 976.6 KiB an iteration [976.6 KiB, 976.6 KiB]";
    assert!(bare(&render(&record, Format::Table, 80)).contains(note));
    record.cases[0].processes[1].metrics[1].interval = Some([-5.0, 2e6]);
    assert!(!bare(&render(&record, Format::Table, 80)).contains("leaks"));
    assert!(!bare(&render(&candidate(), Format::Table, 80)).contains("leaks"));
}

#[test]
fn every_line_of_jsonl_is_a_case() {
    let record = candidate();
    let text = render(&record, Format::Jsonl, 80);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(lines.len(), record.cases.len());
    for (line, case) in lines.iter().zip(&record.cases) {
        assert_eq!(line["case"], case.id.to_string());
        assert_eq!(
            (&line["format"], &line["kind"], &line["run"]),
            (&1.into(), &"case".into(), &record.id.as_str().into())
        );
    }
    assert_eq!(lines[6]["status"], "panic");
    assert_eq!(
        lines[6]["reason"].as_str().map(|reason| reason.contains('\u{1b}')),
        Some(true),
        "JSON escapes, not drops"
    );
}

#[test]
fn a_child_does_not_control_the_terminal() {
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv, Format::Markdown] {
        let text = render(&candidate(), format, 80);
        assert!(
            !text.contains("\u{1b}[2J") && !text.contains("\u{1b}]") && !text.contains('\u{7}'),
            "{format:?}"
        );
    }
}

#[test]
fn what_was_counted_has_a_column_and_what_was_not_a_reason() {
    let mut record = candidate();
    record.cases.truncate(2);
    let metrics = vec![INSTRUCTIONS.of(629_912.0), LAST_LEVEL_MISSES.of(3.0)];
    record.cases[0].counts = Some(Counts::Counted { tool: "callgrind".into(), iterations: 8, metrics });
    record.cases[1].counts = Some(Counts::Unsupported { reason: "valgrind is not installed".into() });
    let table = bare(&render(&record, Format::Table, 120));
    assert!(table.contains("instructions") && table.contains("629912 /iter"), "{table}");
    assert!(table.contains("not counted: valgrind is not installed"), "{table}");
    let document: serde_json::Value = serde_json::from_str(&render(&record, Format::Json, 80)).expect("JSON");
    let metrics = document["cases"][0]["metrics"].as_array().expect("metrics").iter();
    let counted: Vec<_> =
        metrics.filter(|metric| metric["source"] == "callgrind").map(|metric| &metric["name"]).collect();
    assert_eq!(counted, ["instructions", "ll-misses"]);
    assert_eq!(document["cases"][1]["uncounted"], "valgrind is not installed");
}
