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
