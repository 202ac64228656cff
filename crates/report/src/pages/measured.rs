//! The measurements, cell by cell: a case in a run.

use accel_bench_record::catalogue::Known;
use accel_bench_record::{CaseRecord, Estimate, RunRecord};

use super::Runs;
use crate::chart::Bar;
use crate::path;
use crate::plain::plain;
use crate::quantity::metric;

/// A case of one of the runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured<'r> {
    pub(super) run: &'r RunRecord,
    pub(super) case: &'r CaseRecord,
    /// It is of the run that the report is about.
    pub(super) is_own: bool,
    /// The runs are of several machine classes.
    has_several_machines: bool,
}

/// Every case of the run, then those of the runs elsewhere.
pub(super) fn all(runs: Runs<'_>) -> Vec<Measured<'_>> {
    let has_several_machines = runs.elsewhere.iter().any(|other| other.machine != runs.run.machine);
    let of = |run, is_own| move |case| Measured { run, case, is_own, has_several_machines };
    let own = runs.run.cases.iter().map(of(runs.run, true));
    own.chain(runs.elsewhere.iter().flat_map(|run| run.cases.iter().map(of(run, false)))).collect()
}

impl<'r> Measured<'r> {
    /// The backend, and the machine class where there are several.
    pub(super) fn place(&self) -> String {
        let backend = plain(&self.case.id.backend);
        if self.has_several_machines { format!("{backend} on {}", plain(&self.run.machine)) } else { backend }
    }

    /// The case without its backend.
    pub(super) fn name(&self) -> String {
        plain(&self.case.id.label())
    }

    /// The bench and the first segment of the benchmark: what belongs together in one chart.
    pub(super) fn family(&self) -> String {
        let path = path(&self.case.id);
        path.iter().take(path.len().saturating_sub(1).clamp(1, 2)).cloned().collect::<Vec<_>>().join("/")
    }

    /// The name without the family in front.
    pub(super) fn member(&self) -> String {
        let name = self.name();
        name.strip_prefix(&self.family())
            .map(|rest| rest.trim_start_matches('/').to_owned())
            .filter(|rest| !rest.is_empty())
            .unwrap_or(name)
    }

    /// Nanoseconds of an iteration.
    pub(super) fn latency(&self) -> Option<Bar> {
        Some(bar(&Estimate::of_latency(self.case)?))
    }

    /// A metric over the processes, in its unit.
    pub(super) fn metric(&self, known: &Known) -> Option<f64> {
        metric(self.case, known.name)
    }

    pub(super) fn param(&self, name: &str) -> Option<String> {
        self.case.id.params.get(name).map(|value| plain(&value.to_string()))
    }
}

pub(super) fn bar(estimate: &Estimate) -> Bar {
    let ends = estimate.interval.map(|interval| (interval.low, interval.high));
    Bar { value: estimate.value, low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) }
}

/// Values in the order of their first appearance, each once.
pub(super) fn distinct<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// A name as the anchor of a link. Two names never have one anchor.
pub(super) fn anchor(name: &str) -> String {
    let sign = |sign: char| match sign {
        '/' => "-".to_owned(),
        _ if sign.is_ascii_alphanumeric() => sign.to_string(),
        _ => format!("_{:x}_", u32::from(sign)),
    };
    format!("case-{}", name.chars().map(sign).collect::<String>())
}
