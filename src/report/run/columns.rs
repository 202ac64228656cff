//! The columns of a run's table: latency, throughput, memory, and the metrics that its benchmarks report.

use std::collections::BTreeSet;

use accel_bench_record::Estimate;
use accel_bench_record::catalogue::{self, Shown};
use accel_bench_record::{CaseRecord, Direction, Metric};

use crate::report::amount;
use crate::report::paint::Tone;
use crate::report::plain::plain;
use accel_bench_report::quantity::{self, memory_peak, metric};

/// Columns that are shown however narrow the terminal is.
const LEAST: usize = 2;

/// The metrics that a reader asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Metrics {
    /// As many as fit.
    #[default]
    Fitting,
    All,
    /// These, by their titles or full names.
    Named(Vec<String>),
}

/// A quantity with a column of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Latency,
    Throughput,
    MemoryPeak,
    /// A metric of the benchmark's own: its name, and the name without its unit.
    Own {
        name: String,
        title: String,
    },
}

impl Quantity {
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Latency => "latency",
            Self::Throughput => "throughput",
            Self::MemoryPeak => "memory peak",
            Self::Own { title, .. } => title,
        }
    }

    /// The case's value with its unit; `None` where it has none.
    pub(super) fn cell(&self, case: &CaseRecord) -> Option<String> {
        match self {
            Self::Latency => Some(amount::estimate(&Estimate::of_latency(case)?, "ns")),
            Self::Throughput => throughput(case),
            Self::MemoryPeak => Some(amount::amount(memory_peak(case)?, "bytes")),
            Self::Own { name, .. } => {
                let unit = &case.metrics().find(|metric| metric.name == *name)?.unit;
                Some(amount::amount(metric(case, name)?, &plain(unit)))
            }
        }
    }

    fn is_called(&self, wanted: &str) -> bool {
        let is_name = matches!(self, Self::Own { name, .. } if name == wanted);
        is_name || self.title() == wanted || self.title().replace(' ', "-") == wanted
    }
}

/// The columns, and a note on those that are left out; `fits` says whether a table with these columns has a line a case.
pub(super) fn choose(
    cases: &[&CaseRecord],
    metrics: &Metrics,
    width: usize,
    fits: &dyn Fn(&[Quantity]) -> bool,
) -> (Vec<Quantity>, Option<(Tone, String)>) {
    let mut all = all(cases);
    match metrics {
        Metrics::All => (all, None),
        Metrics::Named(names) => {
            let chosen = |name: &String| all.iter().find(|quantity| quantity.is_called(name)).cloned();
            let unknown: Vec<_> =
                names.iter().filter(|name| chosen(name).is_none()).map(|name| plain(name)).collect();
            let titles: Vec<_> = all.iter().map(Quantity::title).collect();
            let note = format!("no case has `{}`; there are: {}", unknown.join("`, `"), titles.join(", "));
            let note = (!unknown.is_empty()).then_some((Tone::Open, note));
            (names.iter().filter_map(chosen).collect(), note)
        }
        Metrics::Fitting => {
            let most = (LEAST..=all.len()).rev().find(|&count| fits(&all[..count])).unwrap_or(LEAST);
            let left: Vec<_> =
                all.drain(most.min(all.len())..).map(|quantity| quantity.title().to_owned()).collect();
            let note =
                format!("not shown in {width} columns: {}; `--metrics all` shows them", left.join(", "));
            (all, (!left.is_empty()).then_some((Tone::Dim, note)))
        }
    }
}

/// Every quantity that a case has: what most readers look for comes first.
fn all(cases: &[&CaseRecord]) -> Vec<Quantity> {
    let mut all = vec![Quantity::Latency];
    let others = [Quantity::Throughput, Quantity::MemoryPeak];
    all.extend(others.into_iter().filter(|quantity| cases.iter().any(|case| quantity.cell(case).is_some())));
    let mut seen = BTreeSet::new();
    for metric in cases.iter().flat_map(|case| case.metrics()) {
        if has_column(metric) && seen.insert(&metric.name) {
            let title = catalogue::stem(&metric.name, &metric.unit);
            all.push(Quantity::Own { name: metric.name.clone(), title: plain(title) });
        }
    }
    all
}

/// A benchmark's own metric without a direction describes the case, not this run of it: it is in the forms for scripts.
fn has_column(metric: &Metric) -> bool {
    match catalogue::find(&metric.name) {
        Some(known) => known.shown == Shown::Column,
        None => metric.better != Direction::Neither,
    }
}

/// The first throughput that the benchmark declares.
pub(super) fn throughput(case: &CaseRecord) -> Option<String> {
    quantity::throughput(case).map(|(work, rate)| amount::rate(work, rate))
}
