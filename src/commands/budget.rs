//! `--budget`: until when cases are started.

use std::time::Duration;

use crate::error::Result;
use accel_bench_engine::manifest::parse_time;
use accel_bench_engine::measure::Project;
use accel_bench_engine::plan::{Scope, Selection};

/// How long cases are started.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Start no case later than this after the first [default: the suite's `budget`, else no limit]
    #[arg(long, value_name = "TIME", value_parser = time)]
    budget: Option<Duration>,
}

/// A time in which cases are started, and what the reader can change about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    pub(crate) time: Option<Duration>,
    pub(crate) set_by: String,
}

impl Args {
    /// The command line's, else that of the suite that is selected.
    pub(crate) fn resolve(&self, project: &Project, selection: &Selection) -> Result<Budget> {
        let scope = Scope::new(&project.sources.manifest, selection)?;
        Ok(match self.budget {
            Some(time) => Budget { time: Some(time), set_by: "--budget".to_owned() },
            None => Budget { time: scope.budget(), set_by: format!("[suites.{}] budget", scope.suite_name) },
        })
    }
}

/// A time in which something can be started.
fn time(text: &str) -> std::result::Result<Duration, String> {
    match parse_time(text)? {
        Duration::ZERO => Err("no case can be started within it: leave it out for no limit".to_owned()),
        time => Ok(time),
    }
}
