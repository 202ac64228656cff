//! Counts of what was measured: after the times, so that the simulated processor is not in their way.

use std::collections::BTreeMap;

use accel_bench_record::catalogue::INSTRUCTIONS;
use accel_bench_record::{CaseKey, Counts, Metric};

use super::recorder::Recorder;
use crate::Engine;
use crate::event::Event;
use crate::executor::{Alone, Error, Executor, Settings};
use crate::plan::{Case, Side, Unit};

/// Sides that differ by less than this share are not counted once more.
const ALIKE: f64 = 0.001;

/// Counts the cases that went well on all of these sides, where they are to be counted or `all` are. Says whether it came to
/// its end.
pub(super) fn count(
    engine: &mut Engine<'_>,
    sides: &[(Side, Vec<Unit>)],
    all: bool,
    settings: &Settings,
    recorders: &mut BTreeMap<Side, Recorder>,
) -> Result<bool, Error> {
    let (Some((last, units)), executor) = (sides.last(), engine.executor()) else { return Ok(true) };
    let wanted = units.iter().filter(|unit| all || unit.counts.is_some()).flat_map(|unit| &unit.cases);
    let is_well = |case: &&Case| recorders[last].is_well(&case.id);
    let wanted: Vec<CaseKey> = wanted.filter(is_well).map(|case| case.id.clone()).collect();
    if !wanted.is_empty() {
        engine.report(&Event::CountingStarted { cases: wanted.len() });
    }
    for id in wanted {
        let seats: Vec<_> =
            sides.iter().filter_map(|(side, units)| Some((*side, seat(units, &id)?))).collect();
        let seats: Vec<_> = seats.into_iter().filter(|(side, _)| recorders[side].is_well(&id)).collect();
        let found = match settings.is_late() {
            true => seats.iter().map(|(side, _)| (*side, out_of_time())).collect(),
            false => match counted(executor, &seats, settings)? {
                Some(found) => found,
                None => return Ok(false),
            },
        };
        for (side, _) in &seats {
            let recorder = recorders.get_mut(side).expect("every side has a record");
            let own = found.iter().filter(|(of, _)| of == side).map(|(_, counts)| counts);
            if let Some(counts) = merged(own) {
                recorder.keep_counts(&id, counts);
                recorder.save();
            }
        }
        engine.report(&Event::CaseCounted { id });
    }
    Ok(true)
}

fn out_of_time() -> Counts {
    Counts::Unsupported { reason: "the budget ran out before it was counted".to_owned() }
}

/// Counts a case on every seat, and once more where the sides differ: random numbers differ from process to process. `None`:
/// interrupted.
fn counted(
    executor: &dyn Executor,
    seats: &[(Side, (&Unit, &Case))],
    settings: &Settings,
) -> Result<Option<Vec<(Side, Counts)>>, Error> {
    let (mut found, mut iterations) = (Vec::new(), None);
    for _ in 0..2 {
        for (side, (unit, case)) in seats {
            let Some(counts) = executor.count(Alone { unit, case, iterations }, settings)? else {
                return Ok(None);
            };
            if let Counts::Counted { iterations: counted, .. } = &counts {
                iterations = Some(*counted);
            }
            found.push((*side, counts));
        }
        if seats.len() < 2 || are_alike(&found) {
            break;
        }
    }
    Ok(Some(found))
}

/// The case among the units of a side.
pub(super) fn seat<'u>(units: &'u [Unit], id: &CaseKey) -> Option<(&'u Unit, &'u Case)> {
    units.iter().find_map(|unit| Some((unit, unit.cases.iter().find(|case| case.id == *id)?)))
}

fn instructions(counts: &Counts) -> Option<f64> {
    counts.metrics().iter().find(|metric| metric.name == INSTRUCTIONS.name).map(|metric| metric.value)
}

fn are_alike(found: &[(Side, Counts)]) -> bool {
    let counts = found.iter().map(|(_, counts)| instructions(counts)).collect::<Option<Vec<_>>>();
    let Some(counts) = counts else { return true };
    let (least, most) =
        counts.iter().fold((f64::MAX, 0.0_f64), |(least, most), &count| (least.min(count), most.max(count)));
    most <= least * (1.0 + ALIKE)
}

/// The counts of one side's processes in one: each metric keeps all of its values.
fn merged<'c>(mut all: impl Iterator<Item = &'c Counts>) -> Option<Counts> {
    let first = all.next()?.clone();
    Some(all.fold(first, |so_far, more| match (so_far, more) {
        (Counts::Counted { tool, iterations, metrics }, Counts::Counted { metrics: others, .. }) => {
            let metrics = metrics.into_iter().map(|metric| with_value(metric, others)).collect();
            Counts::Counted { tool, iterations, metrics }
        }
        (so_far, _) => so_far,
    }))
}

fn with_value(metric: Metric, others: &[Metric]) -> Metric {
    let Some(other) = others.iter().find(|other| other.name == metric.name) else { return metric };
    let mut samples = if metric.samples.is_empty() { vec![metric.value] } else { metric.samples };
    samples.push(other.value);
    let source = metric.source;
    Metric { source, ..Metric::of_samples(metric.name, metric.unit, metric.better, samples) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(instructions: f64) -> Counts {
        let (tool, metrics) = ("callgrind".to_owned(), vec![INSTRUCTIONS.of(instructions)]);
        Counts::Counted { tool, iterations: 8, metrics }
    }

    #[test]
    fn sides_that_differ_are_counted_again() {
        let check = |counts: &[f64], expected: bool| {
            let found: Vec<_> = counts.iter().map(|count| (Side::Baseline, counted(*count))).collect();
            assert_eq!(are_alike(&found), expected, "{counts:?}");
        };
        check(&[1000.0, 1000.0], true);
        check(&[1000.0, 1000.9], true);
        check(&[1000.0, 1002.0], false);
        check(&[1002.0, 1000.0], false);
        let unknown = Counts::Unsupported { reason: "no valgrind".to_owned() };
        assert!(are_alike(&[(Side::Baseline, unknown.clone()), (Side::Candidate, counted(1.0))]));
        assert_eq!(merged([&unknown, &counted(1.0)].into_iter()), Some(unknown));
    }

    #[test]
    fn all_values_of_a_side_are_kept() {
        let [one, other] = [counted(1000.0), counted(1010.0)];
        let found = merged([&one, &other].into_iter()).expect("there are two");
        let metric = &found.metrics()[0];
        assert_eq!((metric.samples.as_slice(), metric.value), ([1000.0, 1010.0].as_slice(), 1005.0));
        assert_eq!(metric.source.as_deref(), Some("callgrind"));
        assert_eq!(merged([&one].into_iter()), Some(one.clone()));
        assert_eq!(merged([].into_iter()), None);
    }
}
