//! A run for people.

use std::collections::BTreeSet;

use accel_bench_record::catalogue::MEM_GROWTH;
use accel_bench_record::{Basis, CaseRecord, Estimate, Failure, Measurement, RunRecord, RunState, Status};

use super::columns::{self, Metrics, Quantity};
use super::{path, unsupported};
use crate::report::amount;
use crate::report::ledger::{Entry, Ledger, indented};
use crate::report::markdown::Align;
use crate::report::paint::{Tone, paint};
use crate::report::plain::plain;
use accel_bench_engine::compare::{EFFECTIVE_PRECISION, effective_precision, notes, requested_precision};

pub(super) fn render(record: &RunRecord, metrics: &Metrics, width: usize) -> String {
    let together = unsupported::groups(record);
    let is_alone = |case: &&CaseRecord| !together.iter().any(|group| group.holds(case));
    let cases: Vec<&CaseRecord> = record.cases.iter().filter(is_alone).collect();
    let (columns, note) =
        columns::choose(&cases, metrics, width, &|columns| ledger(&cases, columns).fits(width));
    let table = ledger(&cases, &columns).render(width);
    let foot: String = foot(record).iter().chain(&note).flat_map(|note| painted(note, width)).collect();
    let together = together.iter().map(|group| group.render(width));
    let blocks = [table].into_iter().chain(together).chain([foot]).filter(|block| !block.is_empty());
    blocks.collect::<Vec<_>>().join("\n")
}

fn ledger<'c>(cases: &[&CaseRecord], columns: &'c [Quantity]) -> Ledger<'c> {
    let entries = cases.iter().map(|case| entry(case, columns)).collect();
    let titles = columns.iter().map(|quantity| (quantity.title(), Align::Right)).collect();
    Ledger { name: "case", columns: titles, entries, heading: 2 }
}

fn entry(case: &CaseRecord, columns: &[Quantity]) -> Entry {
    let mut entry = Entry { path: path(&case.id), ..Entry::default() };
    if Estimate::of_latency(case).is_some() {
        entry.cells = columns.iter().map(|quantity| quantity.cell(case).unwrap_or_default()).collect();
    }
    if let Status::Failed { kind, reason } = &case.status {
        entry.notes.push(failure(*kind, reason));
        entry.notes.extend(case.log.as_ref().map(|log| (Tone::Dim, format!("log: {}", plain(log)))));
    }
    entry.notes.extend(precision(case));
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
    let told = case
        .processes
        .iter()
        .filter(|process| process.metrics.iter().any(|metric| metric.name == MEM_GROWTH.name));
    let leaks = told.map(Measurement::leak).collect::<Option<Vec<_>>>()?;
    let bytes: Vec<f64> = leaks.iter().map(|leak| leak.bytes_per_iteration).collect();
    let low = leaks.iter().map(|leak| leak.interval[0]).fold(f64::INFINITY, f64::min);
    let high = leaks.iter().map(|leak| leak.interval[1]).fold(f64::NEG_INFINITY, f64::max);
    let [slope, low, high] = [accel_bench_record::stats::median(&bytes)?, low, high].map(amount::growth);
    Some((Tone::Bad, format!("leaks {slope} an iteration [{low}, {high}]")))
}

/// A longer reason is cut after this many characters; the record has all of it.
const LONGEST_REASON: usize = 300;

/// `✗ panic: index out of bounds`.
pub(in crate::report) fn failure(kind: Failure, reason: &str) -> (Tone, String) {
    let mut shown: String = reason.chars().take(LONGEST_REASON).collect();
    if shown.len() < reason.len() {
        shown.push('…');
    }
    match kind {
        Failure::Unsupported => (Tone::Dim, format!("∅ unsupported: {}", plain(&shown))),
        _ => (Tone::Bad, format!("✗ {kind}: {}", plain(&shown))),
    }
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
    let reasons = record.cases.iter().filter_map(|case| case.counts.as_ref()?.unsupported());
    let reasons: BTreeSet<_> = reasons.collect();
    lines.extend(reasons.into_iter().map(|reason| (Tone::Open, format!("not counted: {}", plain(reason)))));
    lines.extend(interval_of(record).map(|note| (Tone::Dim, note.to_owned())));
    lines.extend(record.surroundings.build.steady.then(|| (Tone::Dim, BUILT_STEADILY.to_owned())));
    lines.extend(match record.state {
        RunState::Complete => None,
        RunState::Interrupted => {
            Some((Tone::Open, "interrupted: what is shown was finished before".to_owned()))
        }
        RunState::Running => Some((Tone::Open, "not finished: the run goes on, or was killed".to_owned())),
    });
    lines
}

/// How the executables of a table were built, where not as cargo does.
pub(in crate::report) const BUILT_STEADILY: &str =
    "built steadily: one codegen unit a package, functions and blocks aligned";

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
