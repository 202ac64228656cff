//! The options that every command has.

use std::env;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::shell::Verbosity;

#[derive(Debug, clap::Args)]
pub(super) struct Globals {
    /// Run as if started in this folder
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: what is built, where things are stored
    #[arg(short, long, global = true)]
    verbose: bool,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Globals {
    pub(super) fn color(&self) -> ColorChoice {
        self.color.into()
    }

    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }

    pub(super) fn cwd(&self) -> Result<PathBuf> {
        let cwd = env::current_dir()?;
        let Some(directory) = &self.directory else { return Ok(cwd) };
        let entered = cwd.join(directory).canonicalize();
        entered.map_err(|cause| {
            let what = format!("cannot enter `{}`: {cause}", directory.display());
            Error::usage(what, "name a folder of the project, or leave out `-C`")
        })
    }
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
