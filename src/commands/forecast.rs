//! Predictions and outliers from the history, for recommendations and reports.

use std::collections::BTreeMap;

use crate::context::Context;
use crate::error::Result;
use crate::history;
use crate::report::{self, Forecasted};
use accel_bench_engine::choice::Choice;
use accel_bench_engine::measure::Project;
use accel_bench_history::predict::{Cell, Measured, Model, Predicted, Work, measured};
use accel_bench_record::{CaseKey, CaseRecord, RunRecord};
use accel_bench_report::Section;

/// The cells of a run's machine that the others do not explain, for a report: those of the run alone.
pub(crate) fn outliers_of(cx: &mut Context, project: &Project, run: &RunRecord) -> Result<Option<Section>> {
    if !history::table(project).folder().is_dir() {
        return Ok(None);
    }
    let known = known(cx, project, &run.machine)?;
    let Some(model) = Model::fit(&known) else { return Ok(None) };
    let own: Vec<_> =
        model.outliers().iter().filter(|outlier| run.case(&outlier.case).is_some()).cloned().collect();
    Ok(Some(report::outlier_section(&own, known.len())))
}

/// The predictions of the cases that choices name and that were not measured.
pub(crate) fn forecasts(
    cx: &mut Context,
    project: &Project,
    cases: &BTreeMap<CaseKey, CaseRecord>,
    choices: &[Choice],
) -> Result<Vec<Forecasted>> {
    let machine = cx.host.hardware.machine().id.to_string();
    if choices.iter().all(|choice| choice.unmeasured.is_empty()) || !history::table(project).folder().is_dir()
    {
        return Ok(Vec::new());
    }
    let Some(model) = Model::fit(&known(cx, project, &machine)?) else { return Ok(Vec::new()) };
    let of_choice = |choice: &Choice| {
        // The same model does the same work wherever it runs.
        let measured = choice.best.first().and_then(|best| cases.get(&best.way.case));
        let metrics: Vec<_> = measured.into_iter().flat_map(CaseRecord::metrics).cloned().collect();
        let work = Work::of(&metrics);
        let predicted = |case: &CaseKey| {
            let cell = Cell { case: case.clone(), work: work? };
            let Predicted { value, low, high } = model.predict(&cell).latency_ns;
            Some(Forecasted { case: case.clone(), latency_ns: value, low, high })
        };
        choice.unmeasured.iter().filter_map(predicted).collect::<Vec<_>>()
    };
    Ok(choices.iter().flat_map(of_choice).collect())
}

/// The measured cells of a machine class that say what they do.
pub(super) fn known(cx: &mut Context, project: &Project, machine: &str) -> Result<Vec<Measured>> {
    let (known, broken) = measured(&history::table(project), machine)?;
    for error in broken {
        cx.shell.warn(format!("{error}; `cargo accel-bench history rebuild` makes the table again"));
    }
    Ok(known)
}
