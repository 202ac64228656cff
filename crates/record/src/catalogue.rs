//! Every metric that the harness, the models and the tool report by themselves. Their names are spelled here and nowhere else.
//!
//! `docs/metrics.md` defines them. A benchmark may report others under names of its own.

use crate::{Direction, Metric};

/// Where a table for people shows a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// In a column of its own.
    Column,
    /// In the one column of memory: of those that a case has, the one of the lowest rank.
    Memory { rank: u8 },
    /// In the forms for scripts only.
    Scripts,
}

/// A metric whose name has a meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub name: &'static str,
    pub unit: &'static str,
    pub better: Direction,
    /// Measured over the process, which serves many cases: comparable only where both sides had the same cases in it.
    pub of_process: bool,
    /// Medians that differ by less than this are not judged; in `unit`.
    pub noise: f64,
    pub shown: Shown,
    /// Where the value comes from, unless that differs from case to case.
    pub source: Option<&'static str>,
    /// The rate per second of wall time, for the work of one iteration.
    pub rate: Option<&'static Known>,
}

const fn known(name: &'static str, unit: &'static str, better: Direction) -> Known {
    Known {
        name,
        unit,
        better,
        of_process: false,
        noise: 0.0,
        shown: Shown::Column,
        source: None,
        rate: None,
    }
}

const fn from(source: &'static str, metric: Known) -> Known {
    Known { source: Some(source), ..metric }
}

/// Threads that happen to work at the same time hold some buffers more or less.
const ALLOCATION_NOISE: f64 = 65536.0;

/// A process's resident set differs by some pages from run to run, whatever the code: identical executables showed up to
/// 5.5 MiB between two medians of three processes, on one machine with two cores.
const RESIDENT_NOISE: f64 = 8388608.0;

/// A share of a pool's pages rises when less of them is used.
const SHARE_NOISE: f64 = 0.05;

const fn memory(name: &'static str, shown: Shown) -> Known {
    Known { noise: ALLOCATION_NOISE, shown, ..known(name, "bytes", Direction::Lower) }
}

/// Computed from the dimensions of the work: reported, never judged.
const fn analytic(name: &'static str, unit: &'static str) -> Known {
    Known { shown: Shown::Scripts, ..from("analytic", known(name, unit, Direction::Neither)) }
}

/// The state of a device while a case was timed: reported, never judged.
const fn state(name: &'static str, unit: &'static str) -> Known {
    Known { shown: Shown::Scripts, ..known(name, unit, Direction::Neither) }
}

const fn per_second(name: &'static str, unit: &'static str) -> Known {
    Known { shown: Shown::Scripts, ..known(name, unit, Direction::Higher) }
}

pub const MEM_RESERVED: Known = memory("mem-reserved-bytes", Shown::Memory { rank: 0 });
pub const MEM_PEAK: Known = memory("mem-peak-bytes", Shown::Memory { rank: 1 });
pub const HOST_RSS_PEAK: Known = Known {
    of_process: true,
    noise: RESIDENT_NOISE,
    ..from("rss", memory("host-rss-peak-bytes", Shown::Memory { rank: 2 }))
};
pub const MEM_AVG: Known = memory("mem-avg-bytes", Shown::Scripts);
pub const MEM_FRAGMENTATION: Known =
    Known { noise: SHARE_NOISE, shown: Shown::Scripts, ..known("mem-fragmentation", "1", Direction::Lower) };
/// Judged as a leak: [`Measurement::leak`](crate::Measurement::leak).
pub const MEM_GROWTH: Known =
    Known { shown: Shown::Scripts, ..known("mem-growth-bytes-per-iter", "bytes/iter", Direction::Lower) };

pub const COMPILE: Known = from("warm-up", known("compile-ms", "ms", Direction::Lower));
pub const DEVICE_TIME: Known = from("device", known("device-time-ms", "ms", Direction::Lower));
pub const LOAD: Known = from("wall-sync", known("load-ms", "ms", Direction::Lower));
pub const FIRST_FORWARD: Known = from("wall-sync", known("first-forward-ms", "ms", Direction::Lower));

/// Judged like the latency: at the same power it is the same information, and at another it is not.
pub const ENERGY_PER_SAMPLE: Known = known("energy-j-per-sample", "J", Direction::Lower);
pub const ENERGY_PER_TOKEN: Known = known("energy-j-per-token", "J", Direction::Lower);
pub const POWER_AVG: Known = state("power-avg-w", "W");
pub const CLOCK_MIN: Known = state("clock-min-mhz", "MHz");
pub const TEMPERATURE: Known = state("temperature-c", "°C");
/// The share of readings that found the device slowed down.
pub const THROTTLED: Known = state("throttled", "1");

pub const TTFT: Known = known("ttft-ms", "ms", Direction::Lower);
pub const ITL: Known = known("itl-ms", "ms", Direction::Lower);
pub const TPOT: Known = known("tpot-ms", "ms", Direction::Lower);
pub const PREFILL_RATE: Known = known("prefill-tokens-per-s", "tokens/s", Direction::Higher);
pub const DECODE_RATE: Known = known("decode-tokens-per-s", "tokens/s", Direction::Higher);

