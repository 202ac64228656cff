//! The measurement of one case by one process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Metric;
use crate::catalogue::{self, Known};

/// The raw samples of one case in one process: sample `i` ran `iterations[i]` iterations in `nanos[i]`
/// nanoseconds of wall time, the device synchronised once at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    pub iterations: Vec<u64>,
    pub nanos: Vec<u64>,
}

impl Samples {
    /// None yet, with room for this many.
    #[must_use]
    pub fn with_capacity(samples: usize) -> Self {
        Self { iterations: Vec::with_capacity(samples), nanos: Vec::with_capacity(samples) }
    }

    /// Bytes that they take on the heap.
    #[must_use]
    pub fn heap_bytes(&self) -> u64 {
        8 * (self.iterations.capacity() + self.nanos.capacity()) as u64
    }

    pub fn push(&mut self, iterations: u64, nanos: u64) {
        self.iterations.push(iterations);
        self.nanos.push(nanos);
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.iterations.len().min(self.nanos.len())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nanoseconds per iteration, one value a sample.
    #[must_use]
    pub fn per_iteration(&self) -> Vec<f64> {
        let pairs = self.iterations.iter().zip(&self.nanos);
        pairs.map(|(&iterations, &nanos)| nanos as f64 / iterations.max(1) as f64).collect()
    }

    /// Nanoseconds of the whole timed region.
    #[must_use]
    pub fn total_nanos(&self) -> u64 {
        self.nanos.iter().fold(0, |sum, &nanos| sum.saturating_add(nanos))
    }

    #[must_use]
    pub fn total_iterations(&self) -> u64 {
        self.iterations.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }

    /// Returns what is wrong with samples that a child sent: `None` when they can be.
    ///
    /// A child cannot have spent more time in its samples than passed since it was asked (`elapsed_nanos`).
    #[must_use]
    pub fn fault(&self, elapsed_nanos: u64) -> Option<String> {
        if self.iterations.len() != self.nanos.len() {
            return Some(format!(
                "{} iteration counts for {} times",
                self.iterations.len(),
                self.nanos.len()
            ));
        }
        if self.is_empty() {
            return Some("no samples".to_owned());
        }
        if self.iterations.contains(&0) {
            return Some("a sample of 0 iterations".to_owned());
        }
        if self.total_nanos() == 0 {
            return Some("all samples together took 0 ns".to_owned());
        }
        (self.total_nanos() > elapsed_nanos)
            .then(|| format!("samples of {} ns within {elapsed_nanos} ns of wall time", self.total_nanos()))
    }
}

/// The work of one iteration; rates are the work of the whole region over its wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Throughput {
    Elements(u64),
    Bytes(u64),
    Samples(u64),
    Tokens(u64),
}

impl Throughput {
    #[must_use]
    pub fn per_iteration(self) -> u64 {
        match self {
            Self::Elements(n) | Self::Bytes(n) | Self::Samples(n) | Self::Tokens(n) => n,
        }
    }

    /// The metric of its rate, whose name is its unit too: `samples-per-s`.
    #[must_use]
    pub fn metric(self) -> &'static Known {
        match self {
            Self::Elements(_) => &catalogue::ELEMENT_RATE,
            Self::Bytes(_) => &catalogue::BYTE_RATE,
            Self::Samples(_) => &catalogue::SAMPLE_RATE,
            Self::Tokens(_) => &catalogue::TOKEN_RATE,
        }
    }
}

/// How the warm-up went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmUp {
    pub iterations: u64,
    pub nanos: u64,
    /// The very first iteration: it carries compilation, autotuning and cold caches.
    pub first_nanos: u64,
    /// False when the bound was reached while times still fell.
    pub steady: bool,
    /// The time of the iterations above the steady time until they settled: compiling, autotuning, cold caches.
    /// Absent where they never settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settling_nanos: Option<u64>,
}

/// The conditions on the machine while the samples of one case were taken in one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// Nanoseconds, within the samples, that the process was ready to run and another one ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_nanos: Option<u64>,
    /// Samples that were disturbed, thrown away and taken again.
    pub redone: u32,
    /// Nanoseconds that the hypervisor gave to others, of the CPUs that were measured on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stolen_nanos: Option<u64>,
    /// Megahertz of the slowest of these CPUs, when the samples had been taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_mhz: Option<f64>,
    /// How often these CPUs were slowed down because of their heat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled: Option<u64>,
}

