//! The quantities of a case that tables and charts show.

use accel_bench_record::catalogue::{self, Known, Shown};
use accel_bench_record::{CaseRecord, Measurement, Throughput, stats};

/// The median of a metric over the processes that have it, in its unit.
#[must_use]
pub fn metric(case: &CaseRecord, name: &str) -> Option<f64> {
    stats::median(&case.values_of(name))
}

/// The most bytes that the case's processes held: the device's pool where it reports, else what was allocated, else the
/// host's.
#[must_use]
pub fn memory_peak(case: &CaseRecord) -> Option<f64> {
    let rank = |known: &&Known| match known.shown {
        Shown::Memory { rank } => Some(rank),
        _ => None,
    };
    let mut known: Vec<_> = catalogue::ALL.into_iter().filter(|known| rank(known).is_some()).collect();
    known.sort_by_key(rank);
    known.into_iter().find_map(|known| metric(case, known.name))
}

/// The first throughput that the benchmark declares: its work, and how much of it is done in a second.
#[must_use]
pub fn throughput(case: &CaseRecord) -> Option<(Throughput, f64)> {
    let work = case.processes.iter().flat_map(|process| &process.throughput).next()?;
    let all = case.processes.iter().flat_map(Measurement::rates);
    let rates: Vec<f64> =
        all.filter(|(other, _)| other.metric() == work.metric()).map(|(_, rate)| rate).collect();
    Some((*work, stats::median(&rates)?))
}

/// The unit of such a rate: `tokens/s`.
#[must_use]
pub fn rate_unit(work: Throughput) -> String {
    work.metric().name.replace("-per-s", "/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_rates() {
        let units = [Throughput::Tokens(1), Throughput::Samples(1), Throughput::Bytes(1)].map(rate_unit);
        assert_eq!(units, ["tokens/s", "samples/s", "bytes/s"]);
    }
}
