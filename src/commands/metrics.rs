//! `--metrics`: the columns of a run's table.

use crate::report::Metrics;

/// The columns.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// The table's columns, such as latency,ttft, or `all` [default: as many as fit]
    #[arg(long, value_name = "NAME,…|all", value_delimiter = ',')]
    metrics: Vec<String>,
}

impl Args {
    pub(crate) fn resolve(&self) -> Metrics {
        match self.metrics.as_slice() {
            [] => Metrics::Fitting,
            [all] if all == "all" => Metrics::All,
            names => Metrics::Named(names.to_vec()),
        }
    }
}
