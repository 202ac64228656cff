//! A plain list, as scripts write it: `{"timestamp", "environment", "benchmarks": [{"name", "duration_ms", …}]}`.

use std::collections::BTreeMap;

use accel_bench_record::{CaseRecord, Direction, Metric, Params};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Format, Imported, parts};

#[derive(Deserialize)]
struct Document {
    timestamp: Option<serde_json::Value>,
    #[serde(default)]
    environment: serde_json::Value,
    benchmarks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    /// Milliseconds of one iteration.
    duration_ms: f64,
    /// Work per second, in whatever unit.
    throughput: Option<f64>,
    memory_mb: Option<f64>,
    #[serde(default = "one")]
    iterations: u64,
    #[serde(default)]
    params: BTreeMap<String, serde_json::Value>,
}

fn one() -> u64 {
    1
}

pub(super) fn parse(text: &str) -> Result<Imported, String> {
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cases = document.benchmarks.iter().map(case).collect::<Result<_, _>>()?;
    // A text, or an object of which one entry names the machine.
    let named = ["machine", "hostname", "host", "device", "cpu"];
    let name = match &document.environment {
        serde_json::Value::String(text) => Some(text.as_str()),
        other => named.iter().find_map(|name| other.get(name)?.as_str()),
    };
    Ok(Imported {
        cases,
        started: document.timestamp.as_ref().and_then(time),
        machine: name.and_then(parts::slug),
        ..Imported::default()
    })
}

/// A text, or seconds since 1970.
fn time(value: &serde_json::Value) -> Option<Timestamp> {
    match value {
        serde_json::Value::String(text) => parts::time(text),
        other => Timestamp::from_millisecond((other.as_f64()? * 1e3) as i64).ok(),
    }
}

fn case(entry: &Entry) -> Result<CaseRecord, String> {
    let mut measurement = parts::measurement([(entry.iterations, entry.duration_ms * 1e6)])
        .map_err(|reason| format!("`{}`: {reason}", entry.name))?;
    let metrics = [
        ("throughput", "/s", Direction::Higher, entry.throughput),
        ("memory-mb", "MB", Direction::Lower, entry.memory_mb),
    ];
    let metrics = metrics.into_iter().filter_map(|(name, unit, better, value)| {
        Some(Metric::new(name, unit, better, value.filter(|value| value.is_finite())?))
    });
    measurement.metrics = metrics.collect();
    let params: Params =
        entry.params.iter().map(|(name, value)| (name.clone(), parts::param(value))).collect();
    Ok(parts::case(Format::List.name(), &entry.name, params, vec![measurement]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = r#"{"timestamp": "2026-11-28T02:04:05Z", "environment": {"hostname": "CI 7", "rust": "1.95"},
      "benchmarks": [
        {"name": "bert/forward", "duration_ms": 12.5, "throughput": 80.0, "memory_mb": 640.0, "iterations": 100},
        {"name": "tiny", "duration_ms": 0.000025}
      ]}"#;

    #[test]
    fn a_list_is_cases_with_their_metrics() {
        let imported = parse(WRITTEN).expect("results");
        let [bert, tiny] = imported.cases.as_slice() else { panic!("{:?}", imported.cases) };
        assert_eq!(
            (bert.id.to_string().as_str(), bert.process_medians()),
            ("list/bert/forward@host", vec![12.5e6])
        );
        assert_eq!((bert.values_of("throughput"), bert.values_of("memory-mb")), (vec![80.0], vec![640.0]));
        assert_eq!(tiny.process_medians(), [25.0]);
        assert_eq!(imported.machine.as_deref(), Some("ci-7"));
    }

    #[test]
    fn a_time_is_a_text_or_a_number_and_an_environment_may_be_a_text() {
        let with = |from: &str, to: &str| parse(&WRITTEN.replace(from, to)).expect("results");
        let started = with("\"2026-11-28T02:04:05Z\"", "1795831445.5").started;
        assert_eq!(started.map(|time| time.to_string()).as_deref(), Some("2026-11-28T02:04:05.5Z"));
        let text = with(r#"{"hostname": "CI 7", "rust": "1.95"}"#, "\"laptop\"");
        assert_eq!(text.machine.as_deref(), Some("laptop"));
        assert_eq!(with("\"hostname\"", "\"weather\"").machine, None);
    }

    #[test]
    fn an_impossible_time_names_its_benchmark() {
        let text = WRITTEN.replace("12.5", "-1");
        assert!(parse(&text).expect_err("a time").contains("bert/forward"));
    }

    #[test]
    fn what_is_stored_of_it() {
        let imported = parse(WRITTEN).expect("results");
        insta::assert_json_snapshot!(imported.cases, @r#"
        [
          {
            "id": {
              "bench": "list",
              "benchmark": "bert/forward",
              "params": {},
              "backend": "host"
            },
            "category": null,
            "tags": [],
            "status": "ok",
            "processes": [
              {
                "samples": {
                  "iterations": [
                    100
                  ],
                  "nanos": [
                    1250000000
                  ]
                },
                "timing_method": "custom",
                "metrics": [
                  {
                    "name": "throughput",
                    "unit": "/s",
                    "better": "higher",
                    "value": 80.0
                  },
                  {
                    "name": "memory-mb",
                    "unit": "MB",
                    "better": "lower",
                    "value": 640.0
                  }
                ],
                "warm_up": {
                  "iterations": 0,
                  "nanos": 0,
                  "first_nanos": 0,
                  "steady": false
                }
              }
            ]
          },
          {
            "id": {
              "bench": "list",
              "benchmark": "tiny",
              "params": {},
              "backend": "host"
            },
            "category": null,
            "tags": [],
            "status": "ok",
            "processes": [
              {
                "samples": {
                  "iterations": [
                    1000
                  ],
                  "nanos": [
                    25000
                  ]
                },
                "timing_method": "custom",
                "warm_up": {
                  "iterations": 0,
                  "nanos": 0,
                  "first_nanos": 0,
                  "steady": false
                }
              }
            ]
          }
        ]
        "#);
    }
}
