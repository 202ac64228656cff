//! `llama-bench -o json`: prompts and generations of a model, with the nanoseconds of each repetition.

use accel_bench_record::catalogue::NUM_PARAMS;
use accel_bench_record::{CaseRecord, Cpu, Environment, Params, Throughput};
use serde::Deserialize;

use super::{Format, Imported, parts};

#[derive(Deserialize)]
struct Entry {
    build_commit: Option<String>,
    cpu_info: Option<String>,
    gpu_info: Option<String>,
    #[serde(default)]
    backends: String,
    model_type: String,
    model_n_params: Option<f64>,
    n_batch: Option<i64>,
    n_threads: Option<i64>,
    n_gpu_layers: Option<i64>,
    n_prompt: u64,
    n_gen: u64,
    test_time: Option<String>,
    avg_ns: f64,
    #[serde(default)]
    samples_ns: Vec<f64>,
}

pub(super) fn parse(text: &str) -> Result<Imported, String> {
    let entries: Vec<Entry> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cases = entries.iter().map(case).collect::<Result<_, _>>()?;
    let Some(first) = entries.first() else { return Ok(Imported::default()) };
    let named = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let machine = named(&first.gpu_info).or_else(|| named(&first.cpu_info));
    let cpu = Cpu { model: named(&first.cpu_info), ..Cpu::default() };
    Ok(Imported {
        cases,
        started: first.test_time.as_deref().and_then(parts::time),
        environment: Environment { cpu, ..Environment::default() },
        machine: machine.as_deref().and_then(parts::slug),
        ..Imported::default()
    })
}

fn case(entry: &Entry) -> Result<CaseRecord, String> {
    let benchmark = match (entry.n_prompt, entry.n_gen) {
        (_, 0) => "prompt",
        (0, _) => "generation",
        _ => "prompt-and-generation",
    };
    let mut params: Params = [("model".to_owned(), entry.model_type.as_str().into())].into();
    let prompt = i64::try_from(entry.n_prompt).unwrap_or(i64::MAX);
    let generated = i64::try_from(entry.n_gen).unwrap_or(i64::MAX);
    let numbers = [
        ("sequence-length", Some(prompt).filter(|tokens| *tokens > 0)),
        ("new-tokens", Some(generated).filter(|tokens| *tokens > 0)),
        ("n-batch", entry.n_batch),
        ("threads", entry.n_threads),
        ("gpu-layers", entry.n_gpu_layers.filter(|layers| *layers > 0)),
    ];
    params.extend(numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    let whole = if entry.samples_ns.is_empty() { Some(entry.avg_ns) } else { None };
    let nanos = entry.samples_ns.iter().copied().chain(whole);
    let mut measurement = parts::measurement(nanos.map(|nanos| (1, nanos)))
        .map_err(|reason| format!("`{}`: {reason}", entry.model_type))?;
    measurement.throughput = vec![Throughput::Tokens(entry.n_prompt + entry.n_gen)];
    measurement.metrics = entry.model_n_params.map(|count| NUM_PARAMS.of(count)).into_iter().collect();
    measurement.device = entry.gpu_info.clone().filter(|info| !info.is_empty()).or(entry.cpu_info.clone());
    if let Some(build) = &entry.build_commit {
        measurement.notes.insert("llama-cpp".to_owned(), build.clone());
    }
    let mut case = parts::case(Format::LlamaBench.name(), benchmark, params, vec![measurement]);
    if !entry.backends.is_empty() {
        case.id.backend = entry.backends.to_lowercase().replace(',', "-");
    }
    Ok(case)
}

#[cfg(test)]
mod tests {
    use accel_bench_record::catalogue::TOKEN_RATE;

    use super::*;

    /// Written by llama-bench of llama.cpp b4000, shortened.
    const WRITTEN: &str = r#"[
      {"build_commit": "8cf427ff", "cpu_info": "AMD EPYC 7B13", "gpu_info": "NVIDIA A100", "backends": "CUDA",
       "model_filename": "m.gguf", "model_type": "qwen2 7B Q4_K", "model_size": 4677120000,
       "model_n_params": 7615616512, "n_batch": 2048, "n_threads": 8, "n_gpu_layers": 99, "n_prompt": 512,
       "n_gen": 0, "test_time": "2026-11-28T02:04:05Z", "avg_ns": 68000000, "stddev_ns": 1000000,
       "avg_ts": 7529.4, "samples_ns": [67000000, 68000000, 69000000]},
      {"backends": "CUDA", "model_type": "qwen2 7B Q4_K", "n_prompt": 0, "n_gen": 128, "avg_ns": 1600000000}
    ]"#;

    #[test]
    fn prompts_and_generations_are_cases_with_their_tokens() {
        let imported = parse(WRITTEN).expect("results");
        let [prompt, generation] = imported.cases.as_slice() else { panic!("{:?}", imported.cases) };
        let id = "llama-bench/prompt/qwen2 7B Q4_K/s512,gpu-layers=99,n-batch=2048,threads=8@cuda";
        assert_eq!(prompt.id.to_string(), id);
        assert_eq!(prompt.process_medians(), [68e6]);
        assert!(prompt.rates_of(&TOKEN_RATE).iter().all(|rate| (rate - 7529.4).abs() < 0.1));
        assert_eq!(prompt.values_of(NUM_PARAMS.name), [7_615_616_512.0]);
        assert_eq!(prompt.processes[0].device.as_deref(), Some("NVIDIA A100"));
        assert_eq!(generation.id.to_string(), "llama-bench/generation/qwen2 7B Q4_K/new-tokens=128@cuda");
        assert_eq!(imported.machine.as_deref(), Some("nvidia-a100"));
    }

    #[test]
    fn nothing_and_what_is_something_else() {
        assert_eq!(parse("[]"), Ok(Imported::default()));
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
              "bench": "llama-bench",
              "benchmark": "prompt",
              "params": {
                "gpu-layers": 99,
                "model": "qwen2 7B Q4_K",
                "n-batch": 2048,
                "sequence-length": 512,
                "threads": 8
              },
              "backend": "cuda"
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
                    67000000,
                    68000000,
                    69000000
                  ]
                },
                "timing_method": "custom",
                "throughput": [
                  {
                    "tokens": 512
                  }
                ],
                "metrics": [
                  {
                    "name": "num-params",
                    "unit": "parameters",
                    "better": "neither",
                    "value": 7615616512.0,
                    "source": "analytic"
                  }
                ],
                "warm_up": {
                  "iterations": 0,
                  "nanos": 0,
                  "first_nanos": 0,
                  "steady": false
                },
                "device": "NVIDIA A100",
                "notes": {
                  "llama-cpp": "8cf427ff"
                }
              }
            ]
          },
          {
            "id": {
              "bench": "llama-bench",
              "benchmark": "generation",
              "params": {
                "model": "qwen2 7B Q4_K",
                "new-tokens": 128
              },
              "backend": "cuda"
            },
            "category": null,
            "tags": [],
            "status": "ok",
            "processes": [
              {
                "samples": {
                  "iterations": [
                    1
                  ],
                  "nanos": [
                    1600000000
                  ]
                },
                "timing_method": "custom",
                "throughput": [
                  {
                    "tokens": 128
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
          }
        ]
        "#);
    }
}
