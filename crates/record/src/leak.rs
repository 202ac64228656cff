//! Detects whether memory grows from iteration to iteration.

use crate::Measurement;
use crate::catalogue::MEM_GROWTH;

/// A growth of less than this an iteration is not a leak. What a benchmark notes for itself, a loss or some times, is
/// tens of bytes an iteration; a tensor that is kept by mistake is a thousand at least.
pub const LEAK_BYTES_PER_ITERATION: f64 = 1024.0;

/// Nor is a growth of less than this over all samples: the C library takes and keeps memory in pieces of 128 KiB and
/// more (glibc's `M_TOP_PAD`), so a resident set rises by some of them while nothing leaks.
const LEAK_BYTES_IN_ALL: f64 = (1 << 20) as f64;

/// Memory that iterations do not give back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leak {
    /// Theil–Sen slope.
    pub bytes_per_iteration: f64,
    /// Both ends of its 95 % interval.
    pub interval: [f64; 2],
}

impl Measurement {
    /// The leak that [`MEM_GROWTH`] shows: the lower end of its interval is above [`LEAK_BYTES_PER_ITERATION`], and
    /// amounts to 1 MiB over the iterations that were sampled.
    #[must_use]
    pub fn leak(&self) -> Option<Leak> {
        let growth = self.metrics.iter().find(|metric| metric.name == MEM_GROWTH.name)?;
        let interval @ [low, _] = growth.interval?;
        let in_all = low * self.samples.total_iterations() as f64;
        (low > LEAK_BYTES_PER_ITERATION && in_all > LEAK_BYTES_IN_ALL)
            .then_some(Leak { bytes_per_iteration: growth.value, interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Interval;

    #[track_caller]
    fn check(interval: Option<(f64, f64)>, iterations: u64, leaks: bool) {
        let mut process = Measurement::default();
        process.samples.push(iterations, 1);
        let interval = interval.and_then(|(low, high)| Interval::new(low, high));
        process.metrics.push(MEM_GROWTH.of(1.0).within(interval));
        assert_eq!(process.leak().is_some(), leaks);
    }

    #[test]
    fn a_leak_is_sure_and_large() {
        const MIB: f64 = 1048576.0;
        check(Some((0.9 * MIB, 1.1 * MIB)), 200, true);
        check(Some((2_000.0, 4_000.0)), 1_000, true);
        check(Some((-10.0, 2.0 * MIB)), 1_000, false);
        check(Some((0.0, 0.0)), 1_000, false);
        check(Some((16.0, 16.0)), 1_000_000, false);
        check(Some((50_000.0, 90_000.0)), 10, false);
        check(None, 1_000, false);
        assert_eq!(Measurement::default().leak(), None);
    }
}