pub const NUM_PARAMS: Known = analytic("num-params", "parameters");
pub const MEM_PREDICTED: Known = analytic("mem-predicted-bytes", "bytes");
pub const FLOPS: Known = Known { rate: Some(&FLOP_RATE), ..analytic("flops", "flop") };
pub const BYTES_MOVED: Known = Known { rate: Some(&BANDWIDTH), ..analytic("bytes-moved", "bytes") };
pub const FLOP_RATE: Known = per_second("flops-per-s", "flop/s");
pub const BANDWIDTH: Known = per_second("bandwidth-bytes-per-s", "bytes/s");

pub const ELEMENT_RATE: Known = per_second("elements-per-s", "/s");
pub const BYTE_RATE: Known = per_second("bytes-per-s", "/s");
pub const SAMPLE_RATE: Known = per_second("samples-per-s", "/s");
pub const TOKEN_RATE: Known = per_second("tokens-per-s", "/s");

/// Counted by callgrind, for one iteration. A miss counts where it was simulated for a cache of two levels.
const fn counted(name: &'static str) -> Known {
    from("callgrind", known(name, "/iter", Direction::Lower))
}

pub const INSTRUCTIONS: Known = counted("instructions");
pub const BRANCHES: Known = Known { shown: Shown::Scripts, ..counted("branches") };
pub const BRANCH_MISSES: Known = Known { shown: Shown::Scripts, ..counted("branch-misses") };
pub const FIRST_LEVEL_MISSES: Known = Known { shown: Shown::Scripts, ..counted("l1-misses") };
pub const LAST_LEVEL_MISSES: Known = Known { shown: Shown::Scripts, ..counted("ll-misses") };

/// All of them.
pub const ALL: [&Known; 36] = [
    &MEM_RESERVED,
    &MEM_PEAK,
    &HOST_RSS_PEAK,
    &MEM_AVG,
    &MEM_FRAGMENTATION,
    &MEM_GROWTH,
    &COMPILE,
    &DEVICE_TIME,
    &LOAD,
    &FIRST_FORWARD,
    &ENERGY_PER_SAMPLE,
    &ENERGY_PER_TOKEN,
    &POWER_AVG,
    &CLOCK_MIN,
    &TEMPERATURE,
    &THROTTLED,
    &TTFT,
    &ITL,
    &TPOT,
    &PREFILL_RATE,
    &DECODE_RATE,
    &NUM_PARAMS,
    &MEM_PREDICTED,
    &FLOPS,
    &BYTES_MOVED,
    &FLOP_RATE,
    &BANDWIDTH,
    &ELEMENT_RATE,
    &BYTE_RATE,
    &SAMPLE_RATE,
    &TOKEN_RATE,
    &INSTRUCTIONS,
    &BRANCHES,
    &BRANCH_MISSES,
    &FIRST_LEVEL_MISSES,
    &LAST_LEVEL_MISSES,
];

/// The metric of this name; `None` for a benchmark's own.
#[must_use]
pub fn find(name: &str) -> Option<&'static Known> {
    ALL.into_iter().find(|known| known.name == name)
}

impl Known {
    /// A single value, in the metric's unit.
    #[must_use]
    pub fn of(&self, value: f64) -> Metric {
        self.sourced(Metric::new(self.name, self.unit, self.better, value))
    }

    /// Raw values, in the metric's unit.
    #[must_use]
    pub fn of_samples(&self, samples: Vec<f64>) -> Metric {
        self.sourced(Metric::of_samples(self.name, self.unit, self.better, samples))
    }

    fn sourced(&self, metric: Metric) -> Metric {
        match self.source {
            Some(source) => metric.source(source),
            None => metric,
        }
    }

    /// The name without the unit at its end: `ttft` of `ttft-ms`.
    #[must_use]
    pub fn stem(&self) -> &'static str {
        stem(self.name, self.unit)
    }
}

/// A metric's name without the unit at its end, where it has one there.
#[must_use]
pub fn stem<'a>(name: &'a str, unit: &str) -> &'a str {
    name.strip_suffix(unit).and_then(|stem| stem.strip_suffix('-')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_documented_with_their_units() {
        let names: BTreeSet<_> = ALL.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), ALL.len());
        let docs =
            [include_str!("../../../docs/metrics.md"), include_str!("../../../docs/models.md")].concat();
        for known in ALL {
            let is_row_of_it =
                |line: &&str| line.starts_with('|') && line.contains(&format!("`{}`", known.name));
            let row = docs.lines().find(is_row_of_it);
            assert!(row.is_some_and(|row| row.contains(known.unit)), "{}: {row:?}", known.name);
        }
    }

    #[test]
    fn values_carry_what_is_known() {
        let metric = HOST_RSS_PEAK.of(2.0);
        assert_eq!((metric.name.as_str(), metric.unit.as_str()), ("host-rss-peak-bytes", "bytes"));
        assert_eq!(metric.source.as_deref(), Some("rss"));
        assert_eq!(ITL.of_samples(vec![1.0, 3.0]).value, 2.0);
        assert_eq!(find("itl-ms"), Some(&ITL));
        assert_eq!(find("loss"), None);
    }

    #[test]
    fn stems() {
        assert_eq!((TTFT.stem(), MEM_FRAGMENTATION.stem()), ("ttft", "mem-fragmentation"));
        assert_eq!((stem("loss", "loss"), stem("hits", "")), ("loss", "hits"));
    }
}
