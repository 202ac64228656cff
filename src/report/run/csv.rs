//! A run as comma-separated values: a line a case.

use std::io;

use accel_bench_record::RunRecord;
use accel_bench_record::catalogue::{BYTE_RATE, ELEMENT_RATE, HOST_RSS_PEAK, Known, SAMPLE_RATE, TOKEN_RATE};

use super::document::{CaseDocument, reason, status_word};
use crate::report::plain::plain;
use accel_bench_report::quantity::metric;

/// In the order of their columns.
const RATES: [&Known; 4] = [&ELEMENT_RATE, &BYTE_RATE, &SAMPLE_RATE, &TOKEN_RATE];

const COLUMNS: [&str; 30] = [
    "format",
    "run",
    "case",
    "bench",
    "benchmark",
    "backend",
    "params",
    "status",
    "reason",
    "processes",
    "samples",
    "latency_ns",
    "latency_low_ns",
    "latency_high_ns",
    "latency_interval_over",
    "sample_mean_ns",
    "sample_std_ns",
    "sample_min_ns",
    "sample_p50_ns",
    "sample_p90_ns",
    "sample_p95_ns",
    "sample_p99_ns",
    "sample_max_ns",
    "elements_per_s",
    "bytes_per_s",
    "samples_per_s",
    "tokens_per_s",
    "host_rss_peak_bytes",
    "metrics",
    "notes",
];

pub(super) fn render(record: &RunRecord) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for case in &record.cases {
        let document = CaseDocument::of(record, case);
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let id = &case.id;
        let mut line = vec![
            crate::report::FORMAT.to_string(),
            record.id.clone(),
            plain(&id.to_string()),
            plain(&id.bench),
            plain(&id.benchmark),
            plain(&id.backend),
            crate::report::plain::json(&serde_json::to_string(&id.params)?),
            status_word(&case.status),
            reason(&case.status).map(plain).unwrap_or_default(),
            case.processes.len().to_string(),
            document.samples.as_ref().map_or(0, |samples| samples.n).to_string(),
            number(document.latency_ns),
            number(document.latency_low_ns),
            number(document.latency_high_ns),
            document.latency_interval_over.unwrap_or_default().to_owned(),
        ];
        line.extend(of_samples(&document).map(number));
        line.extend(RATES.map(|rate| number(document.rates.get(rate.name).copied())));
        line.push(number(metric(case, HOST_RSS_PEAK.name)));
        line.push(crate::report::plain::json(&serde_json::to_string(&document.metrics)?));
        line.push(crate::report::plain::json(&serde_json::to_string(&document.notes)?));
        writer.write_record(line)?;
    }
    crate::report::sheet::text(writer)
}

fn of_samples(document: &CaseDocument<'_>) -> [Option<f64>; 8] {
    let Some(samples) = &document.samples else { return [None; 8] };
    [
        samples.mean_ns,
        samples.std_ns,
        samples.min_ns,
        samples.p50_ns,
        samples.p90_ns,
        samples.p95_ns,
        samples.p99_ns,
        samples.max_ns,
    ]
    .map(Some)
}
