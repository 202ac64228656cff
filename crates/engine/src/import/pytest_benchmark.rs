//! `pytest --benchmark-json`: tests with the seconds of each round.

use std::collections::BTreeMap;

use accel_bench_record::{CaseRecord, CommitInfo, Cpu, Environment, Params, TreeState};
use serde::Deserialize;

use super::{Format, Imported, parts};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    machine_info: Machine,
    commit_info: Option<Commit>,
    benchmarks: Vec<Entry>,
    datetime: Option<String>,
}

#[derive(Default, Deserialize)]
struct Machine {
    node: Option<String>,
    machine: Option<String>,
    #[serde(default)]
    cpu: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Commit {
    id: Option<String>,
    time: Option<String>,
    branch: Option<String>,
    #[serde(default)]
    dirty: bool,
}

#[derive(Deserialize)]
struct Entry {
    fullname: String,
    #[serde(default)]
    params: Option<BTreeMap<String, serde_json::Value>>,
    stats: Stats,
}

#[derive(Deserialize)]
struct Stats {
    /// Seconds of an iteration, by round; only with `--benchmark-save-data`.
    #[serde(default)]
    data: Vec<f64>,
    median: f64,
    #[serde(default = "one")]
    iterations: u64,
}

fn one() -> u64 {
    1
}

pub(super) fn parse(text: &str) -> Result<Imported, String> {
    let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cases = document.benchmarks.iter().map(case).collect::<Result<_, _>>()?;
    let machine = document.machine_info;
    let text = |name: &str| machine.cpu.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let model = text("brand_raw").or_else(|| text("brand"));
    let cores = machine.cpu.get("count").and_then(serde_json::Value::as_u64).unwrap_or_default();
    let name = model.as_deref().or(machine.node.as_deref()).and_then(parts::slug);
    let cpu = Cpu {
        model,
        architecture: machine.machine.unwrap_or_default(),
        logical_cores: usize::try_from(cores).unwrap_or_default(),
        ..Cpu::default()
    };
    Ok(Imported {
        cases,
        started: document.datetime.as_deref().and_then(parts::time),
        commit: document.commit_info.and_then(commit),
        environment: Environment { cpu, ..Environment::default() },
        machine: name,
    })
}

fn case(entry: &Entry) -> Result<CaseRecord, String> {
    let params: Params = entry
        .params
        .iter()
        .flatten()
        .map(|(name, value)| (name.replace('_', "-"), parts::param(value)))
        .collect();
    let stats = &entry.stats;
    let whole = if stats.data.is_empty() { Some(stats.median) } else { None };
    let seconds = stats.data.iter().copied().chain(whole);
    let samples = seconds.map(|seconds| (stats.iterations.max(1), seconds * 1e9));
    let measurement =
        parts::measurement(samples).map_err(|reason| format!("`{}`: {reason}", entry.fullname))?;
    // The values are in the parameters: `test_x[8]` is `test_x` with one.
    let name = if params.is_empty() { &entry.fullname } else { without_values(&entry.fullname) };
    Ok(parts::case(Format::PytestBenchmark.name(), name, params, vec![measurement]))
}

fn without_values(name: &str) -> &str {
    name.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).map_or(name, |(name, _)| name)
}

/// `None` for what is not a full hash, such as "unversioned".
fn commit(own: Commit) -> Option<CommitInfo> {
    let id = own.id.filter(|id| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let tree = match own.dirty {
        // The tree's own hash is not in the file.
        true => TreeState::Dirty { tree: format!("{id}-dirty") },
        false => TreeState::Clean,
    };
    let time = own.time.as_deref().and_then(parts::time).unwrap_or_default().to_string();
    Some(CommitInfo { id, branch: own.branch, subject: String::new(), time, tree })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by pytest-benchmark 4.0, shortened.
    const WRITTEN: &str = r#"{
      "machine_info": {"node": "ci-7", "machine": "x86_64", "cpu": {"brand_raw": "AMD EPYC 7B13", "count": 8}},
      "commit_info": {"id": "4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c", "time": "2026-11-21T09:00:00+00:00",
                      "dirty": false, "branch": "main"},
      "benchmarks": [
        {"group": null, "name": "test_sort[8]", "fullname": "tests/test_a.py::test_sort[8]",
         "params": {"batch_size": 8}, "stats": {"min": 0.01, "median": 0.012, "rounds": 2, "iterations": 4,
         "data": [0.011, 0.013]}},
        {"name": "test_sum", "fullname": "tests/test_a.py::test_sum", "params": null,
         "stats": {"median": 2.5e-08, "rounds": 90, "iterations": 100}}
      ],
      "datetime": "2026-11-28T02:04:05.712343", "version": "4.0.0"}"#;

    #[test]
    fn tests_are_cases_with_their_parameters_and_commit() {
        let imported = parse(WRITTEN).expect("results");
        let [sort, sum] = imported.cases.as_slice() else { panic!("{:?}", imported.cases) };
        assert_eq!(sort.id.to_string(), "pytest-benchmark/tests/test_a.py/test_sort/b8@host");
        assert_eq!(sort.processes[0].samples.iterations, [4, 4]);
        assert_eq!(sort.process_medians(), [12e6]);
        assert_eq!(sum.process_medians(), [25.0]);
        let commit = imported.commit.expect("a commit");
        assert_eq!((commit.branch.as_deref(), commit.tree), (Some("main"), TreeState::Clean));
        assert_eq!(imported.machine.as_deref(), Some("amd-epyc-7b13"));
        assert_eq!(imported.started.map(|time| time.as_second()), Some(1_795_831_445));
    }

    #[test]
    fn a_commit_that_is_none_and_a_dirty_one() {
        let with = |from: &str, to: &str| parse(&WRITTEN.replace(from, to)).expect("results").commit;
        assert_eq!(with("4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c", "unversioned"), None);
        let dirty = with("\"dirty\": false", "\"dirty\": true").expect("a commit");
        assert!(matches!(dirty.tree, TreeState::Dirty { .. }));
    }

    #[test]
    fn what_is_stored_of_it() {
        let imported = parse(WRITTEN).expect("results");
        insta::assert_json_snapshot!(imported.cases, @r#"
        [
          {
            "id": {
              "bench": "pytest-benchmark",
              "benchmark": "tests/test_a.py/test_sort",
              "params": {
                "batch-size": 8
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
                    4,
                    4
                  ],
                  "nanos": [
                    44000000,
                    52000000
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
          },
          {
            "id": {
              "bench": "pytest-benchmark",
              "benchmark": "tests/test_a.py/test_sum",
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
                    100000
                  ],
                  "nanos": [
                    2500000
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
