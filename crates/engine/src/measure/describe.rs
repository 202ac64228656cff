//! The work of cases, as far as they report it without being run.

use accel_bench_record::{Measurement, Status};

use super::prepare::asking;
use super::{Sources, prepare};
use crate::Engine;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::executor::{self, Ended};
use crate::plan::{Case, Harness, Job, Selection, Side, Unit};

/// A selected case.
#[derive(Clone, Debug)]
pub struct Described {
    pub case: Case,
    /// Throughput and metrics that are known without running it, without samples; or why it says nothing.
    pub says: std::result::Result<Measurement, String>,
}

/// Builds what is selected and asks each case what it does. Nothing is timed or stored.
///
/// # Errors
///
/// When nothing can be built, or the user interrupts; a case that reports nothing is passed on with the reason.
pub fn describe(engine: &mut Engine<'_>, sources: &Sources, selection: &Selection) -> Result<Vec<Described>> {
    let prepared = prepare(engine, sources, selection, None, None)?;
    let logs = tempfile::tempdir().map_err(|source| executor::Error::Channel { source })?;
    let settings = executor::Settings { logs: logs.path().to_path_buf(), ..asking(engine.host()) };
    let mut all = Vec::new();
    for unit in prepared.units {
        all.extend(of_unit(engine, unit, &settings)?);
    }
    Ok(all)
}

pub(super) fn of_unit(
    engine: &Engine<'_>,
    unit: Unit,
    settings: &executor::Settings,
) -> Result<Vec<Described>> {
    let cases = unit.cases.clone();
    let unsaid = |case: Case, reason: &str| Described { case, says: Err(reason.to_owned()) };
    if unit.harness == Harness::Criterion {
        return Ok(cases
            .into_iter()
            .map(|case| unsaid(case, "Criterion does not know what a benchmark does"))
            .collect());
    }
    let mut said = Vec::new();
    let job = Job { side: Side::Candidate, round: 0, layout: None, unit };
    let ended = engine.executor().describe(&job, settings, &mut |event| {
        if let Event::CaseFinished { id, status, measurement, .. } = event {
            said.push((id, says(status, measurement)));
        }
    })?;
    if ended == Ended::Interrupted {
        return Err(Error::Interrupted);
    }
    Ok(cases
        .into_iter()
        .map(|case| match said.iter().position(|(id, _)| *id == case.id) {
            Some(at) => Described { case, says: said.swap_remove(at).1 },
            None => unsaid(case, "it was not asked"),
        })
        .collect())
}

fn says(status: Status, measurement: Option<Measurement>) -> std::result::Result<Measurement, String> {
    match (status, measurement) {
        (Status::Ok, Some(measurement)) => Ok(measurement),
        (Status::Ok, None) => Err("it answered without a word".to_owned()),
        (Status::Failed { kind, reason }, _) => Err(format!("{kind}: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Failure;

    use super::*;

    #[test]
    fn what_a_case_says() {
        let measurement =
            Measurement { notes: [("a".to_owned(), "b".to_owned())].into(), ..Measurement::default() };
        assert_eq!(says(Status::Ok, Some(measurement.clone())), Ok(measurement));
        assert_eq!(says(Status::Ok, None), Err("it answered without a word".to_owned()));
        let failed = Status::failed(Failure::Unsupported, "no f16");
        assert_eq!(says(failed, None), Err("unsupported: no f16".to_owned()));
    }
}
