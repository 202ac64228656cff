//! `completions`: for a shell.

use clap_complete::Shell;

use crate::context::Context;
use crate::error::{Exit, Result};

/// Arguments of `completions`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cargo accel-bench completions bash >~/.local/share/bash-completion/completions/cargo-accel-bench"
)]
pub(crate) struct Args {
    shell: Shell,
}

pub(crate) fn run(args: Args, cx: &mut Context, mut cli: clap::Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli, "cargo-accel-bench", &mut script);
    cx.shell.out(|to| to.write_all(&script))?;
    Ok(Exit::Fine)
}
