//! A run for people.

use accel_bench_record::{
    CaseRecord, Direction, Failure, GROWTH, Measurement, Metric, RunRecord, RunState, Status,
};

use super::{memory_peak, metric, path, unsupported};
use crate::report::amount;
use crate::report::ledger::{Entry, Ledger, indented};
use crate::report::markdown::Align;
use crate::report::paint::{Tone, paint};
use crate::report::plain::plain;
use accel_bench_engine::compare::{
    Basis, EFFECTIVE_PRECISION, Estimate, effective_precision, notes, requested_precision,
};

pub(super) fn render(record: &RunRecord, width: usize) -> String {
    let together = unsupported::groups(record);
    let is_alone = |case: &&CaseRecord| !together.iter().any(|group| group.holds(case));
    let entries = record.cases.iter().filter(is_alone).map(entry).collect();
    let columns = ["latency", "throughput", "memory peak"].map(|title| (title, Align::Right)).to_vec();
    let table = Ledger { name: "case", columns, entries }.render(width);
    let foot: String = foot(record).iter().flat_map(|note| painted(note, width)).collect();
    let together = together.iter().map(|group| group.render(width));
    let blocks = [table].into_iter().chain(together).chain([foot]).filter(|block| !block.is_empty());
    blocks.collect::<Vec<_>>().join("\n")
}

fn entry(case: &CaseRecord) -> Entry {
    let mut entry = Entry { path: path(&case.id), ..Entry::default() };
    if let Some(latency) = Estimate::of_latency(case) {
        let throughput = throughput(case).unwrap_or_default();
        let memory = memory_peak(case).map(|bytes| amount::amount(bytes, "bytes")).unwrap_or_default();
        entry.cells = vec![amount::estimate(&latency, "ns"), throughput, memory];
    }
    if let Status::Failed { kind, reason } = &case.status {
        entry.notes.push(failure(*kind, reason));
        entry.notes.extend(case.log.as_ref().map(|log| (Tone::Dim, format!("log: {}", plain(log)))));
    }
    entry.notes.extend(precision(case));
    entry.notes.extend(own_metrics(case));
    entry.notes.extend(leak(case));
    entry
}

/// The precision that the case ran in, where it is not the one that was asked for.
fn precision(case: &CaseRecord) -> Option<(Tone, String)> {
    let requested = requested_precision(&case.id.params)?;
    let effective = effective_precision(&case.id.params, &notes(case)).filter(|it| *it != requested)?;
    Some((Tone::Open, format!("{EFFECTIVE_PRECISION}: {}, not {}", plain(&effective), plain(&requested))))
}

/// `leaks 1.000 MiB an iteration [0.998 MiB, 1.003 MiB]`, when each process says so that could report.
fn leak(case: &CaseRecord) -> Option<(Tone, String)> {
    let told =
        case.processes.iter().filter(|process| process.metrics.iter().any(|metric| metric.name == GROWTH));
    let leaks = told.map(Measurement::leak).collect::<Option<Vec<_>>>()?;
    let bytes: Vec<f64> = leaks.iter().map(|leak| leak.bytes_per_iteration).collect();
    let low = leaks.iter().map(|leak| leak.interval[0]).fold(f64::INFINITY, f64::min);
    let high = leaks.iter().map(|leak| leak.interval[1]).fold(f64::NEG_INFINITY, f64::max);
    let [slope, low, high] = [accel_bench_record::stats::median(&bytes)?, low, high].map(amount::growth);
    Some((Tone::Bad, format!("leaks {slope} an iteration [{low}, {high}]")))
}

/// `✗ panic: index out of bounds`.
pub(in crate::report) fn failure(kind: Failure, reason: &str) -> (Tone, String) {
    match kind {
        Failure::Unsupported => (Tone::Dim, format!("∅ unsupported: {}", plain(reason))),
        _ => (Tone::Bad, format!("✗ {kind}: {}", plain(reason))),
    }
}

/// The first throughput that the benchmark declares.
pub(super) fn throughput(case: &CaseRecord) -> Option<String> {
    let work = case.processes.iter().flat_map(|process| &process.throughput).next()?;
    let all = case
        .processes
        .iter()
        .flat_map(Measurement::rates)
        .filter(|(other, _)| other.metric_name() == work.metric_name());
    let rates: Vec<f64> = all.map(|(_, rate)| rate).collect();
    Some(amount::rate(*work, accel_bench_record::stats::median(&rates)?))
}

/// The metrics that have no column.
fn own_metrics(case: &CaseRecord) -> Vec<(Tone, String)> {
    let Some(process) = case.processes.first() else { return Vec::new() };
    let has_no_column =
        |metric: &&Metric| !metric.name.ends_with("-bytes") && !metric.name.starts_with("mem-");
    // A metric without a direction describes the case, not this run of it: it is in the forms for scripts.
    let own =
        process.metrics.iter().filter(has_no_column).filter(|metric| metric.better != Direction::Neither);
    own.filter_map(|own| {
        let value = amount::amount(metric(case, &own.name)?, &plain(&own.unit));
        Some((Tone::Dim, format!("{}: {value}", plain(&own.name))))
    })
    .collect()
}

/// The lines of a note; colors come after wrapping, which would count them as columns.
fn painted((tone, note): &(Tone, String), width: usize) -> Vec<String> {
    indented(note, 0, width, ' ').iter().map(|line| paint(*tone, line) + "\n").collect()
}

fn foot(record: &RunRecord) -> Vec<(Tone, String)> {
    let count = |wanted: fn(&Status) -> bool| record.cases.iter().filter(|case| wanted(&case.status)).count();
    let (well, faults) = (count(Status::is_ok), count(Status::is_fault));
    let unsupported = record.cases.len() - well - faults;
    let mut parts = vec![format!("{well} ok")];
    parts.extend((faults > 0).then(|| format!("{faults} failed")));
    parts.extend((unsupported > 0).then(|| format!("{unsupported} unsupported")));
    let tone = if faults > 0 { Tone::Bad } else { Tone::Plain };
    let mut lines =
        vec![(tone, format!("{}: {}", amount::count(record.cases.len(), "case"), parts.join(", ")))];
    lines.extend(interval_of(record).map(|note| (Tone::Dim, note.to_owned())));
    lines.extend(match record.state {
        RunState::Complete => None,
        RunState::Interrupted => {
            Some((Tone::Open, "interrupted: what is shown was finished before".to_owned()))
        }
        RunState::Running => Some((Tone::Open, "not finished: the run goes on, or was killed".to_owned())),
    });
    lines
}

/// Returns what `±` means in this table.
fn interval_of(record: &RunRecord) -> Option<&'static str> {
    let bases: Vec<_> =
        record.cases.iter().filter_map(Estimate::of_latency).map(|latency| latency.basis).collect();
    if bases.contains(&Basis::Processes) {
        Some("±: 95 % interval over processes")
    } else if bases.contains(&Basis::Samples) {
        Some("±: 95 % interval over the samples of one process; another process may differ by more")
    } else {
        None
    }
}
