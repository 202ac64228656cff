//! The tables of SQL: the history as it is, and in the shape that performance databases of this field use.

/// One row a case and metric, as in `docs/history.md`.
pub(super) fn results(files: &str) -> String {
    format!("CREATE VIEW results AS SELECT * FROM read_parquet({files}, union_by_name = true)")
}

/// One row for each model, or benchmark without one, that a run measured on a backend.
pub(crate) const BENCHMARK_RUNS: &str = "
CREATE VIEW benchmark_runs AS
SELECT
    run || ':' || coalesce(model, bench || '/' || benchmark) || '@' || backend AS id,
    min(started) AS timestamp,
    coalesce(model, bench || '/' || benchmark) AS model_id,
    coalesce(min(device), backend) AS device,
    min(benchmark) AS architecture_type,
    max(CASE WHEN metric = 'num-params' THEN value END)::BIGINT AS parameter_count,
    min(coalesce(commit[1:9] || ' ' || subject, run)) AS description
FROM results
GROUP BY run, coalesce(model, bench || '/' || benchmark), backend
";

/// One row a case; metrics without a column of their own are in `device_metrics`.
pub(crate) const BENCHMARK_RESULTS: &str = "
CREATE VIEW benchmark_results AS
SELECT
    run || ':' || coalesce(model, bench || '/' || benchmark) || '@' || backend AS run_id,
    batch_size,
    sequence_length,
    precision,
    max(CASE WHEN metric = 'latency-ns' THEN value END) / 1e6 AS latency_ms,
    max(CASE WHEN metric = 'samples-per-s' THEN value END) AS throughput_samples_per_sec,
    max(CASE WHEN metric = 'mem-avg-bytes' THEN value END) / 1e6 AS memory_usage_mb,
    max(CASE WHEN metric = 'ttft-ms' THEN value END) AS first_token_latency_ms,
    coalesce(
        max(CASE WHEN metric = 'mem-reserved-bytes' THEN value END),
        max(CASE WHEN metric = 'mem-peak-bytes' THEN value END),
        max(CASE WHEN metric = 'host-rss-peak-bytes' THEN value END)
    ) / 1e6 AS peak_memory_mb,
    to_json(map_from_entries(list({'key': metric, 'value': value}) FILTER (value IS NOT NULL AND metric NOT IN (
        'latency-ns', 'samples-per-s', 'mem-avg-bytes', 'ttft-ms'
    )))) AS device_metrics
FROM results
GROUP BY run, coalesce(model, bench || '/' || benchmark), backend, case_key, batch_size, sequence_length, precision
";
