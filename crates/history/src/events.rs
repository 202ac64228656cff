//! Events: what happened to many series at once, and what is missing.

use std::collections::BTreeMap;

use crate::series::Series;
use crate::trend::{Cause, Trend};

/// Commits of a machine class without a case that had it before, until it counts as gone.
const GONE_AFTER: usize = 3;

/// Commits that other machine classes measured since, until one counts as silent.
const SILENT_AFTER: usize = 5;

/// Changes of several series that the same commit may have caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The positions that the first commit at the new levels may have, in all of them.
    pub earliest: usize,
    pub latest: usize,
    pub cause: Cause,
    /// Which change of which trend: indices.
    pub changes: Vec<(usize, usize)>,
}

/// Results that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The series at this index has no value any more, while its machine class measures on: the last position with one, and how it is
    /// recorded since.
    Series { series: usize, last: usize, status: String },
    /// A machine class has measured nothing since this position, while others have.
    Machine { machine: String, last: usize, since: usize },
}

/// Joins changes whose places overlap into events, the latest first.
#[must_use]
pub fn events(trends: &[Trend]) -> Vec<Event> {
    let position = |trend: &Trend, at: usize| trend.series.points[at].position;
    let mut all = Vec::new();
    for (at, trend) in trends.iter().enumerate() {
        for (number, change) in trend.changes.iter().enumerate() {
            // Commits that were not measured lie between the last value at the old level and the first at the new one.
            let earliest =
                change.point.earliest.checked_sub(1).map_or(0, |before| position(trend, before) + 1);
            let latest = position(trend, change.point.latest);
            let changes = vec![(at, number)];
            all.push(Event { earliest, latest, cause: change.cause.clone(), changes });
        }
    }
    all.sort_by_key(|event| (event.latest, event.earliest));
    let mut joined: Vec<Event> = Vec::new();
    for event in all {
        let open = joined.iter_mut().rev().take_while(|other| other.latest + 1 >= event.earliest);
        let same = open.into_iter().find(|other| {
            other.cause == event.cause && other.latest >= event.earliest && other.earliest <= event.latest
        });
        match same {
            Some(other) => {
                other.earliest = other.earliest.max(event.earliest);
                other.latest = other.latest.min(event.latest);
                other.changes.extend(event.changes);
            }
            None => joined.push(event),
        }
    }
    joined.reverse();
    joined
}

/// Finds series that stopped and machine classes that fell silent.
#[must_use]
pub fn missing(all: &[&Series]) -> Vec<Missing> {
    let mut measured: BTreeMap<(&str, bool), Positions> = BTreeMap::new();
    let mut by_machine: BTreeMap<&str, Positions> = BTreeMap::new();
    let mut everywhere = Positions::default();
    for series in all {
        let key = (series.key.machine.as_str(), series.key.steady);
        let (of_build, of_machine) = (measured.entry(key).or_default(), by_machine.entry(key.0).or_default());
        for positions in [of_build, of_machine, &mut everywhere] {
            series.points.iter().for_each(|point| positions.add(point.position));
        }
    }
    let mut found = Vec::new();
    for (at, series) in all.iter().enumerate() {
        let Some(last) = series.points.last().map(|point| point.position) else { continue };
        let key = (series.key.machine.as_str(), series.key.steady);
        if measured[&key].after(last) >= GONE_AFTER {
            let recorded = series.absences.iter().rev().find(|absence| absence.position > last);
            let status = recorded.map_or("missing", |absence| absence.status.as_str()).to_owned();
            found.push(Missing::Series { series: at, last, status });
        }
    }
    for (machine, positions) in by_machine {
        let Some(last) = positions.last() else { continue };
        let since = everywhere.after(last);
        if since >= SILENT_AFTER {
            found.push(Missing::Machine { machine: machine.to_owned(), last, since });
        }
    }
    found
}

/// Positions that were measured, each once.
#[derive(Default)]
struct Positions(Vec<bool>);

impl Positions {
    fn add(&mut self, position: usize) {
        if self.0.len() <= position {
            self.0.resize(position + 1, false);
        }
        self.0[position] = true;
    }

    fn after(&self, position: usize) -> usize {
        self.0.iter().skip(position + 1).filter(|is_measured| **is_measured).count()
    }

    fn last(&self) -> Option<usize> {
        self.0.iter().rposition(|is_measured| *is_measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::ChangePoint;
    use crate::sample_tests::series;
    use crate::trend::Change;

    /// A trend of a hundred commits with a change between these indices.
    fn changed(name: &str, earliest: usize, latest: usize) -> Trend {
        let point = ChangePoint { index: earliest, earliest, latest, ratio: 1.1, score: 9.0 };
        let changes = vec![Change { point, cause: Cause::Commits }];
        let series = series(name, "epyc", &[1.0; 100]);
        Trend { series, level: Some(1.0), noise: None, changes, spikes: Vec::new() }
    }

    #[test]
    fn changes_of_many_series_at_one_commit_are_one_event() {
        let found =
            events(&[changed("a", 50, 53), changed("b", 80, 80), changed("c", 52, 52), changed("d", 51, 55)]);
        let shown: Vec<_> =
            found.iter().map(|event| (event.earliest, event.latest, event.changes.len())).collect();
        assert_eq!(shown, [(80, 80, 1), (52, 52, 3)], "the latest first, each as narrow as all agree");
    }

    #[test]
    fn another_cause_is_another_event() {
        let mut other = changed("b", 50, 50);
        other.changes[0].cause = Cause::Setup(vec!["toolchain: 1 → 2".into()]);
        assert_eq!(events(&[changed("a", 50, 50), other]).len(), 2);
    }

    #[test]
    fn a_case_that_ended_and_a_machine_that_fell_silent() {
        let here = series("a", "epyc", &[1.0; 20]);
        let stopped = series("b", "epyc", &[1.0; 17]);
        let late = series("c", "epyc", &[1.0; 18]);
        let silent = series("a", "xeon", &[1.0; 15]);
        let found = missing(&[&here, &stopped, &late, &silent]);
        let expected = [
            Missing::Series { series: 1, last: 16, status: "missing".into() },
            Missing::Machine { machine: "xeon".into(), last: 14, since: 5 },
        ];
        assert_eq!(found, expected);
        assert_eq!(missing(&[&here]), []);
    }
}
