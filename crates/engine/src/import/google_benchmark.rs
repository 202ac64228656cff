//! Google Benchmark, `--benchmark_format=json`: repetitions of a benchmark, each the mean of many iterations.

use std::collections::BTreeMap;

use accel_bench_record::{CaseRecord, Cpu, Direction, Environment, Metric, Params, Throughput};
use serde::Deserialize;

use super::{Format, Imported, parts};

#[derive(Deserialize)]
struct Document {
    context: Context,
    benchmarks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Context {
    date: Option<String>,
    host_name: Option<String>,
    num_cpus: Option<usize>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    /// The name without what an aggregate adds.
    run_name: Option<String>,
    run_type: Option<String>,
    aggregate_name: Option<String>,
    #[serde(default)]
    iterations: u64,
    #[serde(default)]
    real_time: f64,
    cpu_time: Option<f64>,
    #[serde(default = "nanoseconds")]
    time_unit: String,
    bytes_per_second: Option<f64>,
    items_per_second: Option<f64>,
    #[serde(default)]
    error_occurred: bool,
    error_message: Option<String>,
}

fn nanoseconds() -> String {
    "ns".to_owned()
}

impl Entry {
    fn is_aggregate(&self) -> bool {
        self.run_type.as_deref() == Some("aggregate")
    }

    fn benchmark(&self) -> &str {
        self.run_name.as_deref().unwrap_or(&self.name)
    }

