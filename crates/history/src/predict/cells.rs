//! The cells of the matrix: what each does, and what it took where it was measured.

use std::collections::BTreeMap;

use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, Metric, catalogue};

use crate::rows::LATENCY;
use crate::series::Series;

/// Values of the last measured commits that a cell's own is the median of.
const LAST: usize = 3;

/// The work of one iteration of a case: its analytic metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Floating-point operations.
    pub flops: f64,
    /// Bytes of weights and caches that are read or written.
    pub bytes: f64,
    pub parameters: f64,
    /// The peak of memory that follows from the dimensions alone, in bytes.
    pub memory: f64,
}

impl Work {
    /// The work in a description; `None` where one of the four is not known, or is nothing.
    #[must_use]
    pub fn of(metrics: &[Metric]) -> Option<Self> {
        Self::from(|name| metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value))
    }

    fn from(value: impl Fn(&str) -> Option<f64>) -> Option<Self> {
        let value = |metric: catalogue::Known| value(metric.name).filter(|value| *value > 0.0);
        Some(Self {
            flops: value(catalogue::FLOPS)?,
            bytes: value(catalogue::BYTES_MOVED)?,
            parameters: value(catalogue::NUM_PARAMS)?,
            memory: value(catalogue::MEM_PREDICTED)?,
        })
    }
}

/// A case, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub case: CaseKey,
    pub work: Work,
}

impl Cell {
    /// The name of the model.
    pub(crate) fn model(&self) -> Option<String> {
        self.case.params.get("model").map(ToString::to_string)
    }

    /// The line of models that this one is a size of: bench, benchmark, and the name without its size. ViT and ResNet are both
    /// models of the benchmark `vision`, and not of one line.
    pub(crate) fn line(&self) -> [String; 3] {
        let model = self.model().unwrap_or_default();
        let name = model.rsplit_once('-').map_or(model.as_str(), |(name, _)| name).to_owned();
        [self.case.bench.clone(), self.case.benchmark.clone(), name]
    }

    /// The size of the model, where its name ends in one: `base` of `bert-base`.
    pub(crate) fn size(&self) -> Option<String> {
        self.model()?.rsplit_once('-').map(|(_, size)| size.to_owned())
    }
}

/// A cell that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub cell: Cell,
    pub latency_ns: f64,
    /// The peak that was measured, in bytes.
    pub memory: Option<f64>,
}

/// The metrics that cells are made of.
pub(crate) const METRICS: [&str; 6] = [
    LATENCY.0,
    catalogue::MEM_PEAK.name,
    catalogue::FLOPS.name,
    catalogue::BYTES_MOVED.name,
    catalogue::NUM_PARAMS.name,
    catalogue::MEM_PREDICTED.name,
];

/// The cells of a machine class that say what they do, by the last commits that measured them.
pub(crate) fn measured(series: &[Series], machine: &str) -> Vec<Measured> {
    let mut cells: BTreeMap<&CaseKey, BTreeMap<&str, &Series>> = BTreeMap::new();
    for own in series.iter().filter(|series| series.key.machine == machine) {
        let metrics = cells.entry(&own.key.case).or_default();
        // A case that is measured both ways: the one that was measured last.
        let last = |series: &Series| series.points.last().map(|point| point.position);
        let earlier = metrics.get(own.key.metric.as_str()).is_some_and(|other| last(other) >= last(own));
        if !earlier {
            metrics.insert(&own.key.metric, own);
        }
    }
    let of_cell = |(case, metrics): (&CaseKey, BTreeMap<&str, &Series>)| {
        let value = |name: &str| {
            let values = metrics.get(name)?.values();
            median(&values[values.len().saturating_sub(LAST)..])
        };
        Some(Measured {
            latency_ns: value(LATENCY.0).filter(|nanos| *nanos > 0.0)?,
            memory: value(catalogue::MEM_PEAK.name).filter(|bytes| *bytes > 0.0),
            cell: Cell { case: case.clone(), work: Work::from(value)? },
        })
    };
    cells.into_iter().filter_map(of_cell).collect()
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Params;

    use super::*;
    use crate::sample_tests;
    use crate::series::SeriesKey;

    fn key(model: &str) -> CaseKey {
        CaseKey {
            bench: "models".to_owned(),
            benchmark: "vision".to_owned(),
            params: Params::from([("model".to_owned(), model.into())]),
            backend: "ndarray".to_owned(),
        }
    }

    /// A series that begins at a commit.
    fn series(model: &str, metric: &str, machine: &str, from: usize, values: &[f64]) -> Series {
        let mut series = sample_tests::series("x", machine, values);
        series.points.iter_mut().for_each(|point| point.position += from);
        let (case, metric, machine) = (key(model), metric.to_owned(), machine.to_owned());
        Series { key: SeriesKey { case, metric, machine, steady: from > 0 }, ..series }
    }

    /// The work of a case, as four series.
    fn work(model: &str) -> Vec<Series> {
        let values =
            [("flops", 8e6), ("bytes-moved", 4e6), ("num-params", 2e6), ("mem-predicted-bytes", 1e6)];
        values.into_iter().map(|(name, value)| series(model, name, "m-1", 0, &[value])).collect()
    }

    #[test]
    fn the_last_values_count_and_those_of_the_way_measured_last() {
        let mut all = work("vit-tiny");
        all.push(series("vit-tiny", "latency-ns", "m-1", 0, &[90.0, 90.0, 10.0, 30.0, 20.0]));
        let [cell] = &measured(&all, "m-1")[..] else { panic!("one cell") };
        assert_eq!((cell.latency_ns, cell.memory), (20.0, None));
        assert_eq!(cell.cell.work, Work { flops: 8e6, bytes: 4e6, parameters: 2e6, memory: 1e6 });
        all.push(series("vit-tiny", "latency-ns", "m-1", 7, &[50.0]));
        all.push(series("vit-tiny", "mem-peak-bytes", "m-1", 7, &[3e6]));
        let [cell] = &measured(&all, "m-1")[..] else { panic!("one cell") };
        assert_eq!((cell.latency_ns, cell.memory), (50.0, Some(3e6)));
        assert!(measured(&all, "m-2").is_empty());
    }

    #[test]
    fn what_does_not_say_what_it_does_is_no_cell() {
        let mut all = work("vit-tiny");
        assert!(measured(&all, "m-1").is_empty(), "no latency");
        all.remove(1);
        all.push(series("vit-tiny", "latency-ns", "m-1", 0, &[5.0]));
        assert!(measured(&all, "m-1").is_empty(), "no bytes");
        let metrics = [catalogue::FLOPS.of(1.0), catalogue::BYTES_MOVED.of(0.0)];
        assert_eq!(Work::of(&metrics), None);
    }

    #[test]
    fn models_have_a_size_and_a_line() {
        let of = |model: &str| {
            let cell = Cell {
                case: key(model),
                work: Work { flops: 1.0, bytes: 1.0, parameters: 1.0, memory: 1.0 },
            };
            (cell.line()[2].clone(), cell.size())
        };
        assert_eq!(of("vit-gpt2-tiny"), ("vit-gpt2".to_owned(), Some("tiny".to_owned())));
        assert_eq!(of("resnet"), ("resnet".to_owned(), None));
    }
}
