//! `--as-built`: how executables are built.

use crate::context::Context;
use crate::error::Result;
use accel_bench_engine::measure::Project;

/// How executables are built.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Build as `cargo bench` does [default: steadily, so that untouched code stays as fast]
    #[arg(long)]
    as_built: bool,
}

impl Args {
    /// The project, to be built as it was asked for.
    pub(crate) fn project(self, cx: &Context) -> Result<Project> {
        let mut project = Project::load(&cx.host)?;
        project.sources.manifest.build.steady &= !self.as_built;
        Ok(project)
    }
}
