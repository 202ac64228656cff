//! `hyperfine --export-json`: each command with the seconds of each of its runs.

use std::collections::BTreeMap;

use accel_bench_record::{Direction, Metric, Params};
use serde::Deserialize;

use super::{Format, Imported, parts};

#[derive(Deserialize)]
struct Document {
    results: Vec<Timed>,
}

#[derive(Deserialize)]
struct Timed {
    command: String,
    /// Seconds.
    median: Option<f64>,
    mean: Option<f64>,
    user: Option<f64>,
    system: Option<f64>,
    #[serde(default)]
    times: Vec<f64>,
    #[serde(default)]
    exit_codes: Vec<Option<i64>>,
    #[serde(default)]
    parameters: BTreeMap<String, serde_json::Value>,
}

pub(super) fn parse(text: &str) -> Result<Imported, String> {
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cases = document.results.iter().map(case).collect::<Result<_, _>>()?;
    Ok(Imported { cases, ..Imported::default() })
}

fn case(timed: &Timed) -> Result<accel_bench_record::CaseRecord, String> {
    let bench = Format::Hyperfine.name();
    let params: Params =
        timed.parameters.iter().map(|(name, value)| (name.clone(), parts::param(value))).collect();
    if let Some(code) = timed.exit_codes.iter().find(|code| **code != Some(0)) {
        let ended = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        return Ok(parts::failed(bench, &timed.command, params, &format!("the command ended with {ended}")));
    }
    // `--export-json` of early versions has no single times.
    let whole = timed.median.or(timed.mean).filter(|_| timed.times.is_empty());
    let seconds = timed.times.iter().copied().chain(whole);
    let mut measurement = parts::measurement(seconds.map(|seconds| (1, seconds * 1e9)))
        .map_err(|reason| format!("`{}`: {reason}", timed.command))?;
    let of_cpu = [("user-s", timed.user), ("system-s", timed.system)];
    let metrics = of_cpu.into_iter().filter_map(|(name, value)| {
        Some(Metric::new(name, "s", Direction::Lower, value.filter(|value| value.is_finite())?))
    });
    measurement.metrics = metrics.collect();
    Ok(parts::case(bench, &timed.command, params, vec![measurement]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hyperfine 1.18, shortened.
    const EXPORTED: &str = r#"{"results": [
        {"command": "sleep 0.02", "mean": 0.0215, "stddev": 0.0002, "median": 0.0214, "user": 0.0006,
         "system": 0.0011, "min": 0.0212, "max": 0.0219, "times": [0.0214, 0.0212, 0.0219],
         "exit_codes": [0, 0, 0], "parameters": {"n": "20"}},
        {"command": "false", "mean": 0.001, "times": [0.001], "exit_codes": [1]}
    ]}"#;

    #[test]
    fn a_command_is_a_case_and_a_run_is_a_sample() {
        let imported = parse(EXPORTED).expect("results");
        let [sleep, failed] = imported.cases.as_slice() else { panic!("{:?}", imported.cases) };
        assert_eq!(sleep.id.to_string(), "hyperfine/sleep 0.02/n=20@host");
        assert_eq!(sleep.processes[0].samples.nanos, [21_400_000, 21_200_000, 21_900_000]);
        assert_eq!(sleep.values_of("user-s"), [0.0006]);
        assert!(failed.status.is_fault() && failed.processes.is_empty());
    }

    #[test]
    fn what_is_not_hyperfines() {
        assert!(parse("[]").is_err());
        assert!(parse(r#"{"results": [{"command": "x", "times": [-1.0]}]}"#).is_err());
        assert!(parse(r#"{"results": [{"command": "x"}]}"#).expect_err("no times").contains("`x`"));
    }

    #[test]
    fn what_is_stored_of_it() {
        let imported = parse(EXPORTED).expect("results");
        insta::assert_json_snapshot!(imported.cases, @r#"
        [
          {
            "id": {
              "bench": "hyperfine",
              "benchmark": "sleep 0.02",
              "params": {
                "n": 20
              },
              "backend": "host"
            },
            "category": null,
            "tags": [],
            "status": "ok",
            "processes": [
              {
                "samples": {
                  "iterations": [
                    1,
                    1,
                    1
                  ],
                  "nanos": [
                    21400000,
                    21200000,
                    21900000
                  ]
                },
                "timing_method": "custom",
                "metrics": [
                  {
                    "name": "user-s",
                    "unit": "s",
                    "better": "lower",
                    "value": 0.0006
                  },
                  {
                    "name": "system-s",
                    "unit": "s",
                    "better": "lower",
                    "value": 0.0011
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
              "bench": "hyperfine",
              "benchmark": "false",
              "params": {},
              "backend": "host"
            },
            "category": null,
            "tags": [],
            "status": "failed",
            "kind": "error",
            "reason": "the command ended with exit code 1",
            "processes": []
          }
        ]
        "#);
    }
}
