//! What `run` does with `--dry-run` and `--no-run`: everything up to measuring.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::report::count;
use accel_bench_engine::measure::{Project, prepare};
use accel_bench_engine::plan::{Selection, Unit};

/// Builds what is selected, and with `show` prints the cases.
pub(super) fn only(cx: &mut Context, project: &Project, selection: &Selection, show: bool) -> Result<Exit> {
    let prepared = cx.engine(|engine| prepare(engine, &project.sources, selection, None, None))?;
    if show {
        let ids: Vec<_> =
            prepared.units.iter().flat_map(|unit| &unit.cases).map(|case| case.id.to_string()).collect();
        cx.shell.out(|to| ids.iter().try_for_each(|id| writeln!(to, "{id}")))?;
        let each = processes_of(&prepared.units);
        cx.shell.note("Planned", format!("{}{each}; nothing was measured", count(ids.len(), "case")));
    }
    Ok(Exit::Fine)
}

/// A bench may have a number of its own.
fn processes_of(units: &[Unit]) -> String {
    let of = |unit: &Unit| unit.processes as usize;
    match (units.iter().map(of).min(), units.iter().map(of).max()) {
        (Some(least), Some(most)) if least == most => format!(" in {} each", count(most, "process")),
        (Some(least), Some(most)) => format!(" in {least} to {} each", count(most, "process")),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use accel_bench_engine::plan::{Cpus, Harness, Isolate};

    use super::*;

    #[track_caller]
    fn check(processes: &[u32], expected: &str) {
        let unit = |&processes: &u32| Unit {
            executable: "x".into(),
            harness: Harness::AccelBench,
            isolate: Isolate::Process,
            cwd: ".".into(),
            env: BTreeMap::new(),
            cpus: Cpus::All,
            processes,
            counts: None,
            under: Vec::new(),
            cases: Vec::new(),
        };
        assert_eq!(processes_of(&processes.iter().map(unit).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn processes_are_told_as_a_range_where_they_differ() {
        check(&[], "");
        check(&[1], " in 1 process each");
        check(&[5, 5], " in 5 processes each");
        check(&[5, 2, 3], " in 2 to 5 processes each");
    }
}
