//! A run as scripts read it: every quantity with its unit in the name.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::stats::{self, Summary};
use accel_bench_record::{
    CaseRecord, CommitInfo, Counts, Direction, Failure, Measurement, Metric, Params, Profile, RunRecord,
    RunState, Status, ToolInfo,
};
use serde::Serialize;

use accel_bench_engine::compare::{Notes, notes};
use accel_bench_record::{Basis, ESTIMATE_LEVEL, Estimate};

/// The whole run.
#[derive(Debug, Serialize)]
pub(super) struct RunDocument<'a> {
    run: &'a str,
    started: &'a str,
    state: RunState,
    commit: Option<&'a CommitInfo>,
    machine: &'a str,
    profile: &'a Profile,
    tool: &'a ToolInfo,
    cases: Vec<CaseDocument<'a>>,
}

/// One case of a run.
#[derive(Debug, Serialize)]
pub(super) struct CaseDocument<'a> {
    run: &'a str,
    case: String,
    bench: &'a str,
    benchmark: &'a str,
    backend: &'a str,
    params: &'a Params,
    category: Option<&'a str>,
    version: Option<&'a str>,
    tags: &'a [String],
    /// `ok`, or the kind of failure.
    status: String,
    reason: Option<&'a str>,
    log: Option<&'a str>,
    /// `wall-sync`: the wall time of batches, the device synchronised at the end of each.
    timing_method: &'static str,
    pub(super) latency_ns: Option<f64>,
    pub(super) latency_low_ns: Option<f64>,
    pub(super) latency_high_ns: Option<f64>,
    pub(super) latency_level: f64,
    /// `processes`, or `samples` when there was only one process.
    pub(super) latency_interval_over: Option<&'static str>,
    pub(super) process_medians_ns: Vec<f64>,
    pub(super) samples: Option<SampleDocument>,
    /// By metric name, such as `tokens-per-s`: the median of the processes.
    pub(super) rates: BTreeMap<&'static str, f64>,
    pub(super) metrics: Vec<MetricDocument<'a>>,
    /// Why nothing was counted, although it was to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncounted: Option<&'a str>,
    /// Notes of the benchmark on how it ran, by name.
    #[serde(skip_serializing_if = "Notes::is_empty")]
    pub(super) notes: Notes,
}

/// All samples of all processes together.
#[derive(Debug, Serialize)]
pub(super) struct SampleDocument {
    pub(super) n: usize,
    pub(super) mean_ns: f64,
    pub(super) std_ns: f64,
    pub(super) min_ns: f64,
    pub(super) p50_ns: f64,
    pub(super) p90_ns: f64,
    pub(super) p95_ns: f64,
    pub(super) p99_ns: f64,
    pub(super) max_ns: f64,
}

/// One metric of a case.
#[derive(Debug, Serialize)]
pub(super) struct MetricDocument<'a> {
    name: &'a str,
    unit: &'a str,
    better: Direction,
    source: Option<&'a str>,
    /// The median of the processes.
    value: Option<f64>,
    processes: Vec<f64>,
    /// The raw values of all processes together, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<MetricSamples>,
    /// The 95 % interval within each process, where one was computed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intervals: Vec<[f64; 2]>,
}

/// Raw values of a metric, in its unit.
#[derive(Debug, Serialize)]
pub(super) struct MetricSamples {
    n: usize,
    p50: f64,
    p90: f64,
    p99: f64,
    min: f64,
    max: f64,
}

impl<'a> RunDocument<'a> {
    pub(super) fn of(record: &'a RunRecord) -> Self {
        Self {
            run: &record.id,
            started: &record.started,
            state: record.state,
            commit: record.commit.as_ref(),
            machine: &record.machine,
            profile: &record.profile,
            tool: &record.tool,
            cases: record.cases.iter().map(|case| CaseDocument::of(record, case)).collect(),
        }
    }
}

