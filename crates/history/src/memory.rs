//! The changes found in series before: a new commit adds one value to each, and the rest need not be searched again.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::detect::{ChangePoint, change_points};
use crate::error::Error;
use crate::parallel::in_parallel;
use crate::series::Series;

/// Rises with every change of the detector: what an older one found is forgotten.
const FORMAT: u32 = 1;

/// After this many new values the whole series is searched again: what a later value says of an early one is little, but not nothing.
const NEW: usize = 20;

/// The end of a series that new values are looked at with: some segments, and not fewer values.
const SEGMENTS: usize = 2;
const LEAST_END: usize = 100;

/// A change needs this many values of the level before it to be found again.
const MARGIN: usize = 20;

/// By series, what was found in it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    format: u32,
    series: HashMap<String, Known>,
    #[serde(skip)]
    has_changed: bool,
}

/// A series as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Known {
    /// How many values it had, and their hash.
    values: usize,
    hash: u64,
    /// How many it had when the whole of it was looked at.
    whole: usize,
    changes: Vec<ChangePoint>,
}

impl Memory {
    /// Empty where there is none, or none that this version can use.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        let read: Option<Self> = serde_json::from_slice(&bytes).ok();
        read.filter(|memory| memory.format == FORMAT).unwrap_or_default()
    }

    /// Writes it where it has changed.
    ///
    /// # Errors
    ///
    /// The file cannot be written; nothing is lost but time.
    pub fn write(&mut self, put: impl FnOnce(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        if !self.has_changed {
            return Ok(());
        }
        self.format = FORMAT;
        // It is made of numbers and texts, which JSON has.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        self.has_changed = false;
        put(&bytes)
    }

    /// The change points of each series.
    pub(crate) fn changes(&mut self, all: &[Series]) -> Vec<Vec<ChangePoint>> {
        let found = in_parallel(all.iter().collect(), |series: &Series| {
            let name = name(series);
            let known = self.series.get(&name);
            let now = Known::of(&series.values(), known);
            let is_new = known != Some(&now);
            (name, now, is_new)
        });
        let mut changes = Vec::with_capacity(all.len());
        for (name, now, is_new) in found {
            changes.push(now.changes.clone());
            if is_new {
                self.has_changed = true;
                self.series.insert(name, now);
            }
        }
        changes
    }
}

fn name(series: &Series) -> String {
    let mut hasher = DefaultHasher::new();
    (&series.key.case, &series.key.metric, &series.key.machine, series.key.steady).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl Known {
    fn of(values: &[f64], known: Option<&Self>) -> Self {
        let hash = hash(values);
        let continued = known.filter(|known| {
            known.values <= values.len() && known.hash == self::hash(&values[..known.values])
        });
        match continued {
            Some(known) if known.values == values.len() => known.clone(),
            Some(known) if values.len() - known.whole <= NEW => {
                let changes = continued_changes(values, &known.changes);
                Self { values: values.len(), hash, whole: known.whole, changes }
            }
            _ => Self { values: values.len(), hash, whole: values.len(), changes: change_points(values) },
        }
    }
}

/// The changes before the end of a series as they were, and those in the end as they are found now.
fn continued_changes(values: &[f64], known: &[ChangePoint]) -> Vec<ChangePoint> {
    let segment = known.len().checked_sub(SEGMENTS).map_or(0, |at| known[at].index);
    let least = segment.min(values.len().saturating_sub(LEAST_END));
    let is_near = |start: usize, change: usize| change > start && change < start + MARGIN;
    let start = known.iter().rev().fold(least, |start, point| {
        if is_near(start, point.index) { point.index.saturating_sub(MARGIN) } else { start }
    });
    let before = known.iter().filter(|point| point.index <= start && start > 0).copied();
    let moved = |point: ChangePoint| ChangePoint {
        index: point.index + start,
        earliest: point.earliest + start,
        latest: point.latest + start,
        ..point
    };
    before.chain(change_points(&values[start..]).into_iter().map(moved)).collect()
}

fn hash(values: &[f64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.iter().for_each(|value| value.to_bits().hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::{normal, with};
    use crate::sample_tests::series;

    /// A series with steps at 40, 90 and, after its hundred and twentieth value, 126.
    fn values() -> Vec<f64> {
        let mut logarithms = normal(5, 140, 0.005);
        with(&mut logarithms, 40.., 0.05);
        with(&mut logarithms, 90.., -0.04);
        with(&mut logarithms, 126.., 0.06);
        logarithms.iter().map(|value| value.exp()).collect()
    }

    fn indices(changes: &[ChangePoint]) -> Vec<usize> {
        changes.iter().map(|point| point.index).collect()
    }

    #[test]
    fn a_value_at_a_time_finds_what_the_whole_has() {
        let values = values();
        let mut memory = Memory::default();
        let mut last = Vec::new();
        for end in 120..=values.len() {
            last = memory.changes(&[series("a", "epyc", &values[..end])]).remove(0);
        }
        assert_eq!(indices(&last), [40, 90, 126]);
        assert_eq!(indices(&change_points(&values)), [40, 90, 126]);
    }

    #[test]
    fn what_has_not_changed_is_remembered() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("changes.json");
        let all = [series("a", "epyc", &values()), series("a", "xeon", &values())];
        let mut memory = Memory::read(&path);
        let found = memory.changes(&all);
        let put = |bytes: &[u8]| fs::write(&path, bytes).map_err(Error::io("write", &path));
        memory.write(put).expect("it is written");
        let mut again = Memory::read(&path);
        assert_eq!(again.series, memory.series);
        assert_eq!(again.changes(&all), found);
        again.write(|_| panic!("nothing is new")).expect("nothing to do");
    }

    #[test]
    fn values_that_changed_are_looked_at_again() {
        let mut memory = Memory::default();
        let mut values = values();
        memory.changes(&[series("a", "epyc", &values)]);
        values[..40].iter_mut().for_each(|value| *value *= 1.05);
        let found = memory.changes(&[series("a", "epyc", &values)]).remove(0);
        assert!(!indices(&found).contains(&40), "{found:?}");
        let shorter = memory.changes(&[series("a", "epyc", &values[..60])]).remove(0);
        assert_eq!(indices(&shorter), [0; 0]);
    }

    #[test]
    fn a_broken_or_older_memory_is_forgotten() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("changes.json");
        for text in ["", "{", r#"{"format":0,"series":{}}"#] {
            fs::write(&path, text).expect("a file");
            assert!(Memory::read(&path).series.is_empty());
        }
    }
}
