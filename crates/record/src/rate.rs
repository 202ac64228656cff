//! Rates: work over wall time.

use crate::catalogue::{self, Known};
use crate::{Measurement, Throughput};

/// A rate that follows from the samples and from what the benchmark says of one iteration. Higher is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub metric: &'static Known,
    /// In the metric's unit.
    pub value: f64,
}

impl Measurement {
    /// Returns what was done per second, for each throughput: the work of the whole region over its wall time.
    #[must_use]
    pub fn rates(&self) -> Vec<(Throughput, f64)> {
        let rate = |work: &Throughput| Some((*work, self.per_second(work.per_iteration() as f64)?));
        self.throughput.iter().filter_map(rate).collect()
    }

    /// The rates of [`rates`](Self::rates), and those of the metrics that [have one](Known::rate): floating-point
    /// operations of an iteration, and the bytes that it has to read and write at least.
    #[must_use]
    pub fn all_rates(&self) -> Vec<Rate> {
        let declared = self.rates().into_iter().map(|(work, value)| Rate { metric: work.metric(), value });
        let analytic = catalogue::ALL.into_iter().filter_map(|known| {
            let metric = known.rate?;
            let work = self.metrics.iter().find(|metric| metric.name == known.name)?.value;
            Some(Rate { metric, value: self.per_second(work)? })
        });
        declared.chain(analytic).collect()
    }

    fn per_second(&self, work_of_an_iteration: f64) -> Option<f64> {
        let seconds = self.samples.total_nanos() as f64 / 1e9;
        let rate = work_of_an_iteration * self.samples.total_iterations() as f64 / seconds;
        rate.is_finite().then_some(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;
    use crate::catalogue::{BANDWIDTH, BYTES_MOVED, FLOP_RATE, FLOPS, NUM_PARAMS};

    /// Four iterations in 2 ms.
    fn process() -> Measurement {
        let mut process = Measurement::default();
        process.samples.push(3, 1_000_000);
        process.samples.push(1, 1_000_000);
        process
    }

    #[test]
    fn rates_are_the_work_over_the_whole_region() {
        let process = Measurement { throughput: vec![Throughput::Samples(8)], ..process() };
        assert_eq!(process.rates(), [(Throughput::Samples(8), 16_000.0)]);
        assert_eq!(
            Measurement { throughput: vec![Throughput::Bytes(1)], ..Measurement::default() }.rates(),
            []
        );
    }

    #[track_caller]
    fn check(metric: Metric, expected: Option<Rate>) {
        let rates = Measurement { metrics: vec![metric], ..process() }.all_rates();
        assert_eq!(rates, Vec::from_iter(expected));
    }

    #[test]
    fn what_an_iteration_computes_and_moves_makes_rates() {
        check(FLOPS.of(1e9), Some(Rate { metric: &FLOP_RATE, value: 2e12 }));
        check(BYTES_MOVED.of(5e6), Some(Rate { metric: &BANDWIDTH, value: 1e10 }));
        check(NUM_PARAMS.of(1e9), None);
        let metrics = vec![FLOPS.of(1.0)];
        assert_eq!(Measurement { metrics, ..Measurement::default() }.all_rates(), []);
    }
}
