//! The store's answer first: what looks slower in it is measured interleaved before it is said.

use super::budget::{self, Budget};
use super::judge;
use crate::context::Context;
use crate::error::Result;
use crate::report::count;
use accel_bench_engine::Machine;
use accel_bench_engine::compare::{Apart, Comparison};
use accel_bench_engine::measure::{From, Project, Wanted, pair};

/// Measures the rows of `found` interleaved that look slower, where both sides can be built.
pub(super) fn confirmed(
    cx: &mut Context,
    project: &Project,
    machine: &Machine,
    (wanted, budget): (Wanted, &Budget),
    found: Comparison,
    args: &judge::Args,
) -> Result<Comparison> {
    let suspects = found.suspects();
    if suspects.is_empty() || !wanted.base.is_measurable() || !wanted.candidate.is_measurable() {
        return Ok(found);
    }
    let cases = count(suspects.len(), "case");
    cx.shell.note("Suspected", format!("{cases} that the store has as slower; measuring interleaved"));
    let wanted = Wanted { from: From::Now, only: Some(suspects.clone()), ..wanted };
    let pair = cx.engine(|engine| pair(engine, project, machine, &wanted))?;
    budget::tell_of_time(cx, &pair, budget);
    let again = judge::judged(project, (&pair.base, &pair.candidate), args, Apart::Stored)?;
    let unmeasured = suspects.len() - again.rows.len();
    if unmeasured > 0 {
        let (cases, stay) = match unmeasured {
            1 => ("1 case".to_owned(), "stays as the store has it"),
            some => (count(some, "case"), "stay as the store has them"),
        };
        cx.shell.warn(format!("{cases} had no turn and {stay}"));
    }
    Ok(found.with_confirmed(again))
}
