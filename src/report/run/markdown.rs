//! A run for a pull request.

use accel_bench_record::RunRecord;

use super::columns::throughput;
use super::document::{reason, status_word};
use crate::report::amount;
use crate::report::markdown::{Align, table};
use accel_bench_record::Estimate;
use accel_bench_report::quantity::memory_peak;

pub(super) fn render(record: &RunRecord) -> String {
    let columns = [
        ("case", Align::Left),
        ("latency", Align::Right),
        ("throughput", Align::Right),
        ("memory peak", Align::Right),
        ("status", Align::Left),
    ];
    let rows: Vec<_> = record
        .cases
        .iter()
        .map(|case| {
            let status = match reason(&case.status) {
                None => status_word(&case.status),
                Some(reason) => format!("{}: {reason}", status_word(&case.status)),
            };
            [
                case.id.to_string(),
                Estimate::of_latency(case)
                    .map(|latency| amount::estimate(&latency, "ns"))
                    .unwrap_or_default(),
                throughput(case).unwrap_or_default(),
                memory_peak(case).map(|bytes| amount::amount(bytes, "bytes")).unwrap_or_default(),
                status,
            ]
        })
        .collect();
    table(columns, &rows)
}
