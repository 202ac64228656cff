//! A named value of a case next to its latency.

use serde::{Deserialize, Serialize};

use crate::stats::{Interval, median};

/// Which way a metric improves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Lower,
    Higher,
    /// Told, never judged.
    Neither,
}

/// A named value of a case next to its latency: `host-rss-peak-bytes`, `ttft-ms`, or a user's own. `docs/metrics.md`
/// has the names that the harness gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    /// `ms`, `bytes`, `flop/s`, …; `1` for a share.
    pub unit: String,
    pub better: Direction,
    /// The value for comparisons, one per process: with samples, their median.
    pub value: f64,
    /// Where the value comes from, when one name can have several sources: `pool`, `rss`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The raw values, in the metric's unit; empty for a single value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<f64>,
    /// Both ends of the 95 % interval of `value` within this process, where one was computed; in the metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

impl Metric {
    /// A single value.
    pub fn new(name: impl Into<String>, unit: impl Into<String>, better: Direction, value: f64) -> Self {
        let (name, unit) = (name.into(), unit.into());
        Self { name, unit, better, value, source: None, samples: Vec::new(), interval: None }
    }

    /// Raw values, kept as they are; `value` is their median. Without samples, or with one that is not finite, the
    /// value is not a number and the case is refused, as with [`new`](Self::new).
    pub fn of_samples(
        name: impl Into<String>,
        unit: impl Into<String>,
        better: Direction,
        samples: Vec<f64>,
    ) -> Self {
        let value = median(&samples).unwrap_or(f64::NAN);
        Self { samples, ..Self::new(name, unit, better, value) }
    }

    /// Says where the value comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    #[must_use]
    pub fn within(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval.map(|interval| [interval.low, interval.high]);
        self
    }

    /// The first number of it that is not finite: JSON has no such number, so no one could read it back.
    #[must_use]
    pub fn not_finite(&self) -> Option<f64> {
        let ends = self.interval.into_iter().flatten();
        let mut all = std::iter::once(self.value).chain(self.samples.iter().copied()).chain(ends);
        all.find(|number| !number.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(samples: &[f64], value: Option<f64>) {
        let metric = Metric::of_samples("ttft-ms", "ms", Direction::Lower, samples.to_vec());
        assert_eq!(metric.samples.len(), samples.len());
        assert_eq!(metric.not_finite().is_none().then_some(metric.value), value);
    }

    #[test]
    fn the_value_of_samples_is_their_median() {
        check(&[3.0, 1.0, 2.0], Some(2.0));
        check(&[4.0], Some(4.0));
        check(&[], None);
        check(&[1.0, f64::INFINITY], None);
        check(&[1.0, f64::NAN, 2.0], None);
    }

    #[test]
    fn what_is_not_finite_is_found_anywhere() {
        let metric = Metric::new("x", "1", Direction::Lower, 1.0);
        assert_eq!(metric.not_finite(), None);
        assert!(Metric { value: f64::NAN, ..metric.clone() }.not_finite().is_some_and(f64::is_nan));
        let within = Metric { interval: Some([0.0, f64::INFINITY]), ..metric };
        assert_eq!(within.not_finite(), Some(f64::INFINITY));
    }

    #[test]
    fn a_metric_without_samples_is_written_as_before_them() {
        let old = r#"{"name":"x","unit":"1","better":"lower","value":2.0}"#;
        let metric: Metric = serde_json::from_str(old).expect("what older files hold");
        assert_eq!(metric, Metric::new("x", "1", Direction::Lower, 2.0));
        assert_eq!(serde_json::to_string(&metric).expect("JSON"), old);
        let new = Metric::of_samples("x", "1", Direction::Lower, vec![1.0, 0.1]).source("device");
        let new = new.within(Interval::new(0.1, 1.0));
        let text = serde_json::to_string(&new).expect("JSON");
        assert_eq!(serde_json::from_str::<Metric>(&text).expect("it reads back"), new);
    }
}
