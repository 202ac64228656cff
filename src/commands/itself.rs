//! What `calibrate` and `noise` have in common: the working tree next to itself.

use super::{building, selection};
use crate::context::Context;
use crate::error::Result;
use crate::report::Format;
use accel_bench_engine::measure::{Prepared, Project, prepare};

/// Which cases, how they are built, and how the result is written.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Only cases whose id matches one of these
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
    #[command(flatten)]
    building: building::Args,
    #[command(flatten)]
    selection: selection::Args,
}

impl Args {
    pub(super) fn project(&self, cx: &mut Context) -> Result<Project> {
        self.building.project(cx)
    }

    /// Builds the working tree.
    pub(super) fn prepared(&self, cx: &mut Context, project: &Project) -> Result<Prepared> {
        let selection = self.selection.resolve(&self.filters)?;
        cx.engine(|engine| Ok(prepare(engine, &project.sources, &selection, None, project.commit()?)?))
    }
}