impl<'a> CaseDocument<'a> {
    pub(super) fn of(record: &'a RunRecord, case: &'a CaseRecord) -> Self {
        let latency = Estimate::of_latency(case);
        let interval = latency.as_ref().and_then(|latency| latency.interval);
        let over = |basis| if basis == Basis::Processes { "processes" } else { "samples" };
        Self {
            run: &record.id,
            case: case.id.to_string(),
            bench: &case.id.bench,
            benchmark: &case.id.benchmark,
            backend: &case.id.backend,
            params: &case.id.params,
            category: case.category.as_deref(),
            version: case.version.as_deref(),
            tags: &case.tags,
            status: status_word(&case.status),
            reason: reason(&case.status),
            log: case.log.as_deref(),
            timing_method: timing_method(case),
            latency_ns: latency.as_ref().map(|latency| latency.value),
            latency_low_ns: interval.map(|interval| interval.low),
            latency_high_ns: interval.map(|interval| interval.high),
            latency_level: ESTIMATE_LEVEL,
            latency_interval_over: latency
                .as_ref()
                .filter(|_| interval.is_some())
                .map(|latency| over(latency.basis)),
            process_medians_ns: case.process_medians(),
            samples: SampleDocument::of(case),
            rates: rates_by_name(case),
            metrics: metrics(case),
            uncounted: case.counts.as_ref().and_then(Counts::unsupported),
            notes: notes(case),
        }
    }
}

/// That of the first process: all of a case are timed alike.
fn timing_method(case: &CaseRecord) -> &'static str {
    let first = case.processes.first();
    first.map(|process| process.timing_method).unwrap_or_default().name()
}

impl SampleDocument {
    fn of(case: &CaseRecord) -> Option<Self> {
        let all: Vec<f64> =
            case.processes.iter().flat_map(|process| process.samples.per_iteration()).collect();
        let Summary { n, mean, std, min, max, p50, p90, p95, p99 } = Summary::of(&all)?;
        Some(Self {
            n,
            mean_ns: mean,
            std_ns: std,
            min_ns: min,
            p50_ns: p50,
            p90_ns: p90,
            p95_ns: p95,
            p99_ns: p99,
            max_ns: max,
        })
    }
}

/// `ok`, `panic`, `unsupported`, …
pub(super) fn status_word(status: &Status) -> String {
    match status {
        Status::Ok => "ok".to_owned(),
        Status::Failed { kind, .. } => Failure::to_string(kind),
    }
}

/// Why a case failed.
pub(super) fn reason(status: &Status) -> Option<&str> {
    match status {
        Status::Ok => None,
        Status::Failed { reason, .. } => Some(reason),
    }
}

fn rates_by_name(case: &CaseRecord) -> BTreeMap<&'static str, f64> {
    let mut by_name: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for rate in case.processes.iter().flat_map(Measurement::all_rates) {
        by_name.entry(rate.metric.name).or_default().push(rate.value);
    }
    by_name.iter().filter_map(|(name, rates)| Some((*name, stats::median(rates)?))).collect()
}

fn metrics(case: &CaseRecord) -> Vec<MetricDocument<'_>> {
    let mut seen = BTreeSet::new();
    case.metrics()
        .filter(|metric| seen.insert(metric.name.as_str()))
        .map(|metric| {
            let processes = case.values_of(&metric.name);
            MetricDocument {
                name: &metric.name,
                unit: &metric.unit,
                better: metric.better,
                source: metric.source.as_deref(),
                value: stats::median(&processes),
                processes,
                samples: MetricSamples::of(case, &metric.name),
                intervals: of_name(case, &metric.name).filter_map(|metric| metric.interval).collect(),
            }
        })
        .collect()
}

impl MetricSamples {
    fn of(case: &CaseRecord, name: &str) -> Option<Self> {
        let all: Vec<f64> = of_name(case, name).flat_map(|metric| &metric.samples).copied().collect();
        let Summary { n, min, max, p50, p90, p99, .. } = Summary::of(&all)?;
        Some(Self { n, p50, p90, p99, min, max })
    }
}

/// A metric in each process that has it.
fn of_name<'a>(case: &'a CaseRecord, name: &'a str) -> impl Iterator<Item = &'a Metric> {
    case.metrics().filter(move |metric| metric.name == name)
}
