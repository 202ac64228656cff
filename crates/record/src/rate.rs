//! Rates: work over wall time.

use super::{Measurement, Throughput};

/// A rate that follows from the samples and from what the benchmark says of one iteration. Higher is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub name: &'static str,
    /// `/s`, `flop/s` or `bytes/s`.
    pub unit: &'static str,
    pub value: f64,
}

/// The metrics of one iteration that make a rate: the metric, the rate and its unit.
const ANALYTIC: [(&str, &str, &str); 2] =
    [("flops", "flops-per-s", "flop/s"), ("bytes-moved", "bandwidth-bytes-per-s", "bytes/s")];

impl Measurement {
    /// Returns what was done per second, for each throughput: the work of the whole region over its wall time.
    #[must_use]
    pub fn rates(&self) -> Vec<(Throughput, f64)> {
        let rate = |work: &Throughput| Some((*work, self.per_second(work.per_iteration() as f64)?));
        self.throughput.iter().filter_map(rate).collect()
    }

    /// The rates of [`rates`](Self::rates), and those of the metrics `flops` (floating-point operations of an
    /// iteration) and `bytes-moved` (the bytes that an iteration has to read and write at least).
    #[must_use]
    pub fn all_rates(&self) -> Vec<Rate> {
        let declared = self.rates().into_iter().map(|(work, value)| Rate {
            name: work.metric_name(),
            unit: "/s",
            value,
        });
        let analytic = ANALYTIC.into_iter().filter_map(|(of, name, unit)| {
            let work = self.metrics.iter().find(|metric| metric.name == of)?.value;
            Some(Rate { name, unit, value: self.per_second(work)? })
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
    use crate::{Direction, Metric};

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
    fn check(metric: (&str, f64), expected: &[Rate]) {
        let metrics = vec![Metric::new(metric.0, "flop", Direction::Neither, metric.1)];
        assert_eq!(Measurement { metrics, ..process() }.all_rates(), expected);
    }

    #[test]
    fn what_an_iteration_computes_and_moves_makes_rates() {
        check(("flops", 1e9), &[Rate { name: "flops-per-s", unit: "flop/s", value: 2e12 }]);
        check(("bytes-moved", 5e6), &[Rate { name: "bandwidth-bytes-per-s", unit: "bytes/s", value: 1e10 }]);
        check(("num-params", 1e9), &[]);
        let metrics = vec![Metric::new("flops", "flop", Direction::Neither, 1.0)];
        assert_eq!(Measurement { metrics, ..Measurement::default() }.all_rates(), []);
    }
}
