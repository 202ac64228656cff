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
    cx.shell.out(|to| to.write_all(mended(&String::from_utf8_lossy(&script)).as_bytes()))?;
    Ok(Exit::Fine)
}

/// For bash, clap_complete 4.6 spells the dashes of the program's name in one way where it finds out which
/// subcommand is meant, and in another where it says what that one takes: nothing would be offered behind it.
fn mended(script: &str) -> String {
    script.replace("cargo__subcmd__accel__subcmd__bench", "cargo__accel__bench")
}