impl Conditions {
    /// Returns what has happened since `earlier`, for counters that only rise.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        let risen = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        Self {
            stolen_nanos: risen(self.stolen_nanos, earlier.stolen_nanos),
            throttled: risen(self.throttled, earlier.throttled),
            ..self
        }
    }
}

/// The meaning of a sample's nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimingMethod {
    /// Wall time of a batch of iterations, the device synchronised at its end.
    #[default]
    WallSync,
    /// Wall time of a batch of iterations, whose work is done when the calls return.
    Wall,
    /// The duration that the benchmark itself returned, from `iter_custom`.
    Custom,
    /// What Criterion measured and left in its files.
    Criterion,
}

impl TimingMethod {
    /// As the formats for scripts name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WallSync => "wall-sync",
            Self::Wall => "wall",
            Self::Custom => "custom",
            Self::Criterion => "criterion",
        }
    }

    /// All that runs before this field held.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_wall_sync(&self) -> bool {
        *self == Self::WallSync
    }
}

/// The memory of a case over time: bytes at moments between its samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings {
    /// Nanoseconds since the first reading, in order.
    pub nanos: Vec<u64>,
    /// As many as there are moments.
    pub bytes: Vec<u64>,
}

impl Readings {
    /// More than this of one case would say no more than a thinner series.
    pub const MOST: usize = 64;

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nanos.is_empty()
    }

    /// Why this cannot be what was read.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let (moments, bytes) = (self.nanos.len(), self.bytes.len());
        if moments != bytes {
            return Some(format!("{bytes} readings of memory at {moments} moments"));
        }
        if moments > Self::MOST {
            return Some(format!("{moments} readings of memory"));
        }
        (!self.nanos.is_sorted()).then(|| "readings of memory that go back in time".to_owned())
    }
}

/// Everything one process measured of one case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    pub samples: Samples,
    #[serde(default, skip_serializing_if = "TimingMethod::is_wall_sync")]
    pub timing_method: TimingMethod,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throughput: Vec<Throughput>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// Absent where nothing reports memory.
    #[serde(default, skip_serializing_if = "Readings::is_empty")]
    pub memory: Readings,
    pub warm_up: WarmUp,
    /// The device of the case, as it names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// Which order the functions of the executable were linked in, for a suspected change; absent: as the compiler linked them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<u32>,
    /// Notes of the benchmark on how it ran, in words: `effective-precision: f32`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(iterations: &[u64], nanos: &[u64], elapsed: u64, expected: Option<&str>) {
        let samples = Samples { iterations: iterations.into(), nanos: nanos.into() };
        assert_eq!(samples.fault(elapsed).as_deref(), expected);
    }

    #[test]
    fn what_a_lying_child_may_send() {
        check(&[1, 2], &[10, 20], 100, None);
        check(&[1], &[10, 20], 100, Some("1 iteration counts for 2 times"));
        check(&[], &[], 100, Some("no samples"));
        check(&[0], &[5], 100, Some("a sample of 0 iterations"));
        check(&[1], &[0], 100, Some("all samples together took 0 ns"));
        check(&[1], &[101], 100, Some("samples of 101 ns within 100 ns of wall time"));
        check(
            &[1, 1],
            &[u64::MAX, 2],
            100,
            Some("samples of 18446744073709551615 ns within 100 ns of wall time"),
        );
    }

    #[test]
    fn what_a_lying_child_may_say_of_memory() {
        let fault =
            |nanos: &[u64], bytes: &[u64]| Readings { nanos: nanos.into(), bytes: bytes.into() }.fault();
        assert_eq!(fault(&[], &[]), None);
        assert_eq!(fault(&[0, 5, 5], &[7, 9, 1]), None);
        assert_eq!(fault(&[0, 5], &[7]).as_deref(), Some("1 readings of memory at 2 moments"));
        assert_eq!(fault(&[5, 0], &[7, 7]).as_deref(), Some("readings of memory that go back in time"));
        assert_eq!(fault(&[0; 65], &[7; 65]).as_deref(), Some("65 readings of memory"));
    }

    #[test]
    fn per_iteration_divides_each_sample() {
        let mut samples = Samples::default();
        samples.push(4, 100);
        samples.push(1, 30);
        assert_eq!(samples.per_iteration(), [25.0, 30.0]);
        assert_eq!((samples.total_nanos(), samples.total_iterations()), (130, 5));
    }
}
