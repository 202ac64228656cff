//! Cases that their backend cannot run, those of one reason together: a matrix has many of them.

use accel_bench_record::{CaseRecord, Failure, RunRecord, Status};

use super::path;
use crate::report::amount;
use crate::report::ledger::indented;
use crate::report::paint::{Tone, paint};
use crate::report::plain::plain;

/// From this many cases on a reason is reported once for all of them.
const MANY: usize = 3;

/// Cases of one reason, in their order.
pub(super) struct Group<'r> {
    reason: &'r str,
    cases: Vec<&'r CaseRecord>,
}

/// The reasons that many cases share.
pub(super) fn groups(record: &RunRecord) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for case in &record.cases {
        let Some(reason) = reason(case) else { continue };
        match groups.iter_mut().find(|group| group.reason == reason) {
            Some(group) => group.cases.push(case),
            None => groups.push(Group { reason, cases: vec![case] }),
        }
    }
    groups.retain(|group| group.cases.len() >= MANY);
    groups
}

fn reason(case: &CaseRecord) -> Option<&str> {
    match &case.status {
        Status::Failed { kind: Failure::Unsupported, reason } => Some(reason),
        _ => None,
    }
}

impl Group<'_> {
    pub(super) fn holds(&self, case: &CaseRecord) -> bool {
        reason(case) == Some(self.reason)
    }

    /// The reason, and beneath it the cases: those that differ in their last segment alone on one line.
    pub(super) fn render(&self, width: usize) -> String {
        let told =
            format!("∅ {} unsupported: {}", amount::count(self.cases.len(), "case"), plain(self.reason));
        let mut lines = indented(&told, 0, width, ' ');
        for (above, cells) in self.by_place() {
            lines.extend(indented(&format!("{above}/ {}", cells.join(", ")), 1, width, ' '));
        }
        lines.iter().map(|line| paint(Tone::Dim, line) + "\n").collect()
    }

    fn by_place(&self) -> Vec<(String, Vec<String>)> {
        let mut places: Vec<(String, Vec<String>)> = Vec::new();
        for mut path in self.cases.iter().map(|case| path(&case.id)) {
            let cell = path.pop().unwrap_or_default();
            let above = path.join("/");
            match places.iter_mut().find(|(place, _)| *place == above) {
                Some((_, cells)) => cells.push(cell),
                None => places.push((above, vec![cell])),
            }
        }
        places
    }
}
