//! `history` and `trend` of a build without the feature `history`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::Forecasted;
use accel_bench_engine::choice::Choice;
use accel_bench_engine::measure::Project;
use accel_bench_record::{CaseKey, CaseRecord, RunRecord};
use accel_bench_report::Section;

/// Arguments that this build does not understand.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// This build keeps no table up to date.
pub(crate) fn follow(_: &mut Context) {}

/// This build knows no trends.
pub(crate) fn trends_of(_: &mut Context, _: &Project, _: &RunRecord) -> Result<Option<Section>> {
    Ok(None)
}

/// Nor how cells compare.
pub(crate) fn outliers_of(_: &mut Context, _: &Project, _: &RunRecord) -> Result<Option<Section>> {
    Ok(None)
}

/// Nor what was not measured.
pub(crate) fn forecasts(
    _: &mut Context,
    _: &Project,
    _: &BTreeMap<CaseKey, CaseRecord>,
    _: &[Choice],
) -> Result<Vec<Forecasted>> {
    Ok(Vec::new())
}

pub(crate) fn run(args: Args, _: &mut Context) -> Result<Exit> {
    drop(args.rest);
    Err(Error::usage(
        "this build of cargo-accel-bench has no history: it was built without the feature `history`",
        "install it with the feature: `cargo install --path . --features history`",
    ))
}
