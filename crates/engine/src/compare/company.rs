//! The cases that shared processes.

use std::collections::BTreeMap;

use accel_bench_record::{CaseKey, CaseRecord, RunRecord};

/// The co-resident cases of the processes of both sides: the same, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    Same,
    Different,
}

/// Cases of one bench, backend and precision share processes.
type Unit<'r> = (&'r str, &'r str, String);

/// The cases of each process on both sides, in order.
#[derive(Debug)]
pub(super) struct Companies<'r>([BTreeMap<Unit<'r>, Vec<String>>; 2]);

impl<'r> Companies<'r> {
    pub(super) fn of(base: &'r RunRecord, candidate: &'r RunRecord) -> Self {
        Self([base, candidate].map(by_unit))
    }

    pub(super) fn of_case(&self, id: &CaseKey) -> Company {
        let unit = unit(id);
        let [base, candidate] = &self.0;
        if base.get(&unit) == candidate.get(&unit) { Company::Same } else { Company::Different }
    }
}

fn by_unit(run: &RunRecord) -> BTreeMap<Unit<'_>, Vec<String>> {
    let mut units: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for CaseRecord { id, .. } in &run.cases {
        units.entry(unit(id)).or_default().push(id.label());
    }
    units
}

fn unit(id: &CaseKey) -> Unit<'_> {
    let precision = id.params.get("precision").map(ToString::to_string).unwrap_or_default();
    (&id.bench, &id.backend, precision)
}
