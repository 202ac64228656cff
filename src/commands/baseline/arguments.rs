//! What `baseline` takes from the command line.

use clap::Subcommand;

use crate::report::Form;

/// Arguments of `baseline`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(super) act: Act,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Act {
    /// Keep a run under a name, in the store
    Save {
        /// The baseline [default: bench.toml's `[baseline] name`, else `main`]
        name: Option<String>,
        /// A run's id, a revision or a result file [default: the last run]
        run: Option<String>,
    },
    /// List saved and approved baselines
    List,
    /// Show a baseline
    Show {
        /// The baseline [default: bench.toml's `[baseline] name`, else `main`]
        name: Option<String>,
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Form,
    },
    /// Write a run to `baselines/`, to be committed: shows what changes and asks first
    Approve {
        /// The baseline [default: bench.toml's `[baseline] name`, else `main`]
        name: Option<String>,
        /// A run's id, a revision or a result file [default: the last run]
        run: Option<String>,
        /// Why this is the baseline from now on
        #[arg(short = 'm', long, value_name = "TEXT")]
        reason: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Approve a run all the same that is not stable, or of uncommitted changes
        #[arg(long)]
        unstable: bool,
    },
    /// Compare a baseline with a run
    Diff {
        /// The baseline [default: bench.toml's `[baseline] name`, else `main`]
        name: Option<String>,
        /// A run's id, a revision, a baseline or a result file [default: the last run]
        run: Option<String>,
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: Form,
    },
    /// Remove a baseline of this machine class
    Remove {
        /// The baseline [default: bench.toml's `[baseline] name`, else `main`]
        name: Option<String>,
    },
}
