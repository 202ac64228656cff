//! Numbers that JSON cannot hold.

use accel_bench_record::CaseRecord;

use super::error::Error;

/// JSON writes a number that is not finite as `null`, which makes the whole file unreadable later.
pub(super) fn check_numbers(case: &CaseRecord) -> Result<(), Error> {
    let mut metrics = case.processes.iter().flat_map(|process| &process.metrics);
    match metrics.find_map(|metric| Some((metric, metric.not_finite()?))) {
        None => Ok(()),
        Some((metric, value)) => {
            Err(Error::NotFinite { case: case.id.to_string(), metric: metric.name.clone(), value })
        }
    }
}