    fn nanos(&self, time: f64) -> Result<f64, String> {
        let unit = match self.time_unit.as_str() {
            "ns" => 1.0,
            "us" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            other => return Err(format!("`{}` is in `{other}`", self.name)),
        };
        Ok(time * unit)
    }
}

pub(super) fn parse(text: &str) -> Result<Imported, String> {
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut order: Vec<&str> = Vec::new();
    let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &document.benchmarks {
        let name = entry.benchmark();
        if !entries.contains_key(name) {
            order.push(name);
        }
        entries.entry(name).or_default().push(entry);
    }
    let cases = order.into_iter().map(|name| case(name, &entries[name])).collect::<Result<_, _>>()?;
    let context = document.context;
    let cpu = Cpu { logical_cores: context.num_cpus.unwrap_or_default(), ..Cpu::default() };
    Ok(Imported {
        cases,
        started: context.date.as_deref().and_then(parts::time),
        environment: Environment { cpu, ..Environment::default() },
        machine: context.host_name.as_deref().and_then(parts::slug),
        ..Imported::default()
    })
}

fn case(name: &str, entries: &[&Entry]) -> Result<CaseRecord, String> {
    let bench = Format::GoogleBenchmark.name();
    if let Some(failed) = entries.iter().find(|entry| entry.error_occurred) {
        let reason = failed.error_message.as_deref().unwrap_or("an error without a message");
        return Ok(parts::failed(bench, name, Params::new(), reason));
    }
    let mut repetitions: Vec<&Entry> =
        entries.iter().filter(|entry| !entry.is_aggregate()).copied().collect();
    // `--benchmark_report_aggregates_only` leaves no others.
    if repetitions.is_empty() {
        let is_median = |entry: &&&Entry| entry.aggregate_name.as_deref() == Some("median");
        repetitions.extend(entries.iter().find(is_median).or(entries.first()));
    }
    let sample = |entry: &&Entry| Ok((entry.iterations.max(1), entry.nanos(entry.real_time)?));
    let samples = repetitions.iter().map(sample).collect::<Result<Vec<_>, String>>()?;
    let mut measurement = parts::measurement(samples).map_err(|reason| format!("`{name}`: {reason}"))?;
    let cpu = repetitions.iter().filter_map(|entry| Some(entry.nanos(entry.cpu_time?)));
    let cpu = cpu.collect::<Result<Vec<f64>, String>>()?;
    if !cpu.is_empty() {
        measurement.metrics.push(Metric::of_samples("cpu-ns", "ns", Direction::Lower, cpu));
    }
    // Rates are by CPU time there; the work of an iteration is what they were computed from.
    let first = repetitions[0];
    let seconds = first.nanos(first.cpu_time.unwrap_or(first.real_time))? / 1e9;
    let work = |rate: Option<f64>| rate.map(|rate| (rate * seconds).round()).filter(|work| *work >= 1.0);
    measurement.throughput.extend(work(first.bytes_per_second).map(|work| Throughput::Bytes(work as u64)));
    measurement.throughput.extend(work(first.items_per_second).map(|work| Throughput::Elements(work as u64)));
    Ok(parts::case(bench, name, Params::new(), vec![measurement]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Google Benchmark 1.8, shortened.
    const WRITTEN: &str = r#"{
      "context": {"date": "2026-11-28T02:04:05+01:00", "host_name": "ci-7", "num_cpus": 8, "mhz_per_cpu": 2200},
      "benchmarks": [
        {"name": "BM_Sort/1024", "run_name": "BM_Sort/1024", "run_type": "iteration", "repetitions": 2,
         "repetition_index": 0, "iterations": 1000, "real_time": 12.5, "cpu_time": 12.4, "time_unit": "us",
         "items_per_second": 82580645.0},
        {"name": "BM_Sort/1024", "run_name": "BM_Sort/1024", "run_type": "iteration", "repetitions": 2,
         "repetition_index": 1, "iterations": 1000, "real_time": 12.7, "cpu_time": 12.6, "time_unit": "us"},
        {"name": "BM_Sort/1024_mean", "run_name": "BM_Sort/1024", "run_type": "aggregate",
         "aggregate_name": "mean", "iterations": 2, "real_time": 12.6, "cpu_time": 12.5, "time_unit": "us"},
        {"name": "BM_Only_median", "run_name": "BM_Only", "run_type": "aggregate", "aggregate_name": "median",
         "iterations": 3, "real_time": 0.75, "cpu_time": 0.75, "time_unit": "ns"},
        {"name": "BM_Broken", "run_name": "BM_Broken", "run_type": "iteration", "iterations": 0,
         "error_occurred": true, "error_message": "no such device"}
      ]}"#;

    #[test]
    fn repetitions_are_samples_and_aggregates_only_a_last_resort() {
        let imported = parse(WRITTEN).expect("results");
        assert_eq!(imported.started.map(|time| time.to_string()).as_deref(), Some("2026-11-28T01:04:05Z"));
        assert_eq!((imported.machine.as_deref(), imported.environment.cpu.logical_cores), (Some("ci-7"), 8));
        let [sort, only, broken] = imported.cases.as_slice() else { panic!("{:?}", imported.cases) };
        assert_eq!(sort.id.to_string(), "google-benchmark/BM_Sort/1024@host");
        assert_eq!(sort.processes[0].samples.per_iteration(), [12_500.0, 12_700.0]);
        assert_eq!(sort.processes[0].throughput, [Throughput::Elements(1024)]);
        assert_eq!(sort.values_of("cpu-ns"), [12_500.0]);
        assert_eq!(only.process_medians(), [0.75]);
        assert!(broken.status.is_fault());
    }

    #[test]
    fn an_unknown_unit_is_not_guessed() {
        let text = WRITTEN.replace("\"us\"", "\"fortnights\"");
        assert!(parse(&text).expect_err("a unit").contains("fortnights"));
        assert!(parse("{}").is_err());
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
    fn what_is_stored_of_it() {
        let imported = parse(WRITTEN).expect("results");
        insta::assert_json_snapshot!(imported.cases, @r#"
        [
          {
            "id": {
              "bench": "google-benchmark",
              "benchmark": "BM_Sort/1024",
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
                    1000,
                    1000
                  ],
                  "nanos": [
                    12500000,
                    12700000
                  ]
                },
                "timing_method": "custom",
                "throughput": [
                  {
                    "elements": 1024
                  }
                ],
                "metrics": [
                  {
                    "name": "cpu-ns",
                    "unit": "ns",
                    "better": "lower",
                    "value": 12500.0,
                    "samples": [
                      12400.0,
                      12600.0
                    ]
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
              "bench": "google-benchmark",
              "benchmark": "BM_Only",
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
                    3000
                  ],
                  "nanos": [
                    2250
                  ]
                },
                "timing_method": "custom",
                "metrics": [
                  {
                    "name": "cpu-ns",
                    "unit": "ns",
                    "better": "lower",
                    "value": 0.75,
                    "samples": [
                      0.75
                    ]
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
              "bench": "google-benchmark",
              "benchmark": "BM_Broken",
              "params": {},
              "backend": "host"
            },
            "category": null,
            "tags": [],
            "status": "failed",
            "kind": "error",
            "reason": "no such device",
            "processes": []
          }
        ]
        "#);
    }
}
